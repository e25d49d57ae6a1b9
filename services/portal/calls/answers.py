"""What pages read of the services' answers: the fields that they use, and no others.

A contract test holds each of them against the OpenAPI document of its service.
"""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

Side = Literal["mentor", "trainee"]


class Part(BaseModel):
    """A part of an answer: further fields are for others."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Record(Part):
    """Something of which a page only asks whether there is any."""


class Relationship(Part):
    """A mentoring relationship."""

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    starts_on: date
    ends_on: date
    amend_within_days: int
    agreement_first: bool
    agreed_on: date | None
    paused_on: date | None
    role: str


class Meeting(Part):
    """The record of a meeting; its texts are None for everybody but the two."""

    meeting_id: UUID
    on: date
    status: Literal["held", "missed"]
    minutes: int | None
    reason: str | None
    missed_by: str | None
    version: int
    amended_on: date | None
    discussed: str | None = None
    reflection: str | None = None


class Target(Part):
    """A target with its text, which only the two read."""

    target_id: UUID
    set_on: date
    due_on: date
    status: str
    text: str | None = None


class RelationshipWithRecord(Relationship):
    """A relationship with its meetings and targets."""

    meetings: tuple[Meeting, ...]
    targets: tuple[Target, ...]


class PlannedMeeting(Part):
    """A planned meeting, and what was recorded of its day."""

    planned_id: UUID
    planned_on: date
    status: Literal["planned", "moved", "cancelled"]
    outcome: str | None


class Series(Part):
    """The meetings that are planned."""

    meetings: tuple[PlannedMeeting, ...]


class RecordedMeeting(Part):
    """A meeting that was recorded."""

    meeting_id: UUID


class MeetingVersion(Part):
    """A meeting after a further version."""

    meeting_id: UUID
    version: int


class ReaderOfItem(Part):
    """Somebody who can see an item: a person, or everybody in a role, why, and until when."""

    person_id: UUID | None
    role: str | None
    programme_role: str | None
    why: str
    until: date | None


class OwnItem(Part):
    """An item of the person's own record, and everybody else who can see it."""

    item_id: UUID
    kind: str
    on: date
    relationship_id: UUID | None
    readers: tuple[ReaderOfItem, ...]


class Reading(Part):
    """Somebody other than the owner read an item on a day."""

    item_id: UUID
    kind: str
    reader_id: UUID | None
    programme_role: str | None
    on: date


class EarlyWarning(Part):
    """An early warning."""

    kind: str
    trainee_id: UUID | None
    mentor_id: UUID | None
    school_name: str | None
    since: date
    fact: str


class WarningsOfKind(Part):
    """How many early warnings of a kind there are, what can be done, and the latest of them."""

    kind: str
    number: int
    action: str
    latest: tuple[EarlyWarning, ...]


class PlacementsInProgramme(Part):
    """How many trainees of a programme stand where with their placement."""

    programme_id: UUID
    title: str | None
    academic_year: str | None
    trainees: dict[str, int]


class MentoringTotals(Part):
    """The relationships that go on, and their meetings."""

    relationships: int
    mentors: int
    due: int
    due_held: int
    not_recorded: int


class Overview(Part):
    """What is out of the ordinary, and where everything stands."""

    as_of: date
    up_to_date_at: datetime | None
    warnings: tuple[WarningsOfKind, ...] | None
    placements: tuple[PlacementsInProgramme, ...] | None
    mentoring: MentoringTotals | None
    targets_not_revisited: int | None


class Column(Part):
    """A column of a report."""

    name: str
    means: str
    is_filter: bool
    is_sortable: bool


class ReportDescription(Part):
    """A report that is for the reader."""

    name: str
    title: str
    question: str
    not_for: str
    notes: tuple[str, ...]
    key: tuple[str, ...]
    columns: tuple[Column, ...]


class ReportPage(Part):
    """A page of a report; its rows have the columns that its description names."""

    as_of: date
    known_at: datetime | None
    up_to_date_at: datetime | None
    notes: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    next: str | None


class Programme(Part):
    """A programme and its title."""

    programme_id: UUID
    title: str
    academic_year: str


class OpenedEntry(Part):
    """An entry of a journal, opened by somebody who may read it."""

    entry_id: UUID
    on: date
    text: str
    link: str | None
    tags: tuple[str, ...]


class OpenedFeedback(Part):
    """Feedback, opened by somebody who may read it."""

    on: date
    author_id: UUID
    text: str
    next_step: str | None
    development_needs: tuple[str, ...]


class OpenedObservation(Part):
    """An observation of a lesson, opened by somebody who may read it; `answers` are by field of the form."""

    planned_on: date
    held_on: date | None
    answers: dict[str, Any]


class OpenedReflection(Part):
    """What somebody wrote looking back; `answers` are by field of the form."""

    on: date
    answers: dict[str, Any]


class TimeOfSeries(Part):
    """A time at which somebody answered an instrument, and the series that it belongs to."""

    measure_id: UUID
    series_id: UUID


class InstrumentOfRelationship(Part):
    """An instrument of a relationship, with the times at which it was answered."""

    times: tuple[TimeOfSeries, ...]


class TimeOfMeasures(Part):
    """The answers of one time to an instrument, by question."""

    measure_id: UUID
    on: date
    answers: dict[str, Any]


class OpenedMeasures(Part):
    """All times at which somebody answered an instrument."""

    series_id: UUID
    instrument: str
    times: tuple[TimeOfMeasures, ...]


class EntryState(Part):
    """An entry of a journal after a command."""

    entry_id: UUID


class MentorRequestState(Part):
    """What happens next after a request for another mentor."""

    what_happens: str


class PlannedObservation(Part):
    """An observation of a lesson, and whether it was held or called off."""

    observation_id: UUID
    planned_on: date
    called_off: bool
    held_on: date | None


class HalfDay(Part):
    """Half of a day of a placement."""

    on: date
    half: Literal["morning", "afternoon"]
    state: str


class DaysOfPlacement(Part):
    """The half days of a placement."""

    half_days: tuple[HalfDay, ...]


class DueAssessment(Part):
    """An assessment that the programme asks for, and how far it is."""

    kind: str
    due_on: date
    state: str | None


class DueTask(Part):
    """Something that is to be done about a trainee by a day."""

    task: str
    kind: str
    due_on: date
    relationship_id: UUID
    trainee_id: UUID


class ProposedPair(Part):
    """A proposal of a mentor and a trainee, and who has accepted it."""

    pair_id: UUID
    mentor_id: UUID
    trainee_id: UUID
    accepted_by: tuple[str, ...]
    answer_by: date | None


class LoggedDay(Part):
    """Half of a day that waits for the school."""

    on: date
