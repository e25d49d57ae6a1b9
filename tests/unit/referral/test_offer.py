"""Offers of schools to host."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st
from pydantic import ValidationError

from services.referral.domain.offer import OFFER, OfferRecorded, RecordOffer, academic_year_of, offer_id
from shared.kernel.decider import Invalid
from tests.words import given

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


def recorded(on: date = date(2026, 8, 1), **other: Any) -> OfferRecorded:
    return OfferRecorded.model_validate({**TERMS, "happened_on": on, "academic_year": "2026/27", **other})


ON_RECORD = recorded(date(2026, 7, 1))


def test_an_offer_is_recorded_in_its_academic_year() -> None:
    given(OFFER).when(record()).then(recorded())


def test_an_offer_that_is_as_it_was_changes_nothing() -> None:
    given(OFFER, ON_RECORD).when(record()).then()


def test_other_places_or_another_last_day_are_a_change() -> None:
    given(OFFER, ON_RECORD).when(record(places=1)).then(recorded(places=1))
    given(OFFER, ON_RECORD).when(record(ends_on=date(2027, 4, 2))).then(recorded(ends_on=date(2027, 4, 2)))


def test_no_places_withdraw_an_offer_and_fewer_there_are_not() -> None:
    given(OFFER, ON_RECORD).when(record(places=0)).then(recorded(places=0))
    with pytest.raises(ValidationError):
        record(places=-1)


def test_the_last_day_is_not_before_the_first_nor_in_another_academic_year() -> None:
    given(OFFER).when(record(ends_on=date(2027, 1, 10))).refused(Invalid, pointer="/ends_on")
    given(OFFER).when(record(ends_on=date(2027, 9, 1))).refused(Invalid, pointer="/ends_on")


def test_the_autumns_offer_and_the_springs_are_two() -> None:
    assert offer_id("north-star", "990001", "physics", "secondary", date(2026, 9, 14)) != KEY


@given_any(st.dates(date(2000, 1, 1), date(2098, 12, 31)))
def test_a_day_lies_in_the_academic_year_that_is_named_for_it(day: date) -> None:
    first, second = academic_year_of(day).split("/")
    assert date(int(first), 9, 1) <= day <= date(int(first) + 1, 8, 31)
    assert int(second) == (int(first) + 1) % 100
