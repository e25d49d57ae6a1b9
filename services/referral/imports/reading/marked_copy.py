"""The marked copy of a file: the same rows and format, with two columns that say what is wrong in each row."""

import codecs
import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from shared.spreadsheets import workbook
from shared.spreadsheets.cell_text import looks_like_formula
from shared.spreadsheets.content import PIECE, FileContent
from shared.spreadsheets.csv_text import CsvText
from shared.spreadsheets.errors import CellError
from shared.spreadsheets.table import (
    Fits,
    Place,
    find_table,
    heading_key,
    is_blank,
    is_guidance,
    records,
)

RESULT, ERRORS = "Validation results", "Errors"
_ADDED = {heading_key(RESULT), heading_key(ERRORS)}


def marked_copy(content: FileContent, errors: Iterable[CellError], fits: Fits) -> Iterator[bytes]:
    """Copy a file with two more columns at its end, piece by piece; no cell of the copy runs as a formula.

    `fits` finds its headings. A workbook keeps its sheets and formats; text keeps its delimiter and is UTF-8 with a
    byte order mark. Columns of an earlier marked copy are replaced. Raises FileError if it cannot be read as a table.
    """
    by_line: dict[int, list[str]] = defaultdict(list)
    for error in errors:
        by_line[error.line].append(f"{error.column}: {error.message}" if error.column else error.message)
    marked = _marked_workbook if workbook.is_workbook(content) else _marked_text
    return marked(content, find_table(content, fits), by_line)


def _marked_text(content: FileContent, place: Place, by_line: Mapping[int, list[str]]) -> Iterator[bytes]:
    """In text an apostrophe keeps a spreadsheet from running a cell; numbers stay as they are."""
    assert isinstance(place.source, CsvText)
    headings, width = _shape(content, place)
    own = [at for at in range(width) if at >= len(headings) or heading_key(headings[at]) not in _ADDED]
    yield codecs.BOM_UTF8
    out = io.StringIO(newline="")
    # a first line that names the delimiter would make a spreadsheet forget the encoding, so it has to be the usual one
    writer = csv.writer(out, delimiter="," if place.source.named else place.source.delimiter)
    for line, cells in records(content, place.source):
        kept = [_harmless(cells[at]) if at < len(cells) else "" for at in own]
        writer.writerow([*kept, *_added(line, cells, place, by_line)])
        if out.tell() > PIECE:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _marked_workbook(content: FileContent, place: Place, by_line: Mapping[int, list[str]]) -> Iterator[bytes]:
    """In a workbook a cell says itself whether it is a formula: those become the text that they are."""
    assert place.sheet is not None
    headings, width = _shape(content, place)
    keys = [heading_key(heading) for heading in headings]
    columns = [
        keys.index(key) + 1 if key in keys else width + number
        for number, key in enumerate((heading_key(RESULT), heading_key(ERRORS)), 1)
    ]
    formulas = workbook.formulas_of(content)
    with workbook.open_workbook(content) as book:
        for sheet, coordinate in formulas:  # one by one: to ask for all cells would make those that are not there
            cell = book.worksheets[sheet][coordinate]
            cell.value, cell.data_type = workbook.text_of(cell), "s"
        for line, cells in records(content, place.source):
            for column, text in zip(columns, _added(line, cells, place, by_line), strict=True):
                if text or column <= len(headings):  # which has the columns of an earlier copy
                    book.worksheets[place.sheet.place].cell(line, column).value = text or None
        out = io.BytesIO()
        book.save(out)
    yield out.getvalue()


def _added(line: int, cells: list[str], place: Place, by_line: Mapping[int, list[str]]) -> tuple[str, str]:
    if line < place.heading_line:
        return "", ""
    return (RESULT, ERRORS) if line == place.heading_line else _verdict(cells, by_line.get(line))


def _shape(content: FileContent, place: Place) -> tuple[list[str], int]:
    """Find the headings, and the number of cells of the longest row."""
    headings, width = list[str](), 0
    for line, cells in records(content, place.source):
        if line == place.heading_line:
            headings = cells
        width = max(width, len(cells))
    return headings, width


def _verdict(cells: list[str], messages: list[str] | None) -> tuple[str, str]:
    if messages:
        return "To fix", " | ".join(messages)
    return ("", "") if is_blank(cells) or is_guidance(cells) else ("No problem found", "")


def _harmless(cell: str) -> str:
    runs = cell[:1] in ("\t", "\r") or (looks_like_formula(cell) and not cell.startswith("'"))
    return f"'{cell}" if runs else cell
