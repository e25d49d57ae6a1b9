"""The holidays of a school, read from what is known of its year: on which days nobody is there."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from shared.calendar import day_after


class Period(Protocol):
    """A period of a school's year, from its first to its last day: a term, a holiday, or a day for staff only."""

    @property
    def kind(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...


class Holiday(NamedTuple):
    """Days without school, the first and the last included."""

    first_day: date
    last_day: date


def holidays_of(periods: Sequence[Period]) -> tuple[Holiday, ...]:
    """Return the days on which a school has holidays, in order: those it names, and those between two terms.

    Between the first and the last term that are known, a day outside of all terms is in the holidays, unless staff are
    there. Weekends within holidays are part of them; bank holidays are not looked at.
    """
    named = {day for period in periods if period.kind == "holiday" for day in _days(period.starts_on, period.ends_on)}
    open_days = {
        day for period in periods if period.kind != "holiday" for day in _days(period.starts_on, period.ends_on)
    }
    terms = [period for period in periods if period.kind == "term"]
    between: set[date] = set()
    if terms:
        between = {*_days(min(term.starts_on for term in terms), max(term.ends_on for term in terms))} - open_days
    return _join(named | between)


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _join(days: Iterable[date]) -> tuple[Holiday, ...]:
    """Join days that follow one another."""
    holidays: list[Holiday] = []
    for day in sorted(days):
        if holidays and day_after(holidays[-1].last_day) == day:
            holidays[-1] = Holiday(holidays[-1].first_day, day)
        else:
            holidays.append(Holiday(day, day))
    return tuple(holidays)
