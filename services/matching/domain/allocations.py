"""Only one round at a time allocates a partnership's places and mentors' hours.

All programmes of a partnership share its capacity, so no stream of a round or a pair could show that two rounds
allocated the same hour. Each round therefore also appends to this one stream. Of two rounds that began from the same
version the store accepts one; the other reads again and is solved again. A refusal only frees capacity and needs no
guard.
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
    """A round has allocated places and hours."""

    type: ClassVar[str] = "matching.allocated"

    round_id: UUID


class Allocate(Command):
    """Allocate what the round decided."""

    round_id: UUID
    on: date


@dataclass(frozen=True, slots=True)
class Allocation:
    """Empty: only the stream's version matters."""


def decide(command: Allocate, allocation: Allocation, now: datetime) -> Sequence[Allocated]:
    """Record the allocation, whatever the state."""
    del allocation, now
    return [Allocated(happened_on=command.on, round_id=command.round_id)]


def evolve(allocation: Allocation, event: Allocated) -> Allocation:
    """Return the same state: it holds nothing."""
    del event
    return allocation


ALLOCATION: Decider[Allocation, Allocate, Allocated] = Decider("allocation", Allocation, decide, evolve, (Allocated,))
