"""Supports that rest on a pair: when the pair is parted they are over, and their mentors' hours are free.

One stream a pair. A search that looked before it could see the pair withdrawn may propose for it still: whichever is
heard first, the support is let go. Source: product.md M6, M7.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from services.matching.domain import pairs as pair
from services.matching.domain import supports as support
from shared.kernel.decider import Decider, Event

Heard = support.Proposed | support.Declined | support.Lapsed | support.Ended | pair.Withdrawn


class SupportRests(Event):
    """A support rests on the pair."""

    type: ClassVar[str] = "matching.support_rests"

    support_id: UUID


class SupportOver(Event):
    """It does not any more."""

    type: ClassVar[str] = "matching.support_over"

    support_id: UUID


class GroundGone(Event):
    """The pair was parted."""

    type: ClassVar[str] = "matching.ground_gone"


class ReleaseDue(Event):
    """A support that rested on a pair which is parted is to be let go."""

    type: ClassVar[str] = "matching.release_due"

    support_id: UUID


Facts = SupportRests | SupportOver | GroundGone | ReleaseDue


@dataclass(frozen=True, slots=True)
class Resting:
    """The supports that rest on the pair, and whether it is gone."""

    supports: tuple[UUID, ...] = ()
    gone: bool = False


def decide(heard: Heard, resting: Resting, now: datetime) -> Sequence[Facts]:
    """Let go what rests on the pair when it is parted, and what is proposed after that."""
    del now
    on = heard.happened_on
    match heard:
        case pair.Withdrawn() if resting.gone:
            return []
        case pair.Withdrawn():
            due = [ReleaseDue(happened_on=on, support_id=one) for one in resting.supports]
            return [GroundGone(happened_on=on), *due]
        case support.Proposed(pair_id=None):
            return []
        case support.Proposed(support_id=support_id):
            late = [ReleaseDue(happened_on=on, support_id=support_id)] if resting.gone else []
            return [SupportRests(happened_on=on, support_id=support_id), *late]
        case _ if heard.support_id in resting.supports:
            return [SupportOver(happened_on=on, support_id=heard.support_id)]
        case _:
            return []


def evolve(resting: Resting, fact: Facts) -> Resting:
    """What rests on the pair after the fact."""
    match fact:
        case SupportRests(support_id=support_id):
            return replace(resting, supports=(*resting.supports, support_id))
        case SupportOver(support_id=support_id):
            return replace(resting, supports=tuple(one for one in resting.supports if one != support_id))
        case GroundGone():
            return replace(resting, gone=True)
        case ReleaseDue():
            return resting


RESTING: Decider[Resting, Heard, Facts] = Decider(
    "resting", Resting, decide, evolve, (SupportRests, SupportOver, GroundGone, ReleaseDue)
)
