"""Public events of sessions, on `alongside.sessions.v1`: what happened, without the texts that people wrote."""

from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, computed_field

from shared.events.published import PublicEvent
from shared.events.words import (
    AssessmentKind,
    AssignedRole,
    DayKind,
    DayState,
    EndingReason,
    Half,
    Judgement,
    MentoringRole,
    Occasion,
    Standard,
)

MissedReason = Literal["mentor_absent", "trainee_absent", "cover", "school_closed", "other"]
TargetStatus = Literal["progressing", "met", "revised", "dropped"]


class RelationshipOpened(PublicEvent):
    """A confirmed pair or support became a mentoring relationship; `meetings_per_week` are due in each full week of it.

    Without a meeting a week, one is due in each `weeks_between_meetings` full weeks.

    The mentor's time is in whole minutes a week. Version 1 had hours, as a binary fraction: three relationships of 1.1
    hours added up to more than a capacity of 3.3.
    """

    type: ClassVar[str] = "sessions.relationship_opened"
    version: ClassVar[int] = 2
    readable_as: ClassVar[int | None] = 1

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    mentor_minutes_per_week: int
    role: MentoringRole = "lead"
    weeks_between_meetings: int | None = None

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorator above a property
    @property
    def mentor_hours_per_week(self) -> float:
        """The mentor's time in hours, for readers of version 1."""
        return self.mentor_minutes_per_week / 60


def hours_to_minutes(body: dict[str, Any]) -> dict[str, Any]:
    """Turn the body of version 1 into version 2: hours become minutes, rounded to the nearest minute."""
    hours = body["mentor_hours_per_week"]
    return {"mentor_minutes_per_week": round(hours * 60), **body}


class RelationshipAgreed(PublicEvent):
    """The mentor and the mentee both signed an agreement; another one replaces it."""

    type: ClassVar[str] = "sessions.relationship_agreed"

    relationship_id: UUID


class RelationshipPaused(PublicEvent):
    """A relationship was paused: from `happened_on` on no meeting is due."""

    type: ClassVar[str] = "sessions.relationship_paused"

    relationship_id: UUID


class RelationshipResumed(PublicEvent):
    """A relationship that was paused since `paused_on` was resumed: meetings are due again from `happened_on` on."""

    type: ClassVar[str] = "sessions.relationship_resumed"

    relationship_id: UUID
    paused_on: date


class RelationshipBrokenOff(PublicEvent):
    """The mentee ended a relationship, whose last day is `happened_on`, and waits for another mentor.

    Why is not published, and the mentor is not told that it was the mentee.
    """

    type: ClassVar[str] = "sessions.relationship_broken_off"

    relationship_id: UUID


class AnotherMentorRequested(PublicEvent):
    """The mentee of a relationship wants another mentor; it goes on until there is one.

    Why is not published, and the mentor is told nothing of it.
    """

    type: ClassVar[str] = "sessions.another_mentor_requested"

    relationship_id: UUID


class MentorRequestWithdrawn(PublicEvent):
    """The mentee of a relationship does not want another mentor any more."""

    type: ClassVar[str] = "sessions.mentor_request_withdrawn"

    relationship_id: UUID


class RelationshipRehomed(PublicEvent):
    """Two records of a person were merged; the relationship is now between this trainee and this mentor.

    Of the two, at least one is a record that was kept in a merge; `happened_on` is the day of the merge.
    """

    type: ClassVar[str] = "sessions.relationship_rehomed"

    relationship_id: UUID
    trainee_id: UUID
    mentor_id: UUID


class RelationshipMoved(PublicEvent):
    """The school of a relationship closed; the relationship continues at the successor."""

    type: ClassVar[str] = "sessions.relationship_moved"

    relationship_id: UUID
    school_urn: str


class RelationshipEnded(PublicEvent):
    """A relationship ended before its last day; `ended_on` is the last day on which the two work together.

    An `ended_on` before the first day means that they never worked together. The reason is why matching withdrew the
    pair, or that the mentor or the mentee ended the support.
    """

    type: ClassVar[str] = "sessions.relationship_ended"

    relationship_id: UUID
    ended_on: date
    reason: EndingReason


class NeedCount(BaseModel):
    """How many people of a school have a need, by the programme's code."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    people: int


class CommonNeedsCounted(PublicEvent):
    """The needs that people of a school share, counted once for the term that ended on `until`.

    Only needs of at least the programme's smallest group are named, and nobody who has them.
    """

    type: ClassVar[str] = "sessions.common_needs_counted"

    programme_id: UUID
    school_urn: str
    until: date
    needs: tuple[NeedCount, ...]


class MeetingHeld(PublicEvent):
    """A meeting was held; `happened_on` is its date, `minutes` its length.

    The record of a meeting may be amended: the last event of a `meeting_id` says whether it was held or missed, and on
    which date.
    """

    type: ClassVar[str] = "sessions.meeting_held"

    meeting_id: UUID
    relationship_id: UUID
    minutes: int


class MeetingMissed(PublicEvent):
    """A meeting that was due was not held; `happened_on` is its date.

    The record of a meeting may be amended: the last event of a `meeting_id` says whether it was held or missed, and on
    which date.
    """

    type: ClassVar[str] = "sessions.meeting_missed"

    meeting_id: UUID
    relationship_id: UUID
    reason: MissedReason


class DayRecorded(PublicEvent):
    """Halves of a trainee's day at a school are in a state now, or were removed; `happened_on` is the day.

    The last event that names half of a day says what it is. Two halves are a day, and no half is in two placements.
    """

    type: ClassVar[str] = "sessions.day_recorded"

    trainee_id: UUID
    relationship_id: UUID
    school_urn: str
    halves: tuple[Half, ...]
    kind: DayKind
    state: DayState | Literal["removed"]


class TargetSet(PublicEvent):
    """A target was set, or written anew; its text is not published.

    The standards say what it is about, and nothing of whether they are met.
    """

    type: ClassVar[str] = "sessions.target_set"

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    due_on: date
    standards: tuple[Standard, ...] = ()


class TargetReviewed(PublicEvent):
    """A target was reviewed."""

    type: ClassVar[str] = "sessions.target_reviewed"

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    status: TargetStatus


class FeedbackGiven(PublicEvent):
    """Feedback on teaching was given in writing; its words and who gave it are not published.

    `happened_on` is the day on which it was written, `taught_on` the day that it is about. It is said once: feedback
    that is amended later was given on its first day.
    """

    type: ClassVar[str] = "sessions.feedback_given"

    feedback_id: UUID
    relationship_id: UUID
    taught_on: date


class AssignmentSet(PublicEvent):
    """A lead assigned a tutor or an assessor to a trainee, or changed the days; the last event of an id holds.

    It holds from `starts_on` to `ends_on`, both included; None sets no end. An `ends_on` before `starts_on` takes the
    assignment back.
    """

    type: ClassVar[str] = "sessions.assignment_set"

    assignment_id: UUID
    trainee_id: UUID
    person_id: UUID
    role: AssignedRole
    starts_on: date
    ends_on: date | None


class AssessmentSubmitted(PublicEvent):
    """An assessor judged the trainee's progress against each of the Teachers' Standards."""

    type: ClassVar[str] = "sessions.assessment_submitted"

    assessment_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: AssessmentKind
    judgements: dict[Standard, Judgement]


class MeasuresTaken(PublicEvent):
    """An instrument of the programme was answered by somebody in a role; the answers are not published."""

    type: ClassVar[str] = "sessions.measures_taken"

    measure_id: UUID
    relationship_id: UUID
    instrument: str
    role: str
    occasion: Occasion


class NumbersReleased(PublicEvent):
    """A mentee released the numbers of answers to the leads of the partnership; the last event of an id holds.

    Empty `numbers` take the release back. `happened_on` is the day on which they were measured.
    """

    type: ClassVar[str] = "sessions.numbers_released"

    measure_id: UUID
    relationship_id: UUID
    instrument: str
    role: str
    occasion: Occasion
    numbers: dict[str, float]
