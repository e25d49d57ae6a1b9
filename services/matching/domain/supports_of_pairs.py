"""A process for each pair: when the pair is withdrawn, end the supports that depend on it and free their hours.

A search that read before the withdrawal may still propose a support for the pair: in whichever order the two events
come, the support is ended. Source: product.md M6, M7.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from services.matching.domain import pairs, supports
from shared.kernel.decider import Decider, Event

PairOrSupportChanged = supports.Proposed | supports.Declined | supports.Lapsed | supports.Ended | pairs.Withdrawn


class SupportAttached(Event):
    """A support depends on the pair."""

    type: ClassVar[str] = "matching.support_rests"

    support_id: UUID


class SupportDetached(Event):
    """The support is over, so it does not depend on the pair any more."""

    type: ClassVar[str] = "matching.support_over"

    support_id: UUID


class PairGone(Event):
    """The pair was withdrawn."""

    type: ClassVar[str] = "matching.ground_gone"


class ReleaseDue(Event):
    """A support whose pair is withdrawn is to be ended."""

    type: ClassVar[str] = "matching.release_due"

    support_id: UUID


Events = SupportAttached | SupportDetached | PairGone | ReleaseDue


@dataclass(frozen=True, slots=True)
class SupportsOfPair:
    """The supports that depend on the pair, and whether the pair was withdrawn."""

    supports: tuple[UUID, ...] = ()
    gone: bool = False


def decide(change: PairOrSupportChanged, state: SupportsOfPair, now: datetime) -> Sequence[Events]:
    """End the supports of a pair when it is withdrawn, and supports that are proposed for it after that."""
    del now
    on = change.happened_on
    match change:
        case pairs.Withdrawn() if state.gone:
            return []
        case pairs.Withdrawn():
            due = [ReleaseDue(happened_on=on, support_id=support_id) for support_id in state.supports]
            return [PairGone(happened_on=on), *due]
        case supports.Proposed(pair_id=None):
            return []
        case supports.Proposed(support_id=support_id):
            late = [ReleaseDue(happened_on=on, support_id=support_id)] if state.gone else []
            return [SupportAttached(happened_on=on, support_id=support_id), *late]
        case _ if change.support_id in state.supports:
            return [SupportDetached(happened_on=on, support_id=change.support_id)]
        case _:
            return []


def evolve(state: SupportsOfPair, event: Events) -> SupportsOfPair:
    """Return the supports of the pair after the event."""
    match event:
        case SupportAttached(support_id=support_id):
            return replace(state, supports=(*state.supports, support_id))
        case SupportDetached(support_id=support_id):
            return replace(state, supports=tuple(other for other in state.supports if other != support_id))
        case PairGone():
            return replace(state, gone=True)
        case ReleaseDue():
            return state


SUPPORTS_OF_PAIR: Decider[SupportsOfPair, PairOrSupportChanged, Events] = Decider(
    "resting", SupportsOfPair, decide, evolve, (SupportAttached, SupportDetached, PairGone, ReleaseDue)
)
