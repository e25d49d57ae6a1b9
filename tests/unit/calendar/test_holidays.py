"""The holidays of a school: those it names, and the days between its terms."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar.holidays import Holiday, holidays_of

pytestmark = pytest.mark.covers("S2")


@dataclass(frozen=True)
class Period:
    kind: str
    starts_on: date
    ends_on: date


AUTUMN = Period("term", date(2026, 9, 1), date(2026, 10, 23))
WINTER = Period("term", date(2026, 11, 2), date(2026, 12, 18))


def test_between_two_terms_are_holidays_but_for_days_of_staff() -> None:
    inset = Period("inset", date(2026, 10, 30), date(2026, 10, 30))

    assert holidays_of([WINTER, AUTUMN]) == (Holiday(date(2026, 10, 24), date(2026, 11, 1)),)
    assert holidays_of([WINTER, inset, AUTUMN]) == (
        Holiday(date(2026, 10, 24), date(2026, 10, 29)),
        Holiday(date(2026, 10, 31), date(2026, 11, 1)),
    )


def test_a_holiday_that_is_named_is_one_within_a_term_too() -> None:
    named = Period("holiday", date(2026, 10, 19), date(2026, 10, 23))

    assert holidays_of([AUTUMN, named]) == (Holiday(date(2026, 10, 19), date(2026, 10, 23)),)
    assert holidays_of([AUTUMN, WINTER, named]) == (Holiday(date(2026, 10, 19), date(2026, 11, 1)),)


def test_of_a_school_of_which_nothing_is_known_there_are_none() -> None:
    assert holidays_of([]) == ()


DAYS = st.integers(0, 60).map(lambda n: date(2026, 9, 1) + timedelta(days=n))
PERIODS = st.lists(
    st.builds(
        lambda kind, first, length: Period(kind, first, first + timedelta(days=length)),
        st.sampled_from(["term", "holiday", "inset"]),
        DAYS,
        st.integers(0, 20),
    ),
    max_size=6,
)


@given(PERIODS, DAYS)
def test_a_day_is_in_the_holidays_if_it_is_named_or_between_terms(periods: list[Period], day: date) -> None:
    terms = [period for period in periods if period.kind == "term"]
    is_between = any(term.ends_on < day for term in terms) and any(day < term.starts_on for term in terms)
    is_open = any(period.kind != "holiday" and period.starts_on <= day <= period.ends_on for period in periods)
    is_named = any(period.kind == "holiday" and period.starts_on <= day <= period.ends_on for period in periods)

    assert any(first <= day <= last for first, last in holidays_of(periods)) == (
        is_named or (is_between and not is_open)
    )


@given(PERIODS)
def test_holidays_neither_touch_nor_overlap(periods: list[Period]) -> None:
    holidays = holidays_of(periods)

    assert all(first <= last for first, last in holidays)
    assert all(earlier.last_day + timedelta(days=1) < later.first_day for earlier, later in pairwise(holidays))
