"""Rounds and their results as read models."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.matching.domain.rounds import (
    LoadMeasured,
    PairPreviewed,
    PairsExplained,
    RoundBegun,
    RoundCancelled,
    RoundFailed,
    RoundRequested,
    RoundSolved,
    TraineeUnplaced,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round: the request, its state, and its result, as in `domain.rounds.Outcome`.

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


def _requested(_: RoundRow | None, event: RoundRequested) -> RoundRow:
    return row_of(
        RoundRow,
        event,
        state="asked",
        asked_on=event.happened_on,
        variant=_body(event.variant),
        leaving=_body(event.leaving),
    )


def _solved(row: RoundRow | None, event: RoundSolved) -> RoundRow:
    # the oldest rounds were not requested: their streams begin with this event
    row = row or row_of(RoundRow, event, state="solved")
    outcome = dict(event.outcome) | {
        name: _body(getattr(event.outcome, name)) for name in ("objective", "bound", "explained")
    }
    return replace(row, state="solved", solved_on=event.happened_on, **outcome)


def _body(part: BaseModel | None) -> dict[str, Any] | None:
    return part.model_dump(mode="json", exclude_defaults=True) if part else None


ROUNDS = ReadModel(
    name="rounds",
    edition=2,
    row=RoundRow,
    key=("round_id",),
    on={
        RoundRequested: Step(key_from("round_id"), _requested),
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
    """A trainee without a place in a round, the reason, and what would place them."""

    round_id: UUID
    referral_id: UUID
    trainee_id: UUID
    reason: str
    explanation: str
    remedies: tuple[dict[str, Any], ...] = ()


def _unplaced(_: UnplacedRow | None, event: TraineeUnplaced) -> UnplacedRow:
    return row_of(UnplacedRow, event, remedies=tuple(map(_body, event.remedies)))


UNPLACED = ReadModel(
    name="unplaced",
    edition=2,
    row=UnplacedRow,
    key=("round_id", "referral_id"),
    on={TraineeUnplaced: Step(key_from("round_id", "referral_id"), _unplaced)},
)


@dataclass(frozen=True, slots=True)
class PreviewedPairRow:
    """A pair of a round that proposes nothing; `pair_id` is the trainee's present pair, if they have one."""

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


PREVIEWED_PAIRS = ReadModel(
    name="found",
    row=PreviewedPairRow,
    key=("round_id", "trainee_id"),
    on={
        PairPreviewed: Step(
            key_from("round_id", "trainee_id"), lambda _, event: row_of(PreviewedPairRow, event, why=_body(event.why))
        )
    },
)


@dataclass(frozen=True, slots=True)
class ExplanationsRow:
    """Why trainees have their pairs in a round, a part of it, as in `domain.explanations.SharedExplanations`."""

    round_id: UUID
    part: int
    explanations: dict[str, Any]


EXPLANATIONS = ReadModel(
    name="explanations",
    row=ExplanationsRow,
    key=("round_id", "part"),
    on={
        PairsExplained: Step(
            key_from("round_id", "part"),
            lambda _, event: row_of(ExplanationsRow, event, explanations=_body(event.explanations)),
        )
    },
)


@dataclass(frozen=True, slots=True)
class LoadRow:
    """How much of the capacity of schools and mentors a round uses, as in `domain.explanations.Load`."""

    round_id: UUID
    schools: dict[str, Any]
    mentors: dict[str, Any]


def _load(_: LoadRow | None, event: LoadMeasured) -> LoadRow:
    return LoadRow(event.round_id, event.load.schools.model_dump(), event.load.mentors.model_dump())


LOADS = ReadModel(name="loads", row=LoadRow, key=("round_id",), on={LoadMeasured: Step(key_from("round_id"), _load)})
