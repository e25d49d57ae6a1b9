"""What sessions publishes on `alongside.sessions.v1`: that things happened, never what was said."""

from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import computed_field

from shared.events.published import PublicEvent
from shared.events.words import AssessmentKind, EndingReason, Judgement, MentoringRole, Standard

MissedReason = Literal["mentor_absent", "trainee_absent", "cover", "school_closed", "other"]
TargetStatus = Literal["progressing", "met", "revised", "dropped"]


class RelationshipOpened(PublicEvent):
    """A confirmed pair or support became a mentoring relationship; so many meetings are due in each full week of it.

    The mentor's time is whole minutes a week. Version 1 said hours, as a binary fraction: three relationships of 1.1
    hours came to more than a capacity of 3.3.
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

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorator above a property
    @property
    def mentor_hours_per_week(self) -> float:
        """The same in hours, for readers of version 1."""
        return self.mentor_minutes_per_week / 60


def opened_in_minutes(body: dict[str, Any]) -> dict[str, Any]:
    """A relationship's opening of version 1 as version 2 has it: hours become minutes, to the nearest one."""
    hours = body["mentor_hours_per_week"]
    return {"mentor_minutes_per_week": round(hours * 60), **body}


class RelationshipRehomed(PublicEvent):
    """Two records of a person were merged; the relationship is now between this trainee and this mentor.

    Of the two, at least one is a record that was kept in a merge; `happened_on` is the day of the merge.
    """

    type: ClassVar[str] = "sessions.relationship_rehomed"

    relationship_id: UUID
    trainee_id: UUID
    mentor_id: UUID


class RelationshipMoved(PublicEvent):
    """The school of a relationship closed; it goes on at the one that followed it."""

    type: ClassVar[str] = "sessions.relationship_moved"

    relationship_id: UUID
    school_urn: str


class RelationshipEnded(PublicEvent):
    """Two were parted before the relationship's last day; `ended_on` is their last, before the first if they never met.

    The reason is why matching withdrew the pair, or that one of the two ended it.
    """

    type: ClassVar[str] = "sessions.relationship_ended"

    relationship_id: UUID
    ended_on: date
    reason: EndingReason


class MeetingHeld(PublicEvent):
    """A meeting took place; `happened_on` is its date, `minutes` its length."""

    type: ClassVar[str] = "sessions.meeting_held"

    meeting_id: UUID
    relationship_id: UUID
    minutes: int


class MeetingMissed(PublicEvent):
    """A meeting that was due did not take place."""

    type: ClassVar[str] = "sessions.meeting_missed"

    meeting_id: UUID
    relationship_id: UUID
    reason: MissedReason


class TargetSet(PublicEvent):
    """A target was agreed; its words stay with the trainee."""

    type: ClassVar[str] = "sessions.target_set"

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    due_on: date


class TargetReviewed(PublicEvent):
    """A target was looked at again."""

    type: ClassVar[str] = "sessions.target_reviewed"

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    status: TargetStatus


class AssessmentSubmitted(PublicEvent):
    """Somebody who is not the trainee's mentor judged progress against each of the Teachers' Standards."""

    type: ClassVar[str] = "sessions.assessment_submitted"

    assessment_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: AssessmentKind
    judgements: dict[Standard, Judgement]
