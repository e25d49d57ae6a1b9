"""Solving a deferred round: first it is begun, which says how much there is to do, then it is solved.

Both are tasks of their own, so that whoever looks sees the first before the second has ended.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from services.matching.domain.rounds import RoundAsked, RoundBegun
from shared.kernel.decider import Decider, Event

Heard = RoundAsked | RoundBegun
Step = Literal["begin", "solve"]


class StepOrdered(Event):
    """It is time for the next step of a deferred round."""

    type: ClassVar[str] = "matching.round_step_ordered"

    round_id: UUID
    step: Step


def decide(heard: Heard, ordered: Step | None, now: datetime) -> Sequence[StepOrdered]:
    """One step after the other; a round that was solved while somebody waited for it needs neither."""
    del now
    match heard, ordered:
        case RoundAsked(deferred=True), None:
            step: Step = "begin"
        case RoundBegun(), "begin":
            step = "solve"
        case _:
            return []
    return [StepOrdered(happened_on=heard.happened_on, round_id=heard.round_id, step=step)]


def evolve(_: Step | None, fact: StepOrdered) -> Step | None:
    """The step that was ordered last."""
    return fact.step


SOLVING: Decider[Step | None, Heard, StepOrdered] = Decider("solving", lambda: None, decide, evolve, (StepOrdered,))
