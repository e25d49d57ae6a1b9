"""Academic years in England, from 1 September to 31 August."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

_WRITTEN = re.compile(r"(20[0-9]{2})[/-](?:20)?([0-9]{2})")


def academic_year_of(day: date) -> str:
    """Return the academic year of a day, like `2026/27`."""
    first = day.year if day.month >= 9 else day.year - 1
    return f"{first}/{(first + 1) % 100:02}"


@dataclass(frozen=True, slots=True)
class AcademicYear:
    """An academic year, by the calendar year in which it starts."""

    first: int

    @classmethod
    def of(cls, text: str) -> Self:
        """Read an academic year like `2026/27`, `2026-27` or `2026/2027`; raises `ValueError`."""
        written = _WRITTEN.fullmatch(text.strip())
        if written is None or (int(written[1]) + 1) % 100 != int(written[2]):
            raise ValueError("Give an academic year like 2026/27.")
        return cls(int(written[1]))

    @property
    def name(self) -> str:
        """The year as it is written, like `2026/27`."""
        return academic_year_of(self.starts_on)

    @property
    def starts_on(self) -> date:
        """Its first day."""
        return date(self.first, 9, 1)

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return date(self.first + 1, 8, 31)
