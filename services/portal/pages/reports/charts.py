"""Charts of reports: horizontal bars, each with its part of a whole; a sentence says what they show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.wording import counted_noun

HIGHEST = 15
"""Rows of which a chart is still read; a longer report has its table alone."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its label, its whole, and the part of it that is filled."""

    label: str
    part: float
    whole: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with what they show, as a title and as a sentence."""

    title: str
    finding: str
    bars: tuple[Bar, ...]
    part: str
    whole: str

    @property
    def most(self) -> float:
        """The longest whole, at least 1."""
        return max([bar.whole for bar in self.bars] + [1])


def chart_of(report: str, rows: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Return the chart of a report; None for one that has none, and where a chart would be too long to read."""
    if report != "meetings-by-school" or not 1 < len(rows) <= HIGHEST:
        return None
    bars = tuple(Bar(str(row["school_name"] or row["school_urn"]), row["due_held"], row["due"]) for row in rows)
    held, due = round(sum(bar.part for bar in bars)), round(sum(bar.whole for bar in bars))
    finding = f"{held} of {counted_noun(due, 'meeting')} due were held at {counted_noun(len(bars), 'school')}."
    return Chart("Meetings held of those due, by school", finding, bars, "held", "due")
