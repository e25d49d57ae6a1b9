"""The values of a workbook's cells as text, as a person would type them."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

_ZEROS = re.compile("0+")
_LAST_EXACT = 10**15
"""Numbers from here on have more digits than a spreadsheet keeps."""


def text_of_value(value: Any, number_format: str = "") -> str:
    """Return a value as text: a date as 2027-03-27, a number in its shortest form, a formula as its text.

    A number format of zeros only keeps leading zeros.
    """
    match value:
        case None:
            return ""
        case bool() as truth:
            return str(truth).upper()
        case int() | float() as number:
            return _number(number, number_format)
        case datetime() as moment:
            return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ")
        case date() as day:
            return day.isoformat()
        case str() as text:
            return text
        case time() | timedelta() as duration:
            return str(duration)
        case formula:  # of an array or a table
            return "=" + str(getattr(formula, "text", "")).removeprefix("=")


def _number(number: float, number_format: str) -> str:
    if number_format.endswith("%"):
        return f"{_shortest(number * 100)}%"
    if 0 <= number < _LAST_EXACT and number == int(number) and _ZEROS.fullmatch(number_format):
        return f"{int(number)}".zfill(len(number_format))
    return _shortest(number)


def _shortest(number: float) -> str:
    if abs(number) >= _LAST_EXACT:
        return f"{number:.14E}"  # its last digits are lost
    return f"{number:.6f}".rstrip("0").rstrip(".")
