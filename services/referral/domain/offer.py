"""A school's offer to host: so many places in a subject between two days of one academic year.

Source: product.md R5. An offer is known by school, subject, phase and first day: the autumn's and the spring's are two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid5

from pydantic import Field

from shared.events.words import Phase
from shared.kernel.decider import Command, Decider, Event, Invalid

_OFFERS = UUID("42343131-ecf6-579d-9407-bc4b92defdf8")


def offer_id(tenant: str, school_urn: str, subject: str, phase: Phase, starts_on: date) -> UUID:
    """The id of a school's offer in a subject (by code) and phase from a day on."""
    return uuid5(_OFFERS, f"{tenant}/{school_urn}/{subject}/{phase}/{starts_on}")


def academic_year_of(day: date) -> str:
    """The academic year, 1 September to 31 August, that a day lies in: `2026/27`."""
    first = day.year if day.month >= 9 else day.year - 1
    return f"{first}/{(first + 1) % 100:02}"


class OfferRecorded(Event):
    """The offer is new, or its places or last day have changed; no places is an offer withdrawn."""

    type: ClassVar[str] = "referral.offer_recorded"

    offer_id: UUID
    school_urn: str
    subject: str
    phase: Phase
    places: int
    starts_on: date
    ends_on: date
    academic_year: str


class RecordOffer(Command):
    """Say what a school can host; no places withdraws the offer."""

    offer_id: UUID
    school_urn: str
    subject: str
    phase: Phase
    places: int = Field(ge=0)
    starts_on: date
    ends_on: date
    on: date


@dataclass(frozen=True, slots=True)
class Offer:
    """The places and the last day that were recorded; None for an offer that nobody made."""

    places: int | None = None
    ends_on: date | None = None


def decide(command: RecordOffer, offer: Offer, now: datetime) -> Sequence[OfferRecorded]:
    """Within one academic year, first day before last; what is as it was changes nothing."""
    del now
    if command.ends_on < command.starts_on:
        raise Invalid("The last day of a placement is not before its first.", pointer="/ends_on")
    year = academic_year_of(command.starts_on)
    if academic_year_of(command.ends_on) != year:
        raise Invalid(f"This placement starts in {year}; it has to end by 31 August of that year.", pointer="/ends_on")
    if Offer(command.places, command.ends_on) == offer:
        return []
    return [OfferRecorded(happened_on=command.on, academic_year=year, **command.model_dump(exclude={"on"}))]


def evolve(offer: Offer, event: OfferRecorded) -> Offer:
    """The offer after the event."""
    del offer
    return Offer(event.places, event.ends_on)


OFFER: Decider[Offer, RecordOffer, OfferRecorded] = Decider("offer", Offer, decide, evolve, (OfferRecorded,))
