"""Academic years in England, from 1 September to 31 August."""

from datetime import date


def academic_year_of(day: date) -> str:
    """Return the academic year of a day, like `2026/27`."""
    first = day.year if day.month >= 9 else day.year - 1
    return f"{first}/{(first + 1) % 100:02}"
