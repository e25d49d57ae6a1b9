"""Where a trainee was placed before they came to us, so that the next placement can contrast with it.

Source: product.md R3, M8. Dates may be unknown: the register of trainees keeps none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.kernel.decider import Command, Decider, Event


class Placement(BaseModel):
    """A placement at a school."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    school_urn: str
    starts_on: date | None = None
    ends_on: date | None = None


class EarlierPlacementsRecorded(Event):
    """All that is known of where the trainee was placed, in the order in which it became known."""

    type: ClassVar[str] = "referral.earlier_placements_recorded"

    trainee_id: UUID
    placements: tuple[Placement, ...]


class RecordEarlier(Command):
    """Say where a trainee was placed; a date that is None leaves alone what is known."""

    trainee_id: UUID
    placement: Placement
    on: date


class RestoreEarlier(Command):
    """Let the trainee's earlier placements be these."""

    trainee_id: UUID
    placements: tuple[Placement, ...]
    on: date


Commands = RecordEarlier | RestoreEarlier


@dataclass(frozen=True, slots=True)
class Earlier:
    """A trainee's earlier placements, one a school."""

    placements: tuple[Placement, ...] = ()


def decide(command: Commands, earlier: Earlier, now: datetime) -> Sequence[EarlierPlacementsRecorded]:
    """What is known already changes nothing."""
    del now
    match command:
        case RecordEarlier(placement=placement):
            placements = _with(earlier.placements, placement)
        case RestoreEarlier(placements=placements):
            pass
    if placements == earlier.placements:
        return []
    recorded = EarlierPlacementsRecorded(happened_on=command.on, trainee_id=command.trainee_id, placements=placements)
    return [recorded]


def _with(placements: tuple[Placement, ...], new: Placement) -> tuple[Placement, ...]:
    if all(one.school_urn != new.school_urn for one in placements):
        return (*placements, new)
    said = new.model_dump(exclude_none=True)
    return tuple(one.model_copy(update=said) if one.school_urn == new.school_urn else one for one in placements)


def evolve(earlier: Earlier, event: EarlierPlacementsRecorded) -> Earlier:
    """The trainee's earlier placements after the event."""
    del earlier
    return Earlier(event.placements)


EARLIER: Decider[Earlier, Commands, EarlierPlacementsRecorded] = Decider(
    "earlier", Earlier, decide, evolve, (EarlierPlacementsRecorded,)
)
