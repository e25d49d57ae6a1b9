"""The confirmed placements of a trainee, as matching publishes them: two records of one person cannot both be placed.

Source: product.md R7 (one person, one record), M5.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import product
from typing import ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, DomainError, Event, Value


class Placement(Value):
    """A placement of a trainee by a referral, from its first day to its last."""

    pair_id: UUID
    referral_id: UUID
    starts_on: date
    ends_on: date

    @property
    def words(self) -> str:
        """The days and the referral, as part of a sentence."""
        return f"from {self.starts_on} to {self.ends_on} by referral {self.referral_id}"


class PlacementConfirmed(Event):
    """Both sides accepted a pair, so that the trainee is placed."""

    type: ClassVar[str] = "referral.placement_confirmed"

    trainee_id: UUID
    placement: Placement


class PlacementEnded(Event):
    """The pair of a placement was withdrawn."""

    type: ClassVar[str] = "referral.placement_ended"

    trainee_id: UUID
    pair_id: UUID


class ConfirmPlacement(Command):
    """Note a placement."""

    trainee_id: UUID
    placement: Placement
    on: date


class EndPlacement(Command):
    """Note that a pair was withdrawn."""

    trainee_id: UUID
    pair_id: UUID
    on: date


class BothPlaced(DomainError):
    """Both records have a placement at the same time, and one person can have only one of them."""


Commands = ConfirmPlacement | EndPlacement
Events = PlacementConfirmed | PlacementEnded


@dataclass(frozen=True, slots=True)
class Placements:
    """The placements of a trainee by their pairs, without those that were withdrawn."""

    by_pair: Mapping[UUID, Placement] = field(default_factory=dict)


def decide(command: Commands, placements: Placements, now: datetime) -> Sequence[Events]:
    """Note a placement, or its end. Idempotent."""
    del now
    match command:
        case ConfirmPlacement(placement=placement):
            if placements.by_pair.get(placement.pair_id) == placement:
                return []
            return [PlacementConfirmed(happened_on=command.on, trainee_id=command.trainee_id, placement=placement)]
        case EndPlacement(pair_id=pair_id):
            if pair_id not in placements.by_pair:
                return []
            return [PlacementEnded(happened_on=command.on, trainee_id=command.trainee_id, pair_id=pair_id)]


def evolve(placements: Placements, event: Events) -> Placements:
    """Return the placements after the event."""
    match event:
        case PlacementConfirmed(placement=placement):
            return Placements({**placements.by_pair, placement.pair_id: placement})
        case PlacementEnded(pair_id=ended):
            return Placements({pair_id: one for pair_id, one in placements.by_pair.items() if pair_id != ended})


def refuse_both_placed(merged: Iterable[Placement], kept: Iterable[Placement]) -> None:
    """Raise `BothPlaced` if a placement of one record shares a day with a placement of the other."""
    for one, other in product(sorted(merged, key=_first_day), sorted(kept, key=_first_day)):
        if one.starts_on <= other.ends_on and other.starts_on <= one.ends_on:
            raise BothPlaced(
                f"Both records have a placement at the same time: this one {one.words}, the record to keep "
                f"{other.words}. Decide which of the two goes on, withdraw the referral of the other, and merge then.",
                pointer="/into",
                referrals=[str(one.referral_id), str(other.referral_id)],
            )


def _first_day(placement: Placement) -> tuple[date, str]:
    return placement.starts_on, str(placement.pair_id)


PLACEMENTS: Decider[Placements, Commands, Events] = Decider(
    "placements", Placements, decide, evolve, (PlacementConfirmed, PlacementEnded)
)
