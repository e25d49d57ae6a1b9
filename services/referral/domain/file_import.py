"""A file that somebody brought and, after its dry run, confirmed: which rows went in with which effect.

Source: product.md R3; all rows of a file go in together or none does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from shared.kernel.decider import Command, Decider, Event

Kind = Literal["schools", "mentors", "trainees", "offers"]


class Effect(BaseModel):
    """How many rows of a file say something new, change something, change nothing, or are left out as bad."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    new: NonNegativeInt = 0
    changed: NonNegativeInt = 0
    unchanged: NonNegativeInt = 0
    left_out: NonNegativeInt = 0


class ImportConfirmed(Event):
    """The rows went in; the events of the same append say what each did."""

    type: ClassVar[str] = "referral.import_confirmed"

    import_id: UUID
    kind: Kind
    effect: Effect


class Confirm(Command):
    """Let the rows of a file in."""

    import_id: UUID
    kind: Kind
    effect: Effect
    on: date


@dataclass(frozen=True, slots=True)
class Import:
    """What the confirmation did; None before it."""

    effect: Effect | None = None


def decide(command: Confirm, found: Import, now: datetime) -> Sequence[ImportConfirmed]:
    """Confirmed once; what is said twice is said once."""
    del now
    if found.effect is not None:
        return []
    return [ImportConfirmed(happened_on=command.on, **command.model_dump(exclude={"on"}))]


def evolve(found: Import, event: ImportConfirmed) -> Import:
    """The import after the event."""
    del found
    return Import(event.effect)


IMPORT: Decider[Import, Confirm, ImportConfirmed] = Decider("import", Import, decide, evolve, (ImportConfirmed,))
