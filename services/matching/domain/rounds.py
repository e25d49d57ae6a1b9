"""A round of matching: requested, begun, and solved, cancelled or failed; with the result of a solved round.

Source: product.md M3, M4, M6, M9.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.matching.domain.explanations import (
    Explained,
    Load,
    Objective,
    PairExplanation,
    Remedy,
    SharedExplanations,
)
from services.matching.domain.repairs import Leaving
from services.matching.domain.scenarios import Overrides
from shared.events.words import UnplacedReason
from shared.inputs.days import RoundDay
from shared.kernel.decider import Command, Decider, DomainError, Event, NotFound, Personal, Value

Kind = Literal["match", "repair"]
RoundState = Literal["asked", "begun", "solved", "cancelled", "failed"]
State = Literal["none"] | RoundState
"""A round that was requested is `asked`."""


class Outcome(BaseModel):
    """The rules that the solver was given and what it proved.

    Hours are a week; weights are by soft rule. Left out are trainees whose record has not arrived or who have a
    placement at that time, and offers at a school whose position is not known. No solution is better than `bound`;
    `status` is what it proves: an optimum in every part, in all but the evenness of load, or less.
    """

    model_config = ConfigDict(frozen=True)

    hours_per_trainee_week: float
    weights: dict[str, int]
    placed: int
    unplaced: int
    trainees_left_out: int
    offers_left_out: int
    total_cost: int
    solver: str
    status: Literal["optimal", "optimal_except_load", "feasible"]
    objective: Objective | None = None
    bound: Objective | None = None
    explained: Explained | None = None


class Counts(BaseModel):
    """The size of a round; `candidates` are pairs of trainee and place that satisfy every hard rule."""

    model_config = ConfigDict(frozen=True)

    trainees: int
    offers: int
    mentors: int
    candidates: int


class RoundEvent(Event):
    """The ids that every event of a round has."""

    round_id: UUID
    programme_id: UUID


class RoundRequested(RoundEvent):
    """A round for the waiting candidates of a programme was requested, or a repair of its pairs.

    A round that does not propose is a preview or a scenario: it sends nothing and allocates nothing. A `deferred` round
    is solved by the worker.
    """

    type: ClassVar[str] = "matching.round_asked"

    by: str
    asked_at: datetime
    kind: Kind = "match"
    proposes: bool = True
    deferred: bool = False
    name: Annotated[str | None, Personal("by")] = None
    variant: Overrides | None = None
    leaving: Leaving | None = None


class RoundBegun(RoundEvent):
    """The worker has read the input of the round, and solves it now."""

    type: ClassVar[str] = "matching.round_begun"

    begun_at: datetime
    counts: Counts


class RoundSolved(RoundEvent):
    """A round was solved for the waiting candidates of a programme."""

    type: ClassVar[str] = "matching.round_solved"

    by: str
    outcome: Outcome
    kind: Kind = "match"
    proposes: bool = True


class RoundCancelled(RoundEvent):
    """The round was cancelled."""

    type: ClassVar[str] = "matching.round_cancelled"

    by: str


class RoundFailed(RoundEvent):
    """The round cannot be solved as requested; the reason names nobody."""

    type: ClassVar[str] = "matching.round_failed"

    reason: str


class TraineeUnplaced(RoundEvent):
    """The round has no place for a trainee; the explanation names nobody. Each of `remedies` would place them."""

    type: ClassVar[str] = "matching.trainee_unplaced"

    referral_id: UUID
    trainee_id: UUID
    reason: UnplacedReason
    explanation: str
    remedies: tuple[Remedy, ...] = ()
    proposes: bool = True


class PairPreviewed(RoundEvent):
    """A pair of a round that proposes nothing. Travel is minutes one way; `pair_id` is the pair that it would replace.

    `changes` is whether it differs from the trainee's pair of before. `why` is in older events only.
    """

    type: ClassVar[str] = "matching.pair_found"

    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    offer_id: UUID
    travel_minutes: int
    cost: int
    terms: dict[str, int]
    why: PairExplanation | None = None
    pair_id: UUID | None = None
    changes: bool = True


class PairsExplained(RoundEvent):
    """Why trainees have the pairs that the round proposed or previewed; a round of many pairs has several parts."""

    type: ClassVar[str] = "matching.pairs_explained"

    part: int
    explanations: SharedExplanations


class LoadMeasured(RoundEvent):
    """How much of the capacity of schools and mentors the round uses."""

    type: ClassVar[str] = "matching.load_measured"

    load: Load


class UnplacedCandidate(BaseModel):
    """A candidate without a place."""

    model_config = ConfigDict(frozen=True)

    referral_id: UUID
    trainee_id: UUID
    reason: UnplacedReason
    explanation: str
    remedies: tuple[Remedy, ...] = ()


class NewRound(Value):
    """A round for everybody who waits in a programme."""

    programme_id: UUID
    on: RoundDay


class RequestRound(Command):
    """Request a round."""

    request: RoundRequested


class Begin(Command):
    """Begin a deferred round of this size."""

    counts: Counts


class Record(Command):
    """Record the result of a round; `previewed` are its pairs if it proposes nothing, `explanations` in parts."""

    outcome: Outcome
    unplaced: tuple[UnplacedCandidate, ...]
    load: Load | None = None
    previewed: tuple[PairPreviewed, ...] = ()
    explanations: tuple[SharedExplanations, ...] = ()


class Cancel(Command):
    """Cancel the round."""

    by: str
    on: date


class Fail(Command):
    """Record why the round cannot be solved."""

    reason: str


class NobodyWaits(DomainError):
    """There is nobody to match."""


class RoundOver(DomainError):
    """The round was solved, cancelled or has failed, so this cannot be done any more."""


Commands = RequestRound | Begin | Record | Cancel | Fail
Events = (
    RoundRequested
    | RoundBegun
    | RoundSolved
    | RoundCancelled
    | RoundFailed
    | TraineeUnplaced
    | PairPreviewed
    | PairsExplained
    | LoadMeasured
)


@dataclass(frozen=True, slots=True)
class Round:
    """The state of a round, and what was requested."""

    state: State = "none"
    request: RoundRequested | None = None


def decide(command: Commands, round_: Round, now: datetime) -> Sequence[Events]:
    """Request a round once, begin it if it is deferred, and end it once: solved, cancelled or failed."""
    match command, round_:
        case RequestRound(request=request), Round(state="none"):
            return [request]
        case _, Round(state="none"):
            raise NotFound("There is no such round.")
        case Begin(counts=counts), Round(state="asked", request=RoundRequested() as request):
            return [RoundBegun(begun_at=now, counts=counts, **_about(request))]
        case Cancel(), Round(state="cancelled"):
            return []
        case Cancel(by=by, on=on), Round(state="asked" | "begun", request=RoundRequested() as request):
            return [RoundCancelled(by=by, **(_about(request) | {"happened_on": on}))]
        case Fail(reason=reason), Round(state="asked" | "begun", request=RoundRequested() as request):
            return [RoundFailed(reason=reason, **_about(request))]
        case Record(), Round(state="asked" | "begun", request=RoundRequested() as request):
            return _recorded(command, request)
        case _:
            raise RoundOver(f"This round is already {round_.state}.")


def _recorded(command: Record, request: RoundRequested) -> Sequence[Events]:
    outcome = command.outcome
    if not outcome.placed + outcome.unplaced:
        left_out = outcome.trainees_left_out
        also = (
            f" ({left_out} are not ready: their record has not arrived yet, or they have a placement)"
            if left_out
            else ""
        )
        raise NobodyWaits(f"Nobody waits for a match in this programme{also}.")
    about = _about(request)
    return [
        RoundSolved(by=request.by, outcome=outcome, kind=request.kind, proposes=request.proposes, **about),
        *(TraineeUnplaced(**about, **dict(candidate), proposes=request.proposes) for candidate in command.unplaced),
        *command.previewed,
        *(PairsExplained(**about, part=part, explanations=each) for part, each in enumerate(command.explanations)),
        *([LoadMeasured(load=command.load, **about)] if command.load else []),
    ]


def _about(request: RoundRequested) -> dict[str, object]:
    return {name: getattr(request, name) for name in ("happened_on", "round_id", "programme_id")}


def evolve(round_: Round, event: Events) -> Round:
    """Return the round after the event."""
    match event:
        case RoundRequested():
            return Round("asked", event)
        case RoundBegun():
            return replace(round_, state="begun")
        case RoundSolved():
            return replace(round_, state="solved")
        case RoundCancelled():
            return replace(round_, state="cancelled")
        case RoundFailed():
            return replace(round_, state="failed")
        case TraineeUnplaced() | PairPreviewed() | PairsExplained() | LoadMeasured():
            return round_


ROUND: Decider[Round, Commands, Events] = Decider(
    "round",
    Round,
    decide,
    evolve,
    (
        RoundRequested,
        RoundBegun,
        RoundSolved,
        RoundCancelled,
        RoundFailed,
        TraineeUnplaced,
        PairPreviewed,
        PairsExplained,
        LoadMeasured,
    ),
)
