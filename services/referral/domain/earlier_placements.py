"""The placements that a trainee had before they came to the partnership, so that the next placement can contrast with
them.

Source: product.md R3, M8. Dates may be unknown: the register of trainees keeps none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, Event, Value


class Placement(Value):
    """A placement at a school."""

    school_urn: str
    starts_on: date | None = None
    ends_on: date | None = None


class EarlierPlacementsRecorded(Event):
    """All earlier placements of the trainee that are known, in the order in which they became known."""

    type: ClassVar[str] = "referral.earlier_placements_recorded"

    trainee_id: UUID
    placements: tuple[Placement, ...]


class RecordEarlier(Command):
    """Record an earlier placement; a date that is None leaves the recorded date as it is."""

    trainee_id: UUID
    placement: Placement
    on: date


class RestoreEarlier(Command):
    """Replace all earlier placements of the trainee."""

    trainee_id: UUID
    placements: tuple[Placement, ...]
    on: date


Commands = RecordEarlier | RestoreEarlier


@dataclass(frozen=True, slots=True)
class EarlierPlacements:
    """A trainee's earlier placements, one for each school."""

    placements: tuple[Placement, ...] = ()


def decide(command: Commands, earlier: EarlierPlacements, now: datetime) -> Sequence[EarlierPlacementsRecorded]:
    """Record or replace earlier placements; a command that changes nothing emits no event."""
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
    if all(known.school_urn != new.school_urn for known in placements):
        return (*placements, new)
    fields = new.model_dump(exclude_none=True)
    return tuple(
        known.model_copy(update=fields) if known.school_urn == new.school_urn else known for known in placements
    )


def evolve(earlier: EarlierPlacements, event: EarlierPlacementsRecorded) -> EarlierPlacements:
    """Keep the earlier placements that the event lists."""
    del earlier
    return EarlierPlacements(event.placements)


EARLIER: Decider[EarlierPlacements, Commands, EarlierPlacementsRecorded] = Decider(
    "earlier", EarlierPlacements, decide, evolve, (EarlierPlacementsRecorded,)
)
