"""Offers of schools to host."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st
from pydantic import ValidationError

from services.referral.domain.offers import (
    OFFER,
    Confirm,
    OfferConfirmed,
    OfferRecorded,
    OfferWithdrawn,
    RecordOffer,
    Withdraw,
    Withdrawn,
    offer_id,
)
from shared.calendar.academic_years import academic_year_of
from shared.kernel.decider import Invalid
from tests.support.given import given

pytestmark = pytest.mark.covers("R5")

JANUARY = date(2027, 1, 11)
KEY = offer_id("north-star", "990001", "physics", "secondary", JANUARY)
TERMS = {
    "offer_id": KEY,
    "school_urn": "990001",
    "subject": "physics",
    "phase": "secondary",
    "places": 2,
    "starts_on": JANUARY,
    "ends_on": date(2027, 3, 26),
}


def record(**other: Any) -> RecordOffer:
    return RecordOffer.model_validate({**TERMS, "on": date(2026, 8, 1), **other})


def offer_recorded(on: date = date(2026, 8, 1), **other: Any) -> OfferRecorded:
    return OfferRecorded.model_validate({**TERMS, "happened_on": on, "academic_year": "2026/27", **other})


ON_RECORD = offer_recorded(date(2026, 7, 1))


def test_an_offer_is_recorded_in_its_academic_year() -> None:
    given(OFFER).when(record()).then(offer_recorded())


def test_an_offer_that_is_as_it_was_changes_nothing() -> None:
    given(OFFER, ON_RECORD).when(record()).then()


def test_a_change_of_places_or_of_the_last_day_is_recorded() -> None:
    given(OFFER, ON_RECORD).when(record(places=1)).then(offer_recorded(places=1))
    given(OFFER, ON_RECORD).when(record(ends_on=date(2027, 4, 2))).then(offer_recorded(ends_on=date(2027, 4, 2)))


def test_no_places_withdraw_an_offer_and_fewer_there_are_not() -> None:
    given(OFFER, ON_RECORD).when(record(places=0)).then(offer_recorded(places=0))
    with pytest.raises(ValidationError):
        record(places=-1)


def test_the_last_day_is_not_before_the_first_nor_in_another_academic_year() -> None:
    given(OFFER).when(record(ends_on=date(2027, 1, 10))).refused(Invalid, pointer="/ends_on")
    given(OFFER).when(record(ends_on=date(2027, 9, 1))).refused(Invalid, pointer="/ends_on")


def test_the_autumns_offer_and_the_springs_are_two() -> None:
    assert offer_id("north-star", "990001", "physics", "secondary", date(2026, 9, 14)) != KEY


def test_year_groups_make_an_offer_another_one_in_whatever_order_they_are_said() -> None:
    def key(*groups: Any) -> Any:
        return offer_id("north-star", "990001", "primary", "primary", JANUARY, groups)

    assert len({key(), key("year_1"), key("year_5"), key("year_1", "year_5")}) == 4
    assert key("year_1", "year_5") == key("year_5", "year_1")


def test_year_groups_are_taught_in_the_offers_phase() -> None:
    given(OFFER).when(record(year_groups=("year_8", "year_2"))).refused(Invalid, pointer="/year_groups/1")
    given(OFFER).when(record(phase="primary", year_groups=("year_8",))).refused(Invalid, pointer="/year_groups/0")
    given(OFFER).when(record(year_groups=("year_8",))).then(offer_recorded(year_groups=("year_8",)))


def test_routes_and_schools_that_share_are_terms_too() -> None:
    given(OFFER, ON_RECORD).when(record(routes=("salaried", "fee", "fee"))).then(
        offer_recorded(routes=("fee", "salaried"))
    )
    given(OFFER, ON_RECORD).when(record(shared_with=("990002",))).then(offer_recorded(shared_with=("990002",)))
    given(OFFER).when(record(shared_with=("990001",))).refused(Invalid, pointer="/shared_with")


def test_a_confirmation_says_the_terms_again_on_a_later_day() -> None:
    later = date(2026, 9, 1)
    confirmed = OfferConfirmed.model_validate(offer_recorded(later).model_dump())
    given(OFFER, ON_RECORD).when(Confirm(on=later)).then(confirmed)
    assert given(OFFER, ON_RECORD, confirmed).state.last_confirmed_on == later
    given(OFFER, ON_RECORD, confirmed).when(Confirm(on=date(2026, 8, 31))).refused(Invalid, pointer="/on")


def test_a_school_changes_its_mind_and_changes_it_back() -> None:
    later = date(2026, 9, 1)
    withdrawn = OfferWithdrawn.model_validate(offer_recorded(later, places=0).model_dump())
    given(OFFER, ON_RECORD).when(Withdraw(on=later)).then(withdrawn)
    given(OFFER, ON_RECORD, withdrawn).when(record(on=later)).then(offer_recorded(later))


def test_an_offer_made_before_there_were_year_groups_is_read_without_them() -> None:
    old = offer_recorded().model_dump(mode="json", exclude={"year_groups", "routes", "shared_with"})
    assert OfferRecorded.model_validate(old) == offer_recorded()


@given_any(st.dates(date(2000, 1, 1), date(2098, 12, 31)))
def test_a_day_lies_in_the_academic_year_that_is_named_for_it(day: date) -> None:
    first, second = academic_year_of(day).split("/")
    assert date(int(first), 9, 1) <= day <= date(int(first) + 1, 8, 31)
    assert int(second) == (int(first) + 1) % 100


def test_a_withdrawal_is_repeated_on_its_day_and_refused_on_another() -> None:
    withdrawn = OfferWithdrawn.model_validate(ON_RECORD.model_dump() | {"places": 0, "happened_on": date(2026, 8, 1)})
    given(OFFER, ON_RECORD, withdrawn).when(Withdraw(on=date(2026, 8, 1))).then()
    for day in (date(2026, 7, 15), date(2026, 8, 2)):
        assert "already" in given(OFFER, ON_RECORD, withdrawn).when(Withdraw(on=day)).refused(Withdrawn).detail
