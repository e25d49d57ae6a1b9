"""The length of texts that people write, and the form of dates in sentences that they read."""

from datetime import date
from typing import Annotated

from pydantic import Field

Text = Annotated[str, Field(min_length=1, max_length=4000)]
"""A text that somebody writes, in characters.

Requests and commands are held to this length. Events are not: they carry the text encrypted, which is longer.
"""


def long_date(day: date) -> str:
    """Write a date in full: 14 September 2026."""
    return f"{day.day} {day:%B %Y}"
