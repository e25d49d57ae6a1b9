"""Publish stored events of sessions as public events.

No other module publishes, and no text that people wrote is sent.
"""

from services.sessions.domain.assessment_versions import AssessmentSubmitted
from services.sessions.domain.assignments import AssignmentSet
from services.sessions.domain.common_needs import NeedsCounted
from services.sessions.domain.days import DayRecorded
from services.sessions.domain.ends import RelationshipBrokenOff, RelationshipEnded
from services.sessions.domain.feedback import FeedbackWritten
from services.sessions.domain.measures import MeasuresTaken, NumbersReleased
from services.sessions.domain.meetings import MeetingHeld, MeetingMissed
from services.sessions.domain.mentor_requests import AnotherMentorRequested, MentorRequestWithdrawn
from services.sessions.domain.pauses import RelationshipPaused, RelationshipResumed
from services.sessions.domain.relationships import (
    RelationshipAgreed,
    RelationshipMoved,
    RelationshipOpened,
    RelationshipRehomed,
)
from services.sessions.domain.targets import TargetReviewed, TargetSet
from shared.events import sessions as public
from shared.kernel.publishing import publish_as, publisher


def _publish_opening(event: RelationshipOpened) -> public.RelationshipOpened:
    minutes = round(event.mentor_hours_per_week * 60)
    return publish_as(public.RelationshipOpened, event, mentor_minutes_per_week=minutes)


def _publish_feedback(event: FeedbackWritten) -> public.FeedbackGiven | None:
    """Publish that feedback was given, with its first version only."""
    if event.version_number > 1:
        return None
    return publish_as(public.FeedbackGiven, event, happened_on=event.written_on, taught_on=event.happened_on)


def _publish_needs(event: NeedsCounted) -> public.CommonNeedsCounted | None:
    """Publish nothing where no need is shared by enough people: that there is a count would tell of single ones."""
    needs = [need.model_dump() for need in event.needs]
    return publish_as(public.CommonNeedsCounted, event, needs=needs) if needs else None


publish = publisher(
    {
        RelationshipOpened: _publish_opening,
        RelationshipAgreed: public.RelationshipAgreed,
        RelationshipPaused: public.RelationshipPaused,
        RelationshipResumed: public.RelationshipResumed,
        RelationshipBrokenOff: public.RelationshipBrokenOff,
        AnotherMentorRequested: public.AnotherMentorRequested,
        MentorRequestWithdrawn: public.MentorRequestWithdrawn,
        RelationshipRehomed: public.RelationshipRehomed,
        RelationshipMoved: public.RelationshipMoved,
        RelationshipEnded: public.RelationshipEnded,
        NeedsCounted: _publish_needs,
        MeetingHeld: public.MeetingHeld,
        MeetingMissed: public.MeetingMissed,
        DayRecorded: public.DayRecorded,
        TargetSet: public.TargetSet,
        TargetReviewed: public.TargetReviewed,
        FeedbackWritten: _publish_feedback,
        AssignmentSet: public.AssignmentSet,
        MeasuresTaken: public.MeasuresTaken,
        NumbersReleased: public.NumbersReleased,
        AssessmentSubmitted: public.AssessmentSubmitted,
    }
)
