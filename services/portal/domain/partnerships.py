"""A partnership that has opened: its name, as people see it at the top of each page.

Source: product.md R1 and U1; `alongside partnership open` is its first act.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field

from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, Event, Value

KEY = "own"
"""A tenant is a partnership, so its stream needs no id."""


class PartnershipNamed(Event):
    """The partnership was opened under this name, or changed it."""

    type: ClassVar[str] = "portal.partnership_named"

    name: str


class NewName(Value):
    """The name of a partnership as people see it, and the day from which it has it."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    on: StepDay


class NamePartnership(Command):
    """Open the partnership under a name, or change its name."""

    name: str
    on: date


def decide(command: NamePartnership, name: str | None, now: datetime) -> Sequence[PartnershipNamed]:
    """Name the partnership. Idempotent: the name that it has emits no event."""
    del now
    return [] if command.name == name else [PartnershipNamed(name=command.name, happened_on=command.on)]


def evolve(name: str | None, event: PartnershipNamed) -> str | None:
    """Apply an event."""
    del name
    return event.name


def _unnamed() -> str | None:
    return None


PARTNERSHIP: Decider[str | None, NamePartnership, PartnershipNamed] = Decider(
    "partnership", _unnamed, decide, evolve, (PartnershipNamed,)
)
