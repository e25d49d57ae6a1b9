"""The marked copy of a file: the same rows and format, with two columns that say what is wrong in each row."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping

from services.referral.imports.reading import csv_text as text
from services.referral.imports.reading import workbook
from services.referral.imports.reading.errors import CellError
from services.referral.imports.reading.table import heading_key, is_blank, is_guidance, looks_like_formula, records

RESULT, ERRORS = "Validation results", "Errors"
_ADDED = {heading_key(RESULT), heading_key(ERRORS)}


def marked_copy(content: bytes, errors: Iterable[CellError]) -> bytes:
    """Copy a file with two more columns at its end; no cell of the copy runs as a formula.

    A workbook keeps its sheets and formats; text keeps its delimiter and is UTF-8 with a byte order mark. Columns of an
    earlier marked copy are replaced. Raises FileError if the file cannot be read as a table.
    """
    by_line: dict[int, list[str]] = defaultdict(list)
    for error in errors:
        by_line[error.line].append(f"{error.column}: {error.message}" if error.column else error.message)
    marked = _marked_workbook if workbook.is_workbook(content) else _marked_text
    return marked(content, by_line)


def _marked_text(content: bytes, by_line: Mapping[int, list[str]]) -> bytes:
    """In text an apostrophe keeps a spreadsheet from running a cell; numbers stay as they are."""
    heading_line, headings, width = _shape(content)
    own = [at for at in range(width) if at >= len(headings) or heading_key(headings[at]) not in _ADDED]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=text.delimiter_of(content, text.encoding_of(content)))
    for line, cells in records(content):
        kept = [_harmless(cells[at]) if at < len(cells) else "" for at in own]
        writer.writerow([*kept, *_added(line, cells, heading_line, by_line)])
    return out.getvalue().encode("utf-8-sig")


def _marked_workbook(content: bytes, by_line: Mapping[int, list[str]]) -> bytes:
    """In a workbook a cell says itself whether it is a formula: those become the text that they are."""
    heading_line, headings, width = _shape(content)
    keys = [heading_key(heading) for heading in headings]
    places = [
        keys.index(key) + 1 if key in keys else width + number
        for number, key in enumerate((heading_key(RESULT), heading_key(ERRORS)), 1)
    ]
    with workbook.open_workbook(content) as book:
        for cell in (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row):
            if cell.data_type == "f":
                cell.value, cell.data_type = workbook.text_of(cell), "s"
        for line, cells in records(content):
            for place, text_ in zip(places, _added(line, cells, heading_line, by_line), strict=True):
                book.worksheets[0].cell(line, place).value = text_ or None
        out = io.BytesIO()
        book.save(out)
    return out.getvalue()


def _added(line: int, cells: list[str], heading_line: int, by_line: Mapping[int, list[str]]) -> tuple[str, str]:
    return (RESULT, ERRORS) if line == heading_line else _verdict(cells, by_line.get(line))


def _shape(content: bytes) -> tuple[int, list[str], int]:
    """Find the line of the headings, the headings, and the number of cells of the longest row."""
    heading_line, headings, width = 0, list[str](), 0
    for line, cells in records(content):
        if not headings and not is_blank(cells):
            heading_line, headings = line, cells
        width = max(width, len(cells))
    return heading_line, headings, width


def _verdict(cells: list[str], messages: list[str] | None) -> tuple[str, str]:
    if messages:
        return "To fix", " | ".join(messages)
    return ("", "") if is_blank(cells) or is_guidance(cells) else ("No problem found", "")


def _harmless(cell: str) -> str:
    runs = cell[:1] in ("\t", "\r") or (looks_like_formula(cell) and not cell.startswith("'"))
    return f"'{cell}" if runs else cell
