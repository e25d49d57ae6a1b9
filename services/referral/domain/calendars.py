"""The calendar of a school: its terms, its holidays, and the days on which only staff are there (INSET).

Source: product.md S2. Bank holidays are in `shared/calendar`. A period is known by its name in its academic year, so
that another file with other dates corrects it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from shared.calendar.academic_years import academic_year_of
from shared.events.words import CalendarKind
from shared.kernel.decider import Command, Decider, Event, Invalid, Value


class Period(Value):
    """A period of a school's year, from its first to its last day."""

    name: str
    kind: CalendarKind
    starts_on: date
    ends_on: date

    @property
    def key(self) -> tuple[str, str]:
        """The academic year and the name, by which the period is known whatever its case."""
        return academic_year_of(self.starts_on), self.name.casefold()


class CalendarRecorded(Event):
    """All periods of a school that are known, the earliest first."""

    type: ClassVar[str] = "referral.school_calendar_recorded"

    urn: str
    periods: tuple[Period, ...]


class RecordPeriod(Command):
    """Record a period, or correct the one of the same name in the same academic year."""

    urn: str
    period: Period
    on: date


class RestoreCalendar(Command):
    """Replace all periods of a school."""

    urn: str
    periods: tuple[Period, ...]
    on: date


Commands = RecordPeriod | RestoreCalendar


class PeriodsOverlap(Invalid):
    """Two terms, or two holidays, of a school overlap."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The periods of a school's calendar, the earliest first."""

    periods: tuple[Period, ...] = ()


def decide(command: Commands, calendar: Calendar, now: datetime) -> Sequence[CalendarRecorded]:
    """Record a period, or replace all of them; a command that changes nothing emits no event.

    Raises `PeriodsOverlap` for a period that overlaps another one of its kind.
    """
    del now
    match command:
        case RecordPeriod(period=new):
            others = [known for known in calendar.periods if known.key != new.key]
            for other in others:
                if other.kind == new.kind and other.starts_on <= new.ends_on and new.starts_on <= other.ends_on:
                    raise PeriodsOverlap(
                        f"It overlaps another {new.kind} of this school, from {other.starts_on} to {other.ends_on}. "
                        "Correct one of them; a period of the same name in the same academic year is replaced."
                    )
            periods = _in_order(*others, new)
        case RestoreCalendar():
            periods = _in_order(*command.periods)
    if periods == calendar.periods:
        return []
    return [CalendarRecorded(happened_on=command.on, urn=command.urn, periods=periods)]


def _in_order(*periods: Period) -> tuple[Period, ...]:
    return tuple(sorted(periods, key=lambda period: (period.starts_on, period.name)))


def evolve(calendar: Calendar, event: CalendarRecorded) -> Calendar:
    """Keep the periods that the event lists."""
    del calendar
    return Calendar(event.periods)


CALENDAR: Decider[Calendar, Commands, CalendarRecorded] = Decider(
    "calendar", Calendar, decide, evolve, (CalendarRecorded,)
)
