"""Who waits for a round, and what rounds came to."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.matching.domain import known, pair
from services.matching.domain.round import RoundSolved, TraineeUnplaced
from shared.kernel.readmodel import ReadModel, Step, by, row_of


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A trainee in a programme: waiting, proposed or placed; while waiting, why the last round had no place."""

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    status: str
    since: date
    pair_id: UUID | None = None
    reason: str | None = None
    explanation: str | None = None


def _joined(row: CandidateRow | None, event: known.CandidateJoined) -> CandidateRow:
    return row or row_of(CandidateRow, event, status="waiting", since=event.happened_on)


def _unplaced(row: CandidateRow, event: TraineeUnplaced) -> CandidateRow:
    return replace(row, reason=event.reason, explanation=event.explanation)


def _left(row: CandidateRow | None, event: known.CandidateLeft) -> CandidateRow | None:
    # none for a referral that was taken back before it was accepted
    return row and replace(row, status="left", since=event.happened_on, reason=None, explanation=None)


def _turned(status: str) -> Callable[[CandidateRow, pair.PairEvent], CandidateRow]:
    def fold(row: CandidateRow, event: pair.PairEvent) -> CandidateRow:
        if row.status == "left":
            return row
        pair_id = None if status == "waiting" else event.pair_id
        return replace(row, status=status, since=event.happened_on, pair_id=pair_id, reason=None, explanation=None)

    return fold


CANDIDATES = ReadModel(
    name="candidates",
    row=CandidateRow,
    key=("referral_id",),
    on={
        known.CandidateJoined: Step(by("referral_id"), _joined),
        known.CandidateLeft: Step(by("referral_id"), _left),
        TraineeUnplaced: Step(by("referral_id"), _unplaced),
        pair.Proposed: Step(by("referral_id"), _turned("proposed")),
        pair.Declined: Step(by("referral_id"), _turned("waiting")),
        pair.Lapsed: Step(by("referral_id"), _turned("waiting")),
        pair.Withdrawn: Step(by("referral_id"), _turned("waiting")),
        pair.Confirmed: Step(by("referral_id"), _turned("placed")),
    },
    indexes=("status", "programme_id"),
)


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round and what it came to, as `domain.round.Outcome` says."""

    round_id: UUID
    programme_id: UUID
    solved_on: date
    by: str
    hours_per_trainee_week: float
    weights: dict[str, int]
    placed: int
    unplaced: int
    trainees_left_out: int
    offers_left_out: int
    total_cost: int
    solver: str
    status: str


def _round(_: RoundRow | None, event: RoundSolved) -> RoundRow:
    return row_of(RoundRow, event, solved_on=event.happened_on, **dict(event.outcome))


ROUNDS = ReadModel(
    name="rounds",
    row=RoundRow,
    key=("round_id",),
    on={RoundSolved: Step(by("round_id"), _round)},
)


@dataclass(frozen=True, slots=True)
class UnplacedRow:
    """A trainee whom a round left without a place, and why."""

    round_id: UUID
    referral_id: UUID
    trainee_id: UUID
    reason: str
    explanation: str


UNPLACED = ReadModel(
    name="unplaced",
    row=UnplacedRow,
    key=("round_id", "referral_id"),
    on={TraineeUnplaced: Step(by("round_id", "referral_id"), lambda _, event: row_of(UnplacedRow, event))},
)
