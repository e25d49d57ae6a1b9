"""Days as people and spreadsheets write them; what can be read in two ways is refused."""

import re
from datetime import date

from pydantic_core import PydanticCustomError

_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_MONTH_NAMED = re.compile(
    r"(?:([a-z]{3,9})[,.]? +)?([0-9]{1,2})(?:st|nd|rd|th)?(?: of)?[ /.-]+([a-z]{3,9})[.,]?[ /.-]+([0-9]{4}|[0-9]{2})",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    r"(?:([a-z]{3,9})[,.]? +)?([a-z]{3,9})\.? +([0-9]{1,2})(?:st|nd|rd|th)?,? +([0-9]{4})", re.IGNORECASE
)
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?$")
_TIME = re.compile(r"[T ,]+[0-9]{1,2}[:.][0-9]{2}\b.*$")
_DAY_NUMBER = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2}")
_NO_DAY = re.compile(r"([a-z]{3,9}|[0-9]{1,2})[ /.-]+([0-9]{4}|[0-9]{2})|[0-9]{4}[-/.][0-9]{1,2}", re.IGNORECASE)
_NO_YEAR = re.compile(r"[0-9]{1,2}(?:st|nd|rd|th)?[ /.-]*[a-z]{3,9}", re.IGNORECASE)

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LAST_SHORT_YEAR = 29  # as spreadsheets read it: 29 is 2029, and 30 would be 1930
_FIRST_YEAR = 1000


def day_of(text: str) -> date:
    """Read a day: 2027-03-27, 27/3/2027, 27.03.2027, 27 March 2027 or 27-Mar-27, also with the time 00:00.

    The day stands before the month. Raises PydanticCustomError with what to write instead.
    """
    if (read := _numeric(text) or _in_words(text)) is None:
        raise _refusal(_date_alone(text))
    weekday, year, month, day = read
    try:
        found = date(year, month, day)
    except ValueError:
        advice = "The calendar has no such day. Check day and month."
        if month > 12 >= day:
            advice = "The calendar has no such day. Write the day before the month, like 27/3/2027."
        raise PydanticCustomError("no_such_day", "{advice}", {"advice": advice}) from None
    if year < _FIRST_YEAR:
        raise PydanticCustomError("not_a_date", "This year is long past. Write the year in four digits, like 2027.")
    if weekday is not None and found.weekday() != weekday:
        raise PydanticCustomError("not_a_date", "This date is another day of the week. Correct one of the two.")
    return found


def is_day(text: str) -> bool:
    """Whether a text is a day, also with a time, or what a spreadsheet shows of one: 26-Jan, Jan-26."""
    written = _TIME.sub("", _date_alone(text))
    return _numeric(written) is not None or _named(written) is not None or _as_shown(written)


def _date_alone(text: str) -> str:
    return _MIDNIGHT.sub("", " ".join(text.split()).replace("\u2013", "-"))


def _as_shown(text: str) -> bool:
    """Whether a spreadsheet shows a day of this year, or a month, so."""
    shown = re.fullmatch(r"[0-9]{1,2}-([A-Z][a-z]{2})|([A-Z][a-z]{2})-[0-9]{2}", text)
    return shown is not None and _place_in(_MONTHS, shown[1] or shown[2]) is not None


def _numeric(text: str) -> tuple[None, int, int, int] | None:
    if parts := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = parts.groups()
    elif parts := _DAY_FIRST.fullmatch(text):
        day, _, month, year = parts.groups()
    else:
        return None
    return None, int(year), int(month), int(day)


def _in_words(text: str) -> tuple[int | None, int, int, int] | None:
    written = _date_alone(text)
    return _numeric(written) or _named(written)


def _named(text: str) -> tuple[int | None, int, int, int] | None:
    """Read a day whose month is named; None for a year in two digits that may be in either century."""
    if parts := _MONTH_NAMED.fullmatch(text):
        weekday_name, day, month_name, year = parts.groups()
    elif parts := _MONTH_FIRST.fullmatch(text):
        weekday_name, month_name, day, year = parts.groups()
    else:
        return None
    weekday = _place_in(_WEEKDAYS, weekday_name) if weekday_name else None
    month = _place_in(_MONTHS, month_name)
    if month is None or (weekday_name and weekday is None):
        return None
    if len(year) == 2 and int(year) > _LAST_SHORT_YEAR:
        return None
    return weekday, int(year) + (2000 if len(year) == 2 else 0), month + 1, int(day)


def _place_in(names: tuple[str, ...], written: str) -> int | None:
    """Find the place of a name that is written out, or abbreviated to at least three letters."""
    lower = written.casefold()
    return next((place for place, name in enumerate(names) if name.startswith(lower)), None)


def _has_short_year(text: str) -> bool:
    named = _MONTH_NAMED.fullmatch(text)
    return named is not None and len(named[4]) == 2 and _place_in(_MONTHS, named[3]) is not None


def _refusal(text: str) -> PydanticCustomError:
    code, advice = "not_a_date", "Write a date like 27/3/2027 or 2027-03-27, the year in four digits."
    if _DAY_NUMBER.fullmatch(text):
        code = "day_number"
        advice = (
            "This is the number by which a spreadsheet stores a day. Format the column as a date, and send it again."
        )
    elif is_day(text) and _TIME.search(text):
        code, advice = "time_of_day", "This has a time of day. Write the date alone, like 27/3/2027."
    elif _SHORT_YEAR.fullmatch(text) or _has_short_year(text):
        advice = "Write the year in four digits, like 27/3/2027: two digits can mean two centuries."
    elif _NO_DAY.fullmatch(text):
        advice = "Write the day as well as the month, like 27/3/2027."
    elif _NO_YEAR.fullmatch(text):
        advice = "Write the year as well, like 27/3/2027."
    return PydanticCustomError(code, "{advice}", {"advice": advice})
