"""What the portal remembers of the other services' events, to know what is due for whom: no texts, and no names.

Source: product.md U8. Each aggregate is the last state of something elsewhere: a mentoring relationship, the record of
a meeting, a target, a proposed pair, the closed days of a school, whether a trainee is in training. Its commands are
the public events themselves, which may come late or twice.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from shared.calendar.holidays import holidays_of
from shared.events import matching, referral, sessions
from shared.kernel.decider import Decider, Event, Value

S = TypeVar("S", bound=Event)


class MentoringChanged(Event):
    """A mentoring relationship is this from now on; `ends_on` is its last day, paused or not."""

    type: ClassVar[str] = "portal.mentoring_changed"

    relationship_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    weeks_between_meetings: int | None
    paused_on: date | None = None


class MeetingRecorded(Event):
    """Of a meeting it is recorded that it was held or missed, on this day."""

    type: ClassVar[str] = "portal.meeting_recorded"

    meeting_id: UUID
    relationship_id: UUID
    on: date


class TargetChanged(Event):
    """A target is due on this day, while it is open."""

    type: ClassVar[str] = "portal.target_changed"

    target_id: UUID
    relationship_id: UUID
    due_on: date
    is_open: bool


class ProposalChanged(Event):
    """A proposed pair waits for answers, while it is open."""

    type: ClassVar[str] = "portal.proposal_changed"

    pair_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    is_open: bool


class ClosedDays(Value):
    """Days on which nobody is at a school, the first and the last included."""

    first_day: date
    last_day: date


class HolidaysChanged(Event):
    """A school is closed on these days, as far as its calendar is known."""

    type: ClassVar[str] = "portal.holidays_changed"

    urn: str
    closed: tuple[ClosedDays, ...]


class TrainingChanged(Event):
    """A trainee is in training from this day on, or is not."""

    type: ClassVar[str] = "portal.training_changed"

    trainee_id: UUID
    is_in_training: bool


MentoringNews = (
    sessions.RelationshipOpened
    | sessions.RelationshipPaused
    | sessions.RelationshipResumed
    | sessions.RelationshipBrokenOff
    | sessions.RelationshipRehomed
    | sessions.RelationshipMoved
    | sessions.RelationshipEnded
)
MeetingNews = sessions.MeetingHeld | sessions.MeetingMissed
TargetNews = sessions.TargetSet | sessions.TargetReviewed
ProposalNews = (
    matching.PairProposed
    | matching.PairDeclined
    | matching.PairLapsed
    | matching.PairConfirmed
    | matching.PairWithdrawn
)


def decide_mentoring(news: MentoringNews, known: MentoringChanged | None, now: datetime) -> Sequence[MentoringChanged]:
    """Take over what happened to a relationship; news of one that is not known emit no event."""
    del now
    if isinstance(news, sessions.RelationshipOpened):
        fields = {name: getattr(news, name) for name in MentoringChanged.model_fields if hasattr(news, name)}
        return _changes(known, MentoringChanged.model_validate(fields))
    if known is None:
        return []
    changed: Mapping[str, Any]
    match news:
        case sessions.RelationshipPaused():
            changed = {"paused_on": news.happened_on}
        case sessions.RelationshipResumed():
            changed = {"paused_on": None}
        case sessions.RelationshipBrokenOff():
            changed = {"ends_on": news.happened_on}
        case sessions.RelationshipRehomed():
            changed = {"trainee_id": news.trainee_id, "mentor_id": news.mentor_id}
        case sessions.RelationshipMoved():
            changed = {"school_urn": news.school_urn}
        case sessions.RelationshipEnded():
            changed = {"ends_on": news.ended_on}
    return _changes(known, known.model_copy(update={**changed, "happened_on": news.happened_on}))


def decide_meeting(news: MeetingNews, known: MeetingRecorded | None, now: datetime) -> Sequence[MeetingRecorded]:
    """Take over on which day a meeting was held or missed."""
    del now
    on = news.happened_on
    recorded = MeetingRecorded(meeting_id=news.meeting_id, relationship_id=news.relationship_id, on=on, happened_on=on)
    return _changes(known, recorded)


def decide_target(news: TargetNews, known: TargetChanged | None, now: datetime) -> Sequence[TargetChanged]:
    """Take over by when a target is due, and that it was met or dropped."""
    del now
    match news:
        case sessions.TargetSet():
            about = {"target_id": news.target_id, "relationship_id": news.relationship_id, "due_on": news.due_on}
            return _changes(known, TargetChanged(**about, is_open=True, happened_on=news.happened_on))
        case sessions.TargetReviewed() if known is not None:
            is_open = news.status not in ("met", "dropped")
            return _changes(known, known.model_copy(update={"is_open": is_open, "happened_on": news.happened_on}))
        case _:
            return []


def decide_proposal(news: ProposalNews, known: ProposalChanged | None, now: datetime) -> Sequence[ProposalChanged]:
    """Take over that a pair waits for answers, or does not any more."""
    del now
    if isinstance(news, matching.PairProposed):
        fields = {name: getattr(news, name) for name in ProposalChanged.model_fields if hasattr(news, name)}
        return _changes(known, ProposalChanged.model_validate({**fields, "is_open": True}))
    if known is None:
        return []
    return _changes(known, known.model_copy(update={"is_open": False, "happened_on": news.happened_on}))


def decide_holidays(
    news: referral.SchoolCalendarRecorded, known: HolidaysChanged | None, now: datetime
) -> Sequence[HolidaysChanged]:
    """Take over when a school is closed."""
    del now
    closed = tuple(ClosedDays(first_day=first, last_day=last) for first, last in holidays_of(news.periods))
    return _changes(known, HolidaysChanged(urn=news.urn, closed=closed, happened_on=news.happened_on))


def decide_training(
    news: referral.TraineeStandingChanged, known: TrainingChanged | None, now: datetime
) -> Sequence[TrainingChanged]:
    """Take over whether a trainee is in training."""
    del now
    is_in_training = news.standing == "in_training"
    if known is None and is_in_training:
        return []
    about = {"trainee_id": news.trainee_id, "is_in_training": is_in_training}
    return _changes(known, TrainingChanged.model_validate({**about, "happened_on": news.happened_on}))


def _changes(known: S | None, state: S) -> Sequence[S]:
    """Return the new state, unless it says nothing new."""
    same = known is not None and known.model_dump(exclude={"happened_on"}) == state.model_dump(exclude={"happened_on"})
    return [] if same else [state]


def _last(_: S | None, event: S) -> S:
    return event


def _none() -> None:
    return None


MENTORING: Decider[MentoringChanged | None, MentoringNews, MentoringChanged] = Decider(
    "mentoring", _none, decide_mentoring, _last, (MentoringChanged,)
)
MEETING: Decider[MeetingRecorded | None, MeetingNews, MeetingRecorded] = Decider(
    "meeting", _none, decide_meeting, _last, (MeetingRecorded,)
)
TARGET: Decider[TargetChanged | None, TargetNews, TargetChanged] = Decider(
    "target", _none, decide_target, _last, (TargetChanged,)
)
PROPOSAL: Decider[ProposalChanged | None, ProposalNews, ProposalChanged] = Decider(
    "proposal", _none, decide_proposal, _last, (ProposalChanged,)
)
HOLIDAYS: Decider[HolidaysChanged | None, referral.SchoolCalendarRecorded, HolidaysChanged] = Decider(
    "holidays", _none, decide_holidays, _last, (HolidaysChanged,)
)
TRAINING: Decider[TrainingChanged | None, referral.TraineeStandingChanged, TrainingChanged] = Decider(
    "training", _none, decide_training, _last, (TrainingChanged,)
)
