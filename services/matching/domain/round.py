"""A round of matching: what the optimum came to, and for each trainee left out the rule that binds.

Source: product.md M3, M4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.words import UnplacedReason
from shared.kernel.decider import Command, Decider, DomainError, Event


class Outcome(BaseModel):
    """What was asked of the solver and what it proved.

    Hours are a week; weights are by soft rule. Left out are trainees whose record is not known yet or who have a
    placement at that time, and offers at a school whose position is not known.
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


class RoundSolved(Event):
    """A round was solved for the waiting candidates of a programme."""

    type: ClassVar[str] = "matching.round_solved"

    round_id: UUID
    programme_id: UUID
    by: str
    outcome: Outcome


class TraineeUnplaced(Event):
    """The round has no place for a trainee; the explanation names nobody."""

    type: ClassVar[str] = "matching.trainee_unplaced"

    round_id: UUID
    programme_id: UUID
    referral_id: UUID
    trainee_id: UUID
    reason: UnplacedReason
    explanation: str


class LeftOver(BaseModel):
    """A candidate without a place."""

    model_config = ConfigDict(frozen=True)

    referral_id: UUID
    trainee_id: UUID
    reason: UnplacedReason
    explanation: str


class Record(Command):
    """Record what a round came to."""

    round_id: UUID
    programme_id: UUID
    by: str
    outcome: Outcome
    left_over: tuple[LeftOver, ...]
    on: date


class NobodyWaits(DomainError):
    """There is nobody to match."""


class AlreadySolved(DomainError):
    """The round was solved before."""


Events = RoundSolved | TraineeUnplaced


@dataclass(frozen=True, slots=True)
class Round:
    """What decisions need: whether it is solved."""

    solved: bool = False


def decide(command: Record, round_: Round, now: datetime) -> Sequence[Events]:
    """A round is solved once, for somebody."""
    del now
    if round_.solved:
        raise AlreadySolved("This round was solved before.")
    if not command.outcome.placed + command.outcome.unplaced:
        left_out = command.outcome.trainees_left_out
        also = (
            f" ({left_out} are not ready: their record is not here yet, or they have a placement)" if left_out else ""
        )
        raise NobodyWaits(f"Nobody waits for a match in this programme{also}.")
    about = {"happened_on": command.on, "round_id": command.round_id, "programme_id": command.programme_id}
    return [
        RoundSolved(by=command.by, outcome=command.outcome, **about),
        *(TraineeUnplaced(**about, **dict(one)) for one in command.left_over),
    ]


def evolve(round_: Round, event: Events) -> Round:
    """The round after the event."""
    del round_, event
    return Round(solved=True)


ROUND: Decider[Round, Record, Events] = Decider("round", Round, decide, evolve, (RoundSolved, TraineeUnplaced))
