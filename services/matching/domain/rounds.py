"""A round of matching: asked for, begun, and solved, cancelled or failed; with what the optimum came to.

Source: product.md M3, M4, M6, M9.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.matching.domain.explanations import Explained, Load, Objective, Remedy, Why
from services.matching.domain.scenarios import Leaving, Variant
from shared.events.words import UnplacedReason
from shared.kernel.decider import Command, Decider, DomainError, Event, NotFound, Personal

Kind = Literal["match", "repair"]
State = Literal["none", "asked", "begun", "solved", "cancelled", "failed"]


class Outcome(BaseModel):
    """What was asked of the solver and what it proved.

    Hours are a week; weights are by soft rule. Left out are trainees whose record is not known yet or who have a
    placement at that time, and offers at a school whose position is not known. `bound` is what no placement can better.
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
    status: Literal["optimal"]
    objective: Objective | None = None
    bound: Objective | None = None
    explained: Explained | None = None


class Counts(BaseModel):
    """How much a round has to work on; `candidates` are pairs of trainee and place that keep every hard rule."""

    model_config = ConfigDict(frozen=True)

    trainees: int
    offers: int
    mentors: int
    candidates: int


class RoundEvent(Event):
    """What every event of a round names."""

    round_id: UUID
    programme_id: UUID


class RoundAsked(RoundEvent):
    """Somebody wants a round for the waiting candidates of a programme, or a repair of what stands.

    One that does not propose is a preview or a scenario: nothing is sent, nothing given out. One that is `deferred` is
    solved by the worker when its turn comes.
    """

    type: ClassVar[str] = "matching.round_asked"

    by: str
    asked_at: datetime
    kind: Kind = "match"
    proposes: bool = True
    deferred: bool = False
    name: Annotated[str | None, Personal("by")] = None
    variant: Variant | None = None
    leaving: Leaving | None = None


class RoundBegun(RoundEvent):
    """The worker has read how things stand, and solves now."""

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
    """Nobody wants the round any more."""

    type: ClassVar[str] = "matching.round_cancelled"

    by: str


class RoundFailed(RoundEvent):
    """The round cannot be solved as it was asked for; the reason names nobody."""

    type: ClassVar[str] = "matching.round_failed"

    reason: str


class TraineeUnplaced(RoundEvent):
    """The round has no place for a trainee; the explanation names nobody. `remedies` are what would place them."""

    type: ClassVar[str] = "matching.trainee_unplaced"

    referral_id: UUID
    trainee_id: UUID
    reason: UnplacedReason
    explanation: str
    remedies: tuple[Remedy, ...] = ()
    proposes: bool = True


class PairFound(RoundEvent):
    """A pair of a round that proposes nothing. Travel is minutes one way; `pair_id` is the pair that it would replace.

    `changes` is whether it is another one than what stands.
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
    why: Why | None = None
    pair_id: UUID | None = None
    changes: bool = True


class LoadMeasured(RoundEvent):
    """How the round's pairs lie on schools and mentors."""

    type: ClassVar[str] = "matching.load_measured"

    load: Load


class LeftOver(BaseModel):
    """A candidate without a place."""

    model_config = ConfigDict(frozen=True)

    referral_id: UUID
    trainee_id: UUID
    reason: UnplacedReason
    explanation: str
    remedies: tuple[Remedy, ...] = ()


class Ask(Command):
    """Want a round."""

    asked: RoundAsked


class Begin(Command):
    """Say how much there is to work on."""

    counts: Counts


class Record(Command):
    """Record what a round came to; `found` are its pairs where it proposes nothing."""

    outcome: Outcome
    left_over: tuple[LeftOver, ...]
    load: Load | None = None
    found: tuple[PairFound, ...] = ()


class Cancel(Command):
    """Want the round no more."""

    by: str
    on: date


class Fail(Command):
    """Say why the round cannot be solved."""

    reason: str


class NobodyWaits(DomainError):
    """There is nobody to match."""


class RoundOver(DomainError):
    """The round is past the point at which this can be done."""


Commands = Ask | Begin | Record | Cancel | Fail
Events = (
    RoundAsked | RoundBegun | RoundSolved | RoundCancelled | RoundFailed | TraineeUnplaced | PairFound | LoadMeasured
)


@dataclass(frozen=True, slots=True)
class Round:
    """What decisions need: where the round is, and what was asked for."""

    state: State = "none"
    asked: RoundAsked | None = None


def decide(command: Commands, round_: Round, now: datetime) -> Sequence[Events]:
    """A round is asked for, perhaps begun, and then solved, cancelled or failed, once."""
    match command, round_:
        case Ask(asked=asked), Round(state="none"):
            return [asked]
        case _, Round(state="none"):
            raise NotFound("There is no such round.")
        case Begin(counts=counts), Round(state="asked", asked=RoundAsked() as asked):
            return [RoundBegun(begun_at=now, counts=counts, **_about(asked))]
        case Cancel(), Round(state="cancelled"):
            return []
        case Cancel(by=by, on=on), Round(state="asked" | "begun", asked=RoundAsked() as asked):
            return [RoundCancelled(by=by, **(_about(asked) | {"happened_on": on}))]
        case Fail(reason=reason), Round(state="asked" | "begun", asked=RoundAsked() as asked):
            return [RoundFailed(reason=reason, **_about(asked))]
        case Record(), Round(state="asked" | "begun", asked=RoundAsked() as asked):
            return _recorded(command, asked)
        case _:
            raise RoundOver(f"This round is already {round_.state}.")


def _recorded(command: Record, asked: RoundAsked) -> Sequence[Events]:
    outcome = command.outcome
    if not outcome.placed + outcome.unplaced:
        left_out = outcome.trainees_left_out
        also = (
            f" ({left_out} are not ready: their record is not here yet, or they have a placement)" if left_out else ""
        )
        raise NobodyWaits(f"Nobody waits for a match in this programme{also}.")
    about = _about(asked)
    return [
        RoundSolved(by=asked.by, outcome=outcome, kind=asked.kind, proposes=asked.proposes, **about),
        *(TraineeUnplaced(**about, **dict(one), proposes=asked.proposes) for one in command.left_over),
        *command.found,
        *([LoadMeasured(load=command.load, **about)] if command.load else []),
    ]


def _about(asked: RoundAsked) -> dict[str, object]:
    return {name: getattr(asked, name) for name in ("happened_on", "round_id", "programme_id")}


def evolve(round_: Round, event: Events) -> Round:
    """The round after the event."""
    match event:
        case RoundAsked():
            return Round("asked", event)
        case RoundBegun():
            return replace(round_, state="begun")
        case RoundSolved():
            return replace(round_, state="solved")
        case RoundCancelled():
            return replace(round_, state="cancelled")
        case RoundFailed():
            return replace(round_, state="failed")
        case TraineeUnplaced() | PairFound() | LoadMeasured():
            return round_


ROUND: Decider[Round, Commands, Events] = Decider(
    "round",
    Round,
    decide,
    evolve,
    (RoundAsked, RoundBegun, RoundSolved, RoundCancelled, RoundFailed, TraineeUnplaced, PairFound, LoadMeasured),
)
