"""Days on which no meeting can be at a school: its holidays, with the weekends and bank holidays that adjoin them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict

from services.reporting.tables.folding import table
from shared.calendar import day_after, is_working_day
from shared.calendar.holidays import holidays_of
from shared.events.referral import CalendarPeriod, SchoolCalendarRecorded


class ClosedDays(BaseModel):
    """Days on which a school is closed, the first and the last included."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """When a school is closed, as far as its calendar is known; a week within such days has no working day."""

    urn: str
    closed: tuple[ClosedDays, ...]


def _closed(periods: Sequence[CalendarPeriod]) -> tuple[ClosedDays, ...]:
    return tuple(
        ClosedDays(first_day=_over_days_off(first, -1), last_day=_over_days_off(last, 1))
        for first, last in holidays_of(periods)
    )


def _over_days_off(day: date, step: int) -> date:
    """Go on from a day over the weekends and bank holidays that adjoin it, back (-1) or forward (1)."""
    while not is_working_day(day_after(day, step)):
        day = day_after(day, step)
    return day


def _record(_: CalendarRow | None, event: SchoolCalendarRecorded) -> CalendarRow:
    return CalendarRow(event.urn, _closed(event.periods))


CALENDARS = table("calendars", CalendarRow, ("urn",), {SchoolCalendarRecorded: _record})
