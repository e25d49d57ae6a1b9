"""A process for each target: on a day its owner is told that nobody has touched it, and later the mentor.

Source: NCSL (targets "written in planners and never revisited"), product.md S3 (never silently stale).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.sessions.domain.target_progress import ProgressNoted
from services.sessions.domain.targets import TargetReviewed, TargetSet
from shared.kernel.decider import Decider, Event

Touched = TargetSet | TargetReviewed | ProgressNoted


class TellingDue(Event):
    """The owner and the mentor are told on these days, unless somebody touches the target before; None tells nobody."""

    type: ClassVar[str] = "sessions.target_telling_due"

    target_id: UUID
    owner_told_on: date | None
    mentor_told_on: date | None


Days = tuple[date | None, date | None]


def decide(touch: Touched, due: Days | None, now: datetime) -> Sequence[TellingDue]:
    """Follow each touch of a target. Where nothing was due and nothing is, it emits no event."""
    del now
    if (due is None or due == (None, None)) and touch.owner_told_on is None:
        return []
    return [
        TellingDue(
            happened_on=touch.amended_on or touch.happened_on,
            target_id=touch.target_id,
            owner_told_on=touch.owner_told_on,
            mentor_told_on=touch.mentor_told_on,
        )
    ]


def evolve(_: Days | None, event: TellingDue) -> Days:
    """Return the days on which the two are told."""
    return event.owner_told_on, event.mentor_told_on


UNTOUCHED_TARGET: Decider[Days | None, Touched, TellingDue] = Decider(
    "untouched_target", lambda: None, decide, evolve, (TellingDue,)
)
