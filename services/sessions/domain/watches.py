"""A process for each relationship: look for signs when something is recorded, and when a target lies untouched.

Source: product.md S12. It keeps which meetings and targets there are, not what was said in them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.sessions.domain.meetings import MeetingHeld, MeetingMissed
from services.sessions.domain.nudges import NudgeEvent, NudgeGiven
from services.sessions.domain.target_progress import ProgressNoted
from services.sessions.domain.targets import TargetReviewed, TargetSet, TargetUntouched
from shared.kernel.decider import Decider

Changes = MeetingHeld | MeetingMissed | TargetSet | TargetReviewed | ProgressNoted | TargetUntouched | NudgeGiven


class MeetingNoticed(NudgeEvent):
    """A meeting was recorded, or its record amended."""

    type: ClassVar[str] = "sessions.meeting_noticed"

    meeting_id: UUID
    on: date


class TargetNoticed(NudgeEvent):
    """A target was set, reviewed or reworded on `on`; `is_open` says whether it is still to be reached."""

    type: ClassVar[str] = "sessions.target_noticed"

    target_id: UUID
    on: date
    is_open: bool


class UntouchedNoticed(NudgeEvent):
    """The mentor was told on `on` that nobody touches a target, as its owner was before."""

    type: ClassVar[str] = "sessions.untouched_noticed"

    target_id: UUID
    on: date


class LookDue(NudgeEvent):
    """Signs were to be looked for on a day; stored by versions that reckoned here when a target lies untouched."""

    type: ClassVar[str] = "sessions.look_due"

    on: date


class PassingOnDue(NudgeEvent):
    """Those whom the programme names are to be told on a day that a conversation may help."""

    type: ClassVar[str] = "sessions.passing_on_due"

    nudge_id: UUID
    on: date


Events = MeetingNoticed | TargetNoticed | UntouchedNoticed | LookDue | PassingOnDue


@dataclass(frozen=True, slots=True)
class WatchedTarget:
    """A target: whether it is open, and the day on which the mentor was told that nobody touches it."""

    is_open: bool
    told_on: date | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """The meetings of a relationship by their day, and its targets."""

    meetings: Mapping[date, UUID] = field(default_factory=dict)
    targets: Mapping[UUID, WatchedTarget] = field(default_factory=dict)


def decide(change: Changes, watch: Watch, now: datetime) -> Sequence[Events]:
    """Notice what was recorded, and when to look again or to tell others."""
    del now
    names = {"happened_on": change.happened_on, "relationship_id": change.relationship_id}
    match change:
        case MeetingHeld(meeting_id=meeting_id) | MeetingMissed(meeting_id=meeting_id):
            return [MeetingNoticed.model_validate({**names, "meeting_id": meeting_id, "on": change.happened_on})]
        case TargetSet(target_id=target_id) | ProgressNoted(target_id=target_id):
            before = watch.targets.get(target_id)
            is_open = before is None or before.is_open
            return [_notice(names, target_id, change.amended_on or change.happened_on, is_open=is_open)]
        case TargetReviewed(target_id=target_id, status=status):
            on = change.amended_on or change.happened_on
            return [_notice(names, target_id, on, is_open=status not in ("met", "dropped"))]
        case TargetUntouched(by="mentor", target_id=target_id):
            about = {"target_id": target_id, "on": change.happened_on}
            return [UntouchedNoticed.model_validate({**names, **about})]
        case TargetUntouched():
            return []
        case NudgeGiven(nudge_id=nudge_id, pass_on_on=date() as on):
            return [PassingOnDue.model_validate({**names, "nudge_id": nudge_id, "on": on})]
        case NudgeGiven():
            return []


def _notice(names: Mapping[str, object], target_id: UUID, on: date, *, is_open: bool) -> TargetNoticed:
    return TargetNoticed.model_validate({**names, "target_id": target_id, "on": on, "is_open": is_open})


def evolve(watch: Watch, event: Events) -> Watch:
    """Apply a fact of the process."""
    match event:
        case MeetingNoticed():
            others = {on: meeting_id for on, meeting_id in watch.meetings.items() if meeting_id != event.meeting_id}
            return replace(watch, meetings={**others, event.on: event.meeting_id})
        case TargetNoticed():
            return _with(watch, event.target_id, WatchedTarget(event.is_open))
        case UntouchedNoticed():
            return _with(watch, event.target_id, WatchedTarget(is_open=True, told_on=event.on))
        case LookDue() | PassingOnDue():
            return watch


def _with(watch: Watch, target_id: UUID, target: WatchedTarget) -> Watch:
    return replace(watch, targets={**watch.targets, target_id: target})


WATCH: Decider[Watch, Changes, Events] = Decider(
    "watch", Watch, decide, evolve, (MeetingNoticed, TargetNoticed, UntouchedNoticed, LookDue, PassingOnDue)
)
