"""What a file of a report holds: its rows, and what was asked for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, Self

from services.reporting.reports.freshness import DatedAnswer, ParkedEvents
from services.reporting.reports.reading import Asked, Page
from services.reporting.reports.report import Report
from shared.kernel.answers import Answer
from shared.wording import counted_noun


class Rows(Protocol):
    """Rows that are counted and can be gone through several times."""

    def __len__(self) -> int:
        """Return how many there are."""

    def __iter__(self) -> Iterator[Answer]:
        """Go through them in their order."""


@dataclass(frozen=True)
class Contents:
    """The rows of a report, as one reader asked for them.

    `as_of` and `known_at` are as in a page, and `freshness` says how far the rows reach. `filters` has the value that
    was asked for by column. `is_whole` says that there are no more rows than these.
    """

    report: Report
    as_of: date
    known_at: datetime | None
    freshness: DatedAnswer
    rows: Rows
    filters: Mapping[str, object] = field(default_factory=dict)
    sort: str | None = None
    is_whole: bool = True

    @classmethod
    def of_page(cls, report: Report, asked: Asked, page: Page[Any]) -> Self:
        """Return what the file of a page holds."""
        is_whole = page.next is None and asked.after is None
        return cls(report, page.as_of, page.known_at, page, page.rows, asked.filters, asked.sort, is_whole)

    def about(self) -> Iterator[tuple[str, Any]]:
        """Yield what was asked, in words and their values, and what each column means."""
        yield "report", self.report.title
        yield "question", self.report.question
        yield "up to the day", self.as_of
        yield "known at", "now" if self.known_at is None else self.known_at.isoformat()
        up_to_date_at = self.freshness.up_to_date_at
        yield "complete up to", up_to_date_at.isoformat() if up_to_date_at else "nothing is recorded yet"
        for source, at in self.freshness.sources.items():
            yield f"last event of {source}", "none yet" if at is None else at.isoformat()
        for each in self.freshness.parked:
            yield "missing", missing_events(each)
        yield "who sees it", " ".join((self.report.scope.__doc__ or "").split())
        yield "not for", self.report.not_for
        yield "rows", len(self.rows)
        if not self.is_whole:
            yield "more rows", "There are more rows than these; ask for the other pages."
        for column, value in self.filters.items():
            yield f"only {heading_of(column)}", str(value)
        if self.sort is not None:
            column = heading_of(self.sort.removeprefix("-"))
            yield "sorted by", f"{column}, from the last to the first" if self.sort.startswith("-") else column
        for note in self.report.notes:
            yield "rule", note
        for name, means in self.report.columns.items():
            yield heading_of(name), means


def missing_events(parked: ParkedEvents) -> str:
    """Return a sentence on the events of a source that are missing."""
    events = counted_noun(parked.events, "event")
    return f"{events} of {parked.source} could not be read, since {parked.since:%Y-%m-%d %H:%M} UTC."


def heading_of(column: str) -> str:
    """Return the name of a column as a heading."""
    return column.replace("_", " ")
