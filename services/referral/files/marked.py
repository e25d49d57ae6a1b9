"""The user's own file back, with two columns that say what is wrong in each row."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable

from services.referral.files.table import CellError, heading_key, is_blank, is_guidance, looks_like_formula, records

RESULT, ERRORS = "Validation results", "Errors"
_ADDED = {heading_key(RESULT), heading_key(ERRORS)}


def marked_copy(content: bytes, errors: Iterable[CellError]) -> bytes:
    """The file with its rows, order and delimiter, in UTF-8 with a byte order mark, and the two columns at its end.

    Columns of an earlier marked copy are replaced. A cell that a spreadsheet would run as a formula gets an
    apostrophe first; numbers stay as they are. Raises FileError when the file cannot be read as a table.
    """
    by_line: dict[int, list[str]] = defaultdict(list)
    for error in errors:
        by_line[error.line].append(f"{error.column}: {error.message}" if error.column else error.message)
    heading_line, headings, width = _shape(content)
    own = [at for at in range(width) if at >= len(headings) or heading_key(headings[at]) not in _ADDED]
    delimiter, rows = records(content)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    for line, cells in rows:
        added = (RESULT, ERRORS) if line == heading_line else _verdict(cells, by_line.get(line))
        kept = [_harmless(cells[at]) if at < len(cells) else "" for at in own]
        writer.writerow([*kept, *added])
    return out.getvalue().encode("utf-8-sig")


def _shape(content: bytes) -> tuple[int, list[str], int]:
    """Line of the headings, the headings, and the number of cells of the longest row."""
    heading_line, headings, width = 0, list[str](), 0
    for line, cells in records(content)[1]:
        if not headings and not is_blank(cells):
            heading_line, headings = line, cells
        width = max(width, len(cells))
    return heading_line, headings, width


def _verdict(cells: list[str], messages: list[str] | None) -> tuple[str, str]:
    if messages:
        return "To fix", " | ".join(messages)
    return ("", "") if is_blank(cells) or is_guidance(cells) else ("No problem found", "")


def _harmless(text: str) -> str:
    runs = text[:1] in ("\t", "\r") or (looks_like_formula(text) and not text.startswith("'"))
    return f"'{text}" if runs else text
