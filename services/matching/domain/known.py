"""What matching knows of others' facts, as last recorded: programmes, schools, people, offers, candidates.

One aggregate for all of them, because they are one shape: the last fact counts, and a fact told again changes nothing.
Source: product.md M1 (the rules need these attributes); names stay in referral.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.words import AssessmentKind, Phase, TravelMode
from shared.kernel.decider import Command, Decider, Event


class Rules(BaseModel):
    """A programme's rules as it was opened with; hours are a week, weights are by soft rule.

    Both sides of a proposal are reminded after `remind_after` working days and have `answer_within` to answer.
    """

    model_config = ConfigDict(frozen=True)

    edition: str
    mentor_hours_per_trainee_week: float
    meetings_per_week: int
    targets_per_meeting: int
    assessor_is_not_mentor: bool
    assessments: tuple[AssessmentKind, ...]
    weights: dict[str, int]
    remind_after: int = 5
    answer_within: int = 10


class ProgrammeKnown(Event):
    """A programme that trainees are matched for."""

    type: ClassVar[str] = "matching.programme_known"

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    rules: Rules


class SchoolKnown(Event):
    """A school and where it is: metres, EPSG:27700. One that closed hosts nobody new.

    What contrast reads of it is in the register's own words; None where the register says nothing.
    """

    type: ClassVar[str] = "matching.school_known"

    closed: bool = False

    urn: str
    name: str
    phases: tuple[Phase, ...]
    trust_code: str | None
    la_code: str | None
    easting: int | None
    northing: int | None
    phase: str | None = None
    pupils: int | None = None
    gender: str | None = None
    religious_character: str | None = None
    admissions_policy: str | None = None
    percentage_fsm: float | None = None
    urban_rural: str | None = None
    special_classes: str | None = None
    resourced_provision: str | None = None


class MentorKnown(Event):
    """A mentor at a school; capacity is hours a week over all their mentoring."""

    type: ClassVar[str] = "matching.mentor_known"

    mentor_id: UUID
    school_urn: str
    subjects: tuple[str, ...]
    phases: tuple[Phase, ...]
    capacity_hours: float
    role: Literal["volunteer", "directed"]


class TraineeKnown(Event):
    """A trainee and what they need; the limit is minutes one way, the area an outward postcode."""

    type: ClassVar[str] = "matching.trainee_known"

    trainee_id: UUID
    subject: str
    phase: Phase
    training_route: str
    home_easting: int
    home_northing: int
    travel_mode: TravelMode
    travel_limit_minutes: int
    home_area: str | None = None


class OfferKnown(Event):
    """A school's offer to host: places in a subject and phase between two dates."""

    type: ClassVar[str] = "matching.offer_known"

    offer_id: UUID
    school_urn: str
    subject: str
    phase: Phase
    places: int
    starts_on: date
    ends_on: date
    academic_year: str


class CandidateJoined(Event):
    """A referral was accepted: its trainee waits for a match in the programme."""

    type: ClassVar[str] = "matching.candidate_joined"

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID


class CandidateLeft(Event):
    """The referral was taken back: its trainee waits no more by it."""

    type: ClassVar[str] = "matching.candidate_left"

    referral_id: UUID


class RecordMerged(Event):
    """Two records were one person: whatever names `merged_id` means `kept_id`."""

    type: ClassVar[str] = "matching.record_merged"

    merged_id: UUID
    kept_id: UUID


class RegistrationUndone(Event):
    """The record was a mistake: until it is told again there is nobody to match."""

    type: ClassVar[str] = "matching.registration_undone"

    person_id: UUID


class PersonForgotten(Event):
    """A person asked to be forgotten: they are matched no more, and what is recorded of them later is not kept."""

    type: ClassVar[str] = "matching.person_forgotten"

    person_id: UUID


F = TypeVar("F", bound=Event)


class Learn(Command, Generic[F]):
    """Take a fact in."""

    fact: F


def known(category: str, *facts: type[F]) -> Decider[F | None, Learn[F], F]:
    """The decider of one thing's facts; its state is the last one, None before the first."""
    return Decider(category, lambda: None, _decide, lambda _, last: last, facts)


def _decide(command: Learn[F], last: F | None, now: datetime) -> Sequence[F]:
    del now
    return [] if last is not None and _content(last) == _content(command.fact) else [command.fact]


def _content(fact: Event) -> dict[str, object]:
    # the same told again on another day is nothing new
    return fact.model_dump(exclude={"happened_on"})


PROGRAMME = known("programme", ProgrammeKnown)
SCHOOL = known("school", SchoolKnown)
MENTOR: Decider[Event | None, Learn[Event], Event] = known("mentor", MentorKnown, RegistrationUndone)
TRAINEE: Decider[Event | None, Learn[Event], Event] = known("trainee", TraineeKnown, RegistrationUndone)
OFFER = known("offer", OfferKnown)
CANDIDATE: Decider[Event | None, Learn[Event], Event] = known("candidate", CandidateJoined, CandidateLeft)
MERGE = known("merge", RecordMerged)
PERSON = known("person", PersonForgotten)
