"""Who waits for a round, and what rounds came to."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.matching.domain import known
from services.matching.domain import pairs as pair
from services.matching.domain.rounds import (
    LoadMeasured,
    PairFound,
    RoundAsked,
    RoundBegun,
    RoundCancelled,
    RoundFailed,
    RoundSolved,
    TraineeUnplaced,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


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
    return replace(row, reason=event.reason, explanation=event.explanation) if event.proposes else row


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
        known.CandidateJoined: Step(key_from("referral_id"), _joined),
        known.CandidateLeft: Step(key_from("referral_id"), _left),
        TraineeUnplaced: Step(key_from("referral_id"), _unplaced),
        pair.Proposed: Step(key_from("referral_id"), _turned("proposed")),
        pair.Declined: Step(key_from("referral_id"), _turned("waiting")),
        pair.Lapsed: Step(key_from("referral_id"), _turned("waiting")),
        pair.Withdrawn: Step(key_from("referral_id"), _turned("waiting")),
        pair.Confirmed: Step(key_from("referral_id"), _turned("placed")),
    },
    indexes=("status", "programme_id"),
)


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round: what was asked for, how far it is, and what it came to, as `domain.round.Outcome` says.

    `status` is the solver's; `name` is sealed.
    """

    round_id: UUID
    programme_id: UUID
    by: str
    state: str
    kind: str = "match"
    proposes: bool = True
    name: str | None = None
    variant: dict[str, Any] | None = None
    leaving: dict[str, Any] | None = None
    asked_on: date | None = None
    asked_at: datetime | None = None
    begun_at: datetime | None = None
    counts: dict[str, int] | None = None
    failed_because: str | None = None
    solved_on: date | None = None
    hours_per_trainee_week: float | None = None
    weights: dict[str, int] | None = None
    placed: int | None = None
    unplaced: int | None = None
    trainees_left_out: int | None = None
    offers_left_out: int | None = None
    total_cost: int | None = None
    solver: str | None = None
    status: str | None = None
    objective: dict[str, Any] | None = None
    bound: dict[str, Any] | None = None
    explained: dict[str, int] | None = None


def _asked(_: RoundRow | None, event: RoundAsked) -> RoundRow:
    return row_of(
        RoundRow,
        event,
        state="asked",
        asked_on=event.happened_on,
        variant=_body(event.variant),
        leaving=_body(event.leaving),
    )


def _solved(row: RoundRow | None, event: RoundSolved) -> RoundRow:
    # rounds of before there was anything to ask begin with this
    row = row or row_of(RoundRow, event, state="solved")
    outcome = dict(event.outcome) | {
        name: _body(getattr(event.outcome, name)) for name in ("objective", "bound", "explained")
    }
    return replace(row, state="solved", solved_on=event.happened_on, **outcome)


def _body(part: BaseModel | None) -> dict[str, Any] | None:
    return part.model_dump(mode="json", exclude_defaults=True) if part else None


ROUNDS = ReadModel(
    name="rounds",
    row=RoundRow,
    key=("round_id",),
    on={
        RoundAsked: Step(key_from("round_id"), _asked),
        RoundBegun: Step(
            key_from("round_id"),
            lambda row, event: replace(row, state="begun", begun_at=event.begun_at, counts=dict(event.counts)),
        ),
        RoundSolved: Step(key_from("round_id"), _solved),
        RoundCancelled: Step(key_from("round_id"), lambda row, _: replace(row, state="cancelled")),
        RoundFailed: Step(
            key_from("round_id"), lambda row, event: replace(row, state="failed", failed_because=event.reason)
        ),
    },
    indexes=("programme_id",),
)


@dataclass(frozen=True, slots=True)
class UnplacedRow:
    """A trainee whom a round left without a place, why, and what would place them."""

    round_id: UUID
    referral_id: UUID
    trainee_id: UUID
    reason: str
    explanation: str
    remedies: tuple[dict[str, str], ...] = ()


def _left_over(_: UnplacedRow | None, event: TraineeUnplaced) -> UnplacedRow:
    return row_of(UnplacedRow, event, remedies=tuple(one.model_dump() for one in event.remedies))


UNPLACED = ReadModel(
    name="unplaced",
    row=UnplacedRow,
    key=("round_id", "referral_id"),
    on={TraineeUnplaced: Step(key_from("round_id", "referral_id"), _left_over)},
)


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A pair of a round that proposes nothing; `pair_id` is the pair that stands, `changes` whether it would move."""

    round_id: UUID
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    offer_id: UUID
    travel_minutes: int
    cost: int
    terms: dict[str, int]
    why: dict[str, Any] | None
    pair_id: UUID | None
    changes: bool


FOUND = ReadModel(
    name="found",
    row=FoundRow,
    key=("round_id", "trainee_id"),
    on={
        PairFound: Step(
            key_from("round_id", "trainee_id"), lambda _, event: row_of(FoundRow, event, why=_body(event.why))
        )
    },
)


@dataclass(frozen=True, slots=True)
class LoadRow:
    """How a round's pairs lie on schools and mentors, as `domain.found.Load` says."""

    round_id: UUID
    schools: dict[str, Any]
    mentors: dict[str, Any]


def _load(_: LoadRow | None, event: LoadMeasured) -> LoadRow:
    return LoadRow(event.round_id, event.load.schools.model_dump(), event.load.mentors.model_dump())


LOADS = ReadModel(name="loads", row=LoadRow, key=("round_id",), on={LoadMeasured: Step(key_from("round_id"), _load)})
