"""Read model of schools' offers, with their current terms."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.referral.domain import offers
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A school's offer; without places it is withdrawn, without year groups or routes it is open to all of them."""

    offer_id: UUID
    school_urn: str
    subject: str
    phase: str
    places: int
    starts_on: date
    ends_on: date
    academic_year: str
    recorded_on: date
    last_confirmed_on: date
    year_groups: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()
    send_placement: bool = False


def _offered(row: OfferRow | None, event: offers.Events) -> OfferRow:
    recorded_on = row.recorded_on if row and isinstance(event, offers.OfferConfirmed) else event.happened_on
    return row_of(OfferRow, event, recorded_on=recorded_on, last_confirmed_on=event.happened_on)


OFFERS = ReadModel(
    name="offers",
    edition=2,
    row=OfferRow,
    key=("offer_id",),
    on={event: Step(key_from("offer_id"), _offered) for event in offers.OFFER.events},
    indexes=("school_urn", "last_confirmed_on"),
)
