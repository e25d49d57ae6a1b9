"""The partnership's places and mentors' hours are given out by one round at a time.

Capacity is shared by all programmes of a partnership, so no stream of a round or a pair could see that two rounds gave
out the same hour. Each round therefore also writes to this one stream, and the store lets only one of two rounds that
began from the same version do so: the other one looks again and solves anew. A refusal only frees capacity and needs
no guard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, Event

PARTNERSHIP = "partnership"
"""The key of the one stream that a partnership has."""


class Allocated(Event):
    """A round has given out places and hours."""

    type: ClassVar[str] = "matching.allocated"

    round_id: UUID


class Allocate(Command):
    """Give out what the round decided."""

    round_id: UUID
    on: date


@dataclass(frozen=True, slots=True)
class Allocation:
    """Nothing: it is the stream's version that counts."""


def decide(command: Allocate, allocation: Allocation, now: datetime) -> Sequence[Allocated]:
    """Always."""
    del allocation, now
    return [Allocated(happened_on=command.on, round_id=command.round_id)]


def evolve(allocation: Allocation, event: Allocated) -> Allocation:
    """No state to change."""
    del event
    return allocation


ALLOCATION: Decider[Allocation, Allocate, Allocated] = Decider("allocation", Allocation, decide, evolve, (Allocated,))
