"""A process for each referral and for each trainee: when the trainee leaves, withdraw the pairs.

A trainee leaves by a referral that is withdrawn, or leaves training altogether. A round that read before that may still
propose the trainee: in whichever order the two events come, the pair is withdrawn. Source: product.md M6, R7.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from services.matching.domain.candidates import CandidateJoined, CandidateLeft
from services.matching.domain.pairs import Declined, Lapsed, Proposed, Withdrawn
from services.matching.domain.trainees import TraineeStatusKnown
from shared.kernel.decider import Decider, Event

PairOrTraineeChanged = Proposed | Declined | Lapsed | Withdrawn | CandidateLeft | CandidateJoined | TraineeStatusKnown


class PairActive(Event):
    """The trainee has a pair, proposed or confirmed."""

    type: ClassVar[str] = "matching.pair_held"

    pair_id: UUID


class PairOver(Event):
    """A pair was declined, lapsed or was withdrawn."""

    type: ClassVar[str] = "matching.pair_let_go"

    pair_id: UUID


class TraineeLeft(Event):
    """The trainee has left."""

    type: ClassVar[str] = "matching.trainee_gone"


class TraineeReturned(Event):
    """The trainee is back."""

    type: ClassVar[str] = "matching.trainee_back"


class WithdrawalDue(Event):
    """A pair of a trainee who has left is to be withdrawn."""

    type: ClassVar[str] = "matching.parting_due"

    pair_id: UUID


Events = PairActive | PairOver | TraineeLeft | TraineeReturned | WithdrawalDue


@dataclass(frozen=True, slots=True)
class TraineePairs:
    """The pairs of a trainee, proposed or confirmed, and whether the trainee has left."""

    pairs: tuple[UUID, ...] = ()
    left: bool = False


def decide(change: PairOrTraineeChanged, state: TraineePairs, now: datetime) -> Sequence[Events]:
    """Withdraw the pairs of a trainee who leaves, and any pair that is proposed after that."""
    del now
    on = change.happened_on
    match change:
        case Proposed(pair_id=pair_id):
            due = [WithdrawalDue(happened_on=on, pair_id=pair_id)] if state.left else []
            return [PairActive(happened_on=on, pair_id=pair_id), *due]
        case Declined(pair_id=pair_id) | Lapsed(pair_id=pair_id) | Withdrawn(pair_id=pair_id):
            return [PairOver(happened_on=on, pair_id=pair_id)] if pair_id in state.pairs else []
        case TraineeStatusKnown(standing="in_training" | "deferred") | CandidateJoined():
            return [TraineeReturned(happened_on=on)] if state.left else []
        case _ if state.left:
            return []
        case _:
            due = [WithdrawalDue(happened_on=on, pair_id=pair_id) for pair_id in state.pairs]
            return [TraineeLeft(happened_on=on), *due]


def evolve(state: TraineePairs, event: Events) -> TraineePairs:
    """Return the pairs of the trainee after the event."""
    match event:
        case PairActive(pair_id=pair_id):
            return replace(state, pairs=(*state.pairs, pair_id))
        case PairOver(pair_id=pair_id):
            return replace(state, pairs=tuple(other for other in state.pairs if other != pair_id))
        case TraineeLeft() | TraineeReturned():
            return replace(state, left=isinstance(event, TraineeLeft))
        case WithdrawalDue():
            return state


def _leavers(category: str) -> Decider[TraineePairs, PairOrTraineeChanged, Events]:
    events = (PairActive, PairOver, TraineeLeft, TraineeReturned, WithdrawalDue)
    return Decider(category, TraineePairs, decide, evolve, events)


LEAVERS_BY_REFERRAL = _leavers("referral_parting")
LEAVERS_BY_TRAINEE = _leavers("trainee_parting")
