"""A school's calendar: a period is known by its name in its academic year, and none overlaps another of its kind."""

from datetime import date

import pytest

from services.referral.domain.calendars import (
    CALENDAR,
    CalendarRecorded,
    Period,
    PeriodsOverlap,
    RecordPeriod,
    RestoreCalendar,
)
from services.referral.publish import publish
from shared.events.referral import CalendarPeriod, SchoolCalendarRecorded
from shared.events.words import CalendarKind
from tests.support.given import given

pytestmark = pytest.mark.covers("S2")
TODAY = date(2026, 9, 14)


def period(name: str, first: str, last: str, kind: CalendarKind = "term") -> Period:
    return Period.model_validate({"name": name, "kind": kind, "starts_on": first, "ends_on": last})


def record(new: Period) -> RecordPeriod:
    return RecordPeriod(urn="900001", period=new, on=TODAY)


def calendar_recorded(*periods: Period) -> CalendarRecorded:
    return CalendarRecorded(happened_on=TODAY, urn="900001", periods=periods)


AUTUMN = period("Autumn 1", "2026-09-01", "2026-10-23")
SECOND = period("Autumn 2", "2026-11-02", "2026-12-18")
HALF_TERM = period("Half term", "2026-10-26", "2026-10-30", "holiday")


def test_periods_are_recorded_in_the_order_of_their_days() -> None:
    given(CALENDAR).when(record(SECOND)).then(calendar_recorded(SECOND))
    given(CALENDAR, calendar_recorded(SECOND)).when(record(AUTUMN)).then(calendar_recorded(AUTUMN, SECOND))
    given(CALENDAR, calendar_recorded(AUTUMN, SECOND)).when(record(AUTUMN)).then()


def test_a_period_of_the_same_name_is_corrected_in_its_academic_year_only() -> None:
    longer = period("AUTUMN 1", "2026-09-01", "2026-10-22")
    next_year = period("Autumn 1", "2027-09-01", "2027-10-22")
    given(CALENDAR, calendar_recorded(AUTUMN)).when(record(longer)).then(calendar_recorded(longer))
    given(CALENDAR, calendar_recorded(AUTUMN)).when(record(next_year)).then(calendar_recorded(AUTUMN, next_year))


def test_two_terms_do_not_overlap_but_a_holiday_may_lie_in_a_term() -> None:
    given(CALENDAR, calendar_recorded(AUTUMN)).when(record(period("Again", "2026-10-23", "2026-12-18"))).refused(
        PeriodsOverlap
    )
    inside = period("Two days", "2026-10-01", "2026-10-02", "holiday")
    given(CALENDAR, calendar_recorded(AUTUMN)).when(record(inside)).then(calendar_recorded(AUTUMN, inside))


def test_an_undo_restores_what_was_there() -> None:
    restoring = RestoreCalendar(urn="900001", periods=(AUTUMN,), on=TODAY)
    given(CALENDAR, calendar_recorded(AUTUMN, SECOND)).when(restoring).then(calendar_recorded(AUTUMN))
    given(CALENDAR, calendar_recorded(AUTUMN)).when(RestoreCalendar(urn="900001", periods=(), on=TODAY)).then(
        calendar_recorded()
    )


def test_the_names_of_periods_stay_in_the_service() -> None:
    published = publish(calendar_recorded(AUTUMN, HALF_TERM))
    assert isinstance(published, SchoolCalendarRecorded)
    assert published.periods[1] == CalendarPeriod(
        kind="holiday", starts_on=date(2026, 10, 26), ends_on=date(2026, 10, 30)
    )
    assert "Half term" not in published.model_dump_json()
