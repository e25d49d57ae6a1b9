"""Working days in England: no weekends, no bank holidays. School holidays are working days; terms are a programme's.

The dates stand in `bank_holidays.json`, a copy with its source and the day it was made. Past its last year a day can
still be counted, by weekends alone: a reminder that is a day early is better than one that cannot be set.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

ENGLAND = ZoneInfo("Europe/London")
START_OF_DAY = time(8)
"""When what falls due on a day is done: before the first lesson, and not in the hours in which phones are quiet."""

_SATURDAY = 5


class BankHoliday(BaseModel):
    """One day off and what it is called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: date
    title: str


class Covered(BaseModel):
    """The first and the last day for which the copy is complete."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: date
    last: date


class BankHolidays(BaseModel):
    """A dated copy of the bank holidays of England and Wales."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    source: str
    copied_on: date
    covers: Covered
    dates: tuple[BankHoliday, ...]


@cache
def bank_holidays() -> BankHolidays:
    """The copy that is shipped."""
    return BankHolidays.model_validate_json(files(__name__).joinpath("bank_holidays.json").read_bytes())


@cache
def _off() -> frozenset[date]:
    return frozenset(holiday.date for holiday in bank_holidays().dates)


def is_working_day(day: date) -> bool:
    """Whether schools' offices work on it: neither a weekend nor a bank holiday."""
    return day.weekday() < _SATURDAY and day not in _off()


def working_days_after(day: date, number: int) -> date:
    """The `number`-th working day after a day; 0 is the day itself, or the next working day when it is none.

    A period of ten working days from a Monday ends on the Monday a fortnight later, bank holidays apart. Raises
    `ValueError` below 0.
    """
    if number < 0:
        raise ValueError("working days are counted forwards")
    if number == 0:
        return day if is_working_day(day) else working_days_after(day, 1)
    while number:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """How many working days come after `first`, up to and with `last`; 0 where `last` is no later."""
    return sum(is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def morning_of(day: date) -> datetime:
    """When what is due on a day is done: at eight in the morning in England."""
    return datetime.combine(day, START_OF_DAY, ENGLAND)
