"""A trainee leaves, by a referral that is taken back or from training altogether: their pairs do not stand any more.

One stream a referral, and one a trainee. A round that looked before it could see that they left may propose them still:
whichever is heard first, the pair is parted. Source: product.md M6, R7.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from services.matching.domain.known import CandidateLeft, TraineeStandingKnown
from services.matching.domain.pairs import Declined, Lapsed, Proposed, Withdrawn
from shared.kernel.decider import Decider, Event

Heard = Proposed | Declined | Lapsed | Withdrawn | CandidateLeft | TraineeStandingKnown


class PairHeld(Event):
    """A pair stands, proposed or confirmed."""

    type: ClassVar[str] = "matching.pair_held"

    pair_id: UUID


class PairLetGo(Event):
    """A pair came to nothing."""

    type: ClassVar[str] = "matching.pair_let_go"

    pair_id: UUID


class TraineeGone(Event):
    """Whose pairs these are has left."""

    type: ClassVar[str] = "matching.trainee_gone"


class TraineeBack(Event):
    """They are here again."""

    type: ClassVar[str] = "matching.trainee_back"


class PartingDue(Event):
    """A pair of somebody who has left is to be parted."""

    type: ClassVar[str] = "matching.parting_due"

    pair_id: UUID


Facts = PairHeld | PairLetGo | TraineeGone | TraineeBack | PartingDue


@dataclass(frozen=True, slots=True)
class Held:
    """The pairs that stand, and whether the trainee has left."""

    pairs: tuple[UUID, ...] = ()
    gone: bool = False


def decide(heard: Heard, held: Held, now: datetime) -> Sequence[Facts]:
    """Part what stands when they leave, and what is proposed after that."""
    del now
    on = heard.happened_on
    match heard:
        case Proposed(pair_id=pair_id):
            due = [PartingDue(happened_on=on, pair_id=pair_id)] if held.gone else []
            return [PairHeld(happened_on=on, pair_id=pair_id), *due]
        case Declined(pair_id=pair_id) | Lapsed(pair_id=pair_id) | Withdrawn(pair_id=pair_id):
            return [PairLetGo(happened_on=on, pair_id=pair_id)] if pair_id in held.pairs else []
        case TraineeStandingKnown(standing=standing) if standing != "withdrawn":
            return [TraineeBack(happened_on=on)] if held.gone else []
        case _ if held.gone:
            return []
        case _:
            return [TraineeGone(happened_on=on), *(PartingDue(happened_on=on, pair_id=one) for one in held.pairs)]


def evolve(held: Held, fact: Facts) -> Held:
    """What stands after the fact."""
    match fact:
        case PairHeld(pair_id=pair_id):
            return replace(held, pairs=(*held.pairs, pair_id))
        case PairLetGo(pair_id=pair_id):
            return replace(held, pairs=tuple(one for one in held.pairs if one != pair_id))
        case TraineeGone() | TraineeBack():
            return replace(held, gone=isinstance(fact, TraineeGone))
        case PartingDue():
            return held


def _parting(category: str) -> Decider[Held, Heard, Facts]:
    return Decider(category, Held, decide, evolve, (PairHeld, PairLetGo, TraineeGone, TraineeBack, PartingDue))


BY_REFERRAL = _parting("referral_parting")
BY_TRAINEE = _parting("trainee_parting")
