"""Fields that several models of referral have: URNs, academic years, a line of text, the day of a step."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.kernel.decider import Value

URN = r"^[0-9]{6}$"
ACADEMIC_YEAR = r"^20\d\d/\d\d$"


def _one_line(text: str) -> str:
    if not (line := " ".join(text.split())):
        raise ValueError("Fill in this field.")
    return line


Urn = Annotated[str, Field(pattern=URN, examples=["100001"])]
AcademicYear = Annotated[str, Field(pattern=ACADEMIC_YEAR, examples=["2026/27"])]
Line = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
"""Text on one line, with single blanks between words."""


class Dated(Value):
    """A step of a process, and the day on which it was taken."""

    on: date


def academic_year_of(day: date) -> str:
    """Return the academic year (1 September to 31 August) of a day, like `2026/27`."""
    first = day.year if day.month >= 9 else day.year - 1
    return f"{first}/{(first + 1) % 100:02}"
