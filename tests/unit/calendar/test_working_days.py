"""Periods of induction and reminders are counted in working days (statutory induction guidance 2.61, 2.67, 2.69)."""

from datetime import UTC, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import (
    bank_holidays,
    day_after,
    is_working_day,
    morning_of,
    working_days_after,
    working_days_before,
    working_days_between,
)

DAYS = st.dates(date(2019, 1, 1), date(2028, 12, 1))


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        (date(2026, 9, 14), 10, date(2026, 9, 28)),  # a fortnight of term
        (date(2026, 12, 18), 3, date(2026, 12, 23)),  # over a weekend
        (date(2026, 12, 23), 3, date(2026, 12, 30)),  # Christmas Day, the weekend, Boxing Day on Monday
        (date(2027, 3, 25), 1, date(2027, 3, 30)),  # Easter
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # a Saturday: Monday is the first
        (date(2026, 11, 21), 0, date(2026, 11, 23)),
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
    ],
)
def test_weekends_and_bank_holidays_are_not_counted(start: date, number: int, end: date) -> None:
    assert working_days_after(start, number) == end


@given(DAYS, st.integers(1, 40))
def test_the_end_of_a_period_is_a_working_day_and_as_far_away_as_was_asked(start: date, number: int) -> None:
    end = working_days_after(start, number)
    assert is_working_day(end)
    assert working_days_between(start, end) == number


@given(DAYS, st.integers(0, 20), st.integers(0, 20))
def test_a_period_in_two_parts_ends_when_the_whole_does(start: date, first: int, second: int) -> None:
    begun = working_days_after(start, 0)
    assert working_days_after(working_days_after(begun, first), second) == working_days_after(begun, first + second)


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        working_days_after(date(2026, 9, 14), -1)


def test_the_list_of_bank_holidays_is_complete_for_the_years_it_covers() -> None:
    copy = bank_holidays()
    by_year = {
        year: sum(holiday.date.year == year for holiday in copy.dates)
        for year in range(copy.covers.first.year, copy.covers.last.year + 1)
    }
    assert all(number >= 8 for number in by_year.values()), by_year
    assert all(copy.covers.first <= holiday.date <= copy.covers.last for holiday in copy.dates)


def test_past_the_copy_only_weekends_are_days_off() -> None:
    assert is_working_day(bank_holidays().covers.last + timedelta(days=1)) == (
        (bank_holidays().covers.last + timedelta(days=1)).weekday() < 5
    )


def test_the_morning_is_the_one_of_the_clock_in_england() -> None:
    assert morning_of(date(2026, 7, 1)).astimezone(UTC).hour == 7
    assert morning_of(date(2026, 12, 1)).astimezone(UTC).hour == 8


@pytest.mark.parametrize(
    ("day", "number", "found"),
    [
        (date(2026, 9, 14), 1, date(2026, 9, 15)),
        (date(2026, 9, 14), -90, date(2026, 6, 16)),
        (date.max, 1, date.max),
        (date.min, -90, date.min),
        (date(2026, 9, 14), 10**9, date.max),
        (date(2026, 9, 14), -(10**9), date.min),
    ],
)
def test_a_sum_beyond_the_calendar_ends_with_it(day: date, number: int, found: date) -> None:
    assert day_after(day, number) == found


def test_working_days_end_with_the_calendar() -> None:
    assert working_days_after(date(9999, 12, 20), 250) == date.max


@given(start=st.dates(date(2020, 1, 1), date(2028, 1, 1)), number=st.integers(0, 30))
def test_working_days_before_a_day_lead_back_from_those_after_it(start: date, number: int) -> None:
    begun = working_days_before(start, 0)
    assert begun <= start
    assert is_working_day(begun)
    assert working_days_before(working_days_after(begun, number), number) == begun
    with pytest.raises(ValueError, match="not below 0"):
        working_days_before(start, -1)
