"""Offers to host as a read model."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.matching.domain.offers import OfferKnown
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A school's offer. The places that are left are computed from `pairs`."""

    offer_id: UUID
    school_urn: str
    subject: str
    phase: str
    places: int
    starts_on: date
    ends_on: date
    academic_year: str
    year_groups: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()
    last_confirmed_on: date | None = None
    send_placement: bool = False


OFFERS = ReadModel(
    name="offers",
    edition=2,
    row=OfferRow,
    key=("offer_id",),
    on={OfferKnown: Step(key_from("offer_id"), lambda _, event: row_of(OfferRow, event))},
    indexes=("academic_year",),
)
