"""The calendar of a school as referral published it: what its holidays and bank holidays mean for a meeting or a day.

Source: product.md S2 and the seeds' weekly meeting; in an inset (in-service training) staff are there, so that a
meeting can be held and a trainee's day counts.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar

from services.sessions.domain.texts import long_date
from shared.calendar import bank_holiday_on
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


def must_be_open(periods: Sequence[CalendarPeriod], day: date) -> None:
    """Raise `NobodyAtSchool` for a bank holiday and for a day on which the school has holidays."""
    if (why := why_closed(periods, day)) is not None:
        raise NobodyAtSchool(f"{why} Check the day.", pointer="/on")


def why_closed(periods: Sequence[CalendarPeriod], day: date) -> str | None:
    """Return why nobody is at the school on a day, in a sentence; None where it is open as far as is known.

    Between the first and the last term that are known, a day outside of all terms is in the holidays.
    """
    if (holiday := bank_holiday_on(day)) is not None:
        return f"{long_date(day)} is a bank holiday ({holiday})."
    for period in periods:
        if period.kind == "holiday" and period.starts_on <= day <= period.ends_on:
            return f"The school has holidays from {long_date(period.starts_on)} to {long_date(period.ends_on)}."
    if any(period.kind != "holiday" and period.starts_on <= day <= period.ends_on for period in periods):
        return None
    terms = [period for period in periods if period.kind == "term"]
    before = max((term.ends_on for term in terms if term.ends_on < day), default=None)
    after = min((term.starts_on for term in terms if day < term.starts_on), default=None)
    if before is None or after is None:
        return None
    return f"The school has holidays between the terms, from {long_date(before)} to {long_date(after)}."


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
