"""The calendar of a school as referral published it: what its holidays and bank holidays mean for a meeting or a day.

Source: product.md S2 and the seeds' weekly meeting; in an inset (in-service training) staff are there, so that a
meeting can be held and a trainee's day counts.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar

from services.sessions.domain.texts import long_date
from shared.calendar import bank_holiday_on
from shared.calendar.holidays import holidays_of
from shared.events.referral import CalendarPeriod
from shared.kernel.decider import Command, Decider, Event, Invalid, build_from


class CalendarKnown(Event):
    """Referral published the calendar of a school: all its periods, which replace earlier ones."""

    type: ClassVar[str] = "sessions.calendar_known"

    urn: str
    periods: tuple[CalendarPeriod, ...]


class LearnCalendar(Command):
    """Remember the calendar of a school."""

    urn: str
    periods: tuple[CalendarPeriod, ...]
    on: date


class NobodyAtSchool(Invalid):
    """The school has holidays on this day."""


def must_be_open(periods: Sequence[CalendarPeriod], day: date, *, on_bank_holidays: bool = False) -> None:
    """Raise `NobodyAtSchool` for a day on which the school has holidays, and for a bank holiday, unless the programme
    works on those.
    """
    if (why := why_closed(periods, day, on_bank_holidays=on_bank_holidays)) is not None:
        raise NobodyAtSchool(f"{why} Check the day.", pointer="/on")


def why_closed(periods: Sequence[CalendarPeriod], day: date, *, on_bank_holidays: bool = False) -> str | None:
    """Return why nobody meets at the school on a day, in a sentence; None where it is open as far as is known.

    A programme that works on bank holidays needs no open school on them: parents are free then.
    """
    if (holiday := bank_holiday_on(day)) is not None:
        if on_bank_holidays:
            return None
        return f"{long_date(day)} is a bank holiday ({holiday})."
    for first, last in holidays_of(periods):
        if first <= day <= last:
            return f"The school has holidays from {long_date(first)} to {long_date(last)}."
    return None


def decide(command: LearnCalendar, periods: tuple[CalendarPeriod, ...], now: datetime) -> Sequence[CalendarKnown]:
    """Remember the calendar. Idempotent: the same again emits no event."""
    del now
    return [] if command.periods == periods else [build_from(CalendarKnown, command, happened_on=command.on)]


def evolve(periods: tuple[CalendarPeriod, ...], event: CalendarKnown) -> tuple[CalendarPeriod, ...]:
    """Return the calendar as referral last published it."""
    del periods
    return event.periods


CALENDAR: Decider[tuple[CalendarPeriod, ...], LearnCalendar, CalendarKnown] = Decider(
    "calendar", tuple, decide, evolve, (CalendarKnown,)
)
