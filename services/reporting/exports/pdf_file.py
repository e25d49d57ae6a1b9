"""Write a report as a document with a table, for reading and printing.

Ids are shortened, and columns without a value are left out: the other formats have everything.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from math import sqrt
from typing import Any, BinaryIO
from uuid import UUID

from services.reporting.exports.contents import Contents, heading_of, missing_events
from services.reporting.reports.freshness import DatedAnswer
from shared.calendar import ENGLAND
from shared.documents import pdf
from shared.documents.blocks import Block, BulletList, Document, Heading, Paragraph, Table
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid
from shared.wording import counted_noun

MEDIA_TYPE = pdf.MEDIA_TYPE
MOST_ROWS = 1_000
"""Rows of a document that somebody may still read."""

_SIZE = 7.0
"""Points of the letters in the table."""
_MM_PER_CHARACTER, _MM_BETWEEN_COLUMNS = 1.5, 2.5
_MM_ACROSS_A4, _MM_ACROSS_A3 = 261.0, 384.0
"""What a landscape page has between its margins."""
_SHORT_CELL = 16
"""Characters up to which a cell is not broken; a column with longer ones gets a share of what is left."""
_SHORTEST_ID = 8


def write_pdf(contents: Contents, file: BinaryIO) -> None:
    """Write a tagged PDF document. Raises `Invalid` for more rows than anybody reads."""
    if len(contents.rows) > MOST_ROWS:
        raise Invalid(
            f"A PDF document has no more than {MOST_ROWS:,} rows, and these are more; ask for fewer with a filter, or "
            "for CSV, XLSX or Parquet."
        )
    file.write(pdf.make_pdf(_document(contents)))


def _document(contents: Contents) -> Document:
    report, rows = contents.report, list(contents.rows)
    columns = [name for name in report.columns if any(getattr(row, name) not in (None, ()) for row in rows)]
    short = short_ids(value for row in rows for value in _ids(row, columns))
    lines = [[cell(getattr(row, name), short) for name in columns] for row in rows]
    heads = [heading_of(name) for name in columns]
    left_out = [heading_of(name) for name in report.columns if name not in columns]
    blocks: list[Block] = [Paragraph(report.question), *map(Paragraph, _asked(contents))]
    fits = True
    if rows:
        numbers = [all(isinstance(getattr(row, name), int | float | None) for row in rows) for name in columns]
        widths = _widths(heads, lines, _MM_ACROSS_A4)
        fits = sum(widths) <= _MM_ACROSS_A4 * 1.001
        blocks.append(Table(heads, lines, widths if fits else _widths(heads, lines, _MM_ACROSS_A3), numbers, _SIZE))
        if short:
            blocks.append(Paragraph("Ids are shortened; the other formats have them whole.", small=True))
        if left_out:
            blocks.append(Paragraph(f"Columns without a value in any row: {', '.join(left_out)}.", small=True))
    meanings = [f"{heading_of(name)}: {report.columns[name]}" for name in columns]
    blocks += [Heading("What the columns mean"), BulletList(meanings)] if meanings else []
    blocks += [Heading("How to read it"), *map(Paragraph, report.notes), Paragraph(f"Not for {report.not_for}")]
    return Document(
        report.title,
        blocks,
        footer=f"{report.title}, up to {day_in_words(contents.as_of)}",
        paper="a4" if fits else "a3",
        landscape=True,
    )


def _asked(contents: Contents) -> Iterator[str]:
    """Yield sentences on what was asked, and how many rows there are."""
    yield f"{moments(contents.as_of, contents.known_at, contents.freshness)} {_who_sees(contents)}"
    only = [f"{heading_of(column)} {cell(value, {})}" for column, value in contents.filters.items()]
    filtered = f" Only rows with {', '.join(only)}." if only else ""
    more = "" if contents.is_whole else " There are more rows than these."
    yield f"{counted_noun(len(contents.rows), 'row')}.{more}{filtered}"


def _who_sees(contents: Contents) -> str:
    return " ".join((contents.report.scope.__doc__ or "").split())


def moments(as_of: date, known_at: datetime | None, freshness: DatedAnswer) -> str:
    """Return sentences on the last day that counts, the moment whose knowledge is shown, and how far it reaches."""
    known = "" if known_at is None else f", as it was known on {_moment(known_at)}"
    reached = freshness.up_to_date_at
    complete = "nothing is recorded yet" if reached is None else f"complete up to {_moment(reached)}"
    missing = "".join(f" {missing_events(each)}" for each in freshness.parked)
    return f"Up to and with {day_in_words(as_of)}{known}; {complete}.{missing}"


def day_in_words(day: date) -> str:
    """Return a day as people write it, such as 9 October 2026."""
    return f"{day.day} {day:%B %Y}"


def _moment(moment: datetime) -> str:
    here = moment.astimezone(ENGLAND)
    return f"{day_in_words(here)} at {here:%H:%M}"


def short_ids(ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return each id shortened, as far as none becomes the same as another."""
    known = set(ids)
    length = _SHORTEST_ID
    while len({str(each)[:length] for each in known}) < len(known):
        length += 1
    return {each: str(each)[:length] for each in known}


def _ids(row: Answer, columns: Sequence[str]) -> Iterator[UUID]:
    return (value for name in columns if isinstance(value := getattr(row, name), UUID))


def cell(value: Any, short: Mapping[UUID, str]) -> str:
    """Return a value as the text of a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case int():
            return f"{value:,}"
        case UUID():
            return short.get(value, str(value))
        case tuple() | list():
            return ", ".join(cell(each, short) for each in value)
        case _:
            return str(value)


def _widths(heads: Sequence[str], lines: Sequence[Sequence[str]], mm: float) -> list[float]:
    """Return the width of each column: short ones as wide as their cells, the others share what is left of `mm`."""
    least, shares = [], []
    for nth, head in enumerate(heads):
        cells = [line[nth] for line in lines]
        longest_word = _longest(word for text in (head, *cells) for word in text.split())
        longest_cell = _longest(cells)
        is_short = longest_cell <= _SHORT_CELL
        characters = max(longest_word, longest_cell) if is_short else longest_word
        least.append(_MM_PER_CHARACTER * characters + _MM_BETWEEN_COLUMNS)
        shares.append(0 if is_short else sqrt(longest_cell))
    left = max(mm - sum(least), 0)
    return [width + left * share / (sum(shares) or 1) for width, share in zip(least, shares, strict=True)]


def _longest(texts: Iterable[str]) -> int:
    return max(map(len, texts), default=0)
