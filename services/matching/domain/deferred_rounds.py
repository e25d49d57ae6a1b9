"""A process for each deferred round: the worker first begins it, which records its size, and then solves it.

Each step is a task of its own, so that a reader sees that the round was begun before it is solved.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from services.matching.domain.rounds import RoundBegun, RoundRequested
from shared.kernel.decider import Decider, Event

RoundChanged = RoundRequested | RoundBegun
Step = Literal["begin", "solve"]


class StepOrdered(Event):
    """The next step of a deferred round is due."""

    type: ClassVar[str] = "matching.round_step_ordered"

    round_id: UUID
    step: Step


def decide(change: RoundChanged, last: Step | None, now: datetime) -> Sequence[StepOrdered]:
    """Order one step after the other; a round that was solved while the caller waited needs neither."""
    del now
    match change, last:
        case RoundRequested(deferred=True), None:
            step: Step = "begin"
        case RoundBegun(), "begin":
            step = "solve"
        case _:
            return []
    return [StepOrdered(happened_on=change.happened_on, round_id=change.round_id, step=step)]


def evolve(_: Step | None, event: StepOrdered) -> Step | None:
    """Return the step that was ordered last."""
    return event.step


DEFERRED_ROUND: Decider[Step | None, RoundChanged, StepOrdered] = Decider(
    "solving", lambda: None, decide, evolve, (StepOrdered,)
)
