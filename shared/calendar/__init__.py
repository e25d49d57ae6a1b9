"""Working days in England: neither weekends nor bank holidays.

School holidays are working days: terms belong to a programme. The dates are in `bank_holidays.json`, a copy with its
source and the day on which it was made. After the last year of the copy only weekends are left out. A reminder may then
come a day early, which is better than none.
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


def day_in_england(moment: datetime, at_least: date | None = None) -> date:
    """Return the day in England at a moment, or `at_least`, a day that counts as today until it is over."""
    day = moment.astimezone(ENGLAND).date()
    return max(day, at_least or day)


class BankHoliday(BaseModel):
    """A bank holiday and its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: date
    title: str


class CoveredDays(BaseModel):
    """The first and the last day for which the copy is complete."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: date
    last: date


class BankHolidays(BaseModel):
    """The bank holidays of England and Wales, copied on a day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    source: str
    copied_on: date
    covers: CoveredDays
    dates: tuple[BankHoliday, ...]


@cache
def bank_holidays() -> BankHolidays:
    """Read the copy that is part of this package."""
    return BankHolidays.model_validate_json(files(__name__).joinpath("bank_holidays.json").read_bytes())


@cache
def _off() -> dict[date, str]:
    return {holiday.date: holiday.title for holiday in bank_holidays().dates}


def is_weekend(day: date) -> bool:
    """Whether a day is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


def bank_holiday_on(day: date) -> str | None:
    """Return the name of the bank holiday on a day; None where there is none."""
    return _off().get(day)


def is_working_day(day: date) -> bool:
    """Whether a day is a working day: neither a weekend nor a bank holiday."""
    return not is_weekend(day) and day not in _off()


def day_after(day: date, number: int = 1) -> date:
    """Return the day so many days after a day, or before it for a number below 0.

    A sum beyond the calendar is its first or last day: days and settings that were stored before they had bounds must
    not make every later answer fail.
    """
    first, last = date.min.toordinal(), date.max.toordinal()
    return date.fromordinal(min(max(day.toordinal() + number, first), last))


def working_days_after(day: date, number: int) -> date:
    """Return the `number`-th working day after a day.

    With 0 it is the day itself, or the next working day if that is none. Ten working days from a Monday end on the
    Monday a fortnight later, if there is no bank holiday between. No day is after the calendar's last. Raises
    `ValueError` for a number below 0.
    """
    if number < 0:
        raise ValueError("working days are counted forwards")
    if number == 0:
        return day if is_working_day(day) else working_days_after(day, 1)
    while number and day < date.max:
        day = day_after(day)
        number -= is_working_day(day)
    return day


def working_days_before(day: date, number: int) -> date:
    """Return the `number`-th working day before a day.

    With 0 it is the day itself, or the working day before it if that is none. No day is before the calendar's first.
    Raises `ValueError` for a number below 0.
    """
    if number < 0:
        raise ValueError("working days are counted backwards by a number that is not below 0")
    if number == 0:
        return day if is_working_day(day) else working_days_before(day, 1)
    while number and day > date.min:
        day = day_after(day, -1)
        number -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """Count the working days after `first`, up to and including `last`; 0 if `last` is not later."""
    return sum(is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def morning_of(day: date) -> datetime:
    """Return the time at which work that is due on a day is done: eight in the morning in England."""
    return datetime.combine(day, START_OF_DAY, ENGLAND)
