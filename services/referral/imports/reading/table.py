"""Headings and rows of a file: blank and guidance rows, formulas, rows that do not fit under the headings.

A *line* is the row number a spreadsheet shows.
"""

import re
from collections.abc import Iterator, Sequence

from services.referral.imports.reading import csv_text as text
from services.referral.imports.reading import workbook
from services.referral.imports.reading.errors import CellError, FileError, whole_file

MAX_ROWS = 100_000  # the whole register of schools has about 52,000

_GUIDANCE = ("do not edit", "do not change")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?")
_FAILED_FORMULA = re.compile(r"#(N/A|NAME\?|REF!|VALUE!|DIV/0!|NUM!|NULL!)")


def records(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Read (line, cells) of every row of a CSV file or XLSX workbook from the first, blank rows included.

    Raises FileError, also while it is iterated.
    """
    if not content.strip():
        raise whole_file("empty_file", _EMPTY)
    return workbook.rows_of(content) if workbook.is_workbook(content) else text.rows_of(content)


_EMPTY = "The file is empty. Send a file with headings and at least one row."


def is_blank(cells: Sequence[str]) -> bool:
    return not any(cells) or not "".join(cells).strip()


def is_guidance(cells: Sequence[str]) -> bool:
    """Whether a row is guidance that DfE's templates put under the headings, about what not to change."""
    first = next((cell for cell in cells if cell.strip()), "")
    return first.strip().casefold().startswith(_GUIDANCE)


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would run this text as a formula.

    True also for the result of a formula that failed, and for a formula that a marked copy has prefixed with an
    apostrophe.
    """
    bare = text.removeprefix("'").lstrip()
    runs = bare[:1] in {"=", "+", "-", "@"} and not _NUMBER.fullmatch(bare)
    return runs or _FAILED_FORMULA.fullmatch(bare) is not None


def heading_key(heading: str) -> str:
    """Normalise a heading for comparison: case, outer blanks, and blank or underscore between words do not matter."""
    return re.sub(r"[\s_]+", " ", heading).strip().casefold()


class Table:
    """A file with headings: iterating gives (line, cells) of the rows below them, blank and guidance rows included.

    Raises FileError if the file is unreadable, has a heading twice, or holds more than `max_rows` rows.
    """

    def __init__(self, content: bytes, *, max_rows: int = MAX_ROWS) -> None:
        self._rows = records(content)
        self._max_rows = max_rows
        self.heading_line, headings = next(
            ((line, cells) for line, cells in self._rows if not is_blank(cells)), (1, [])
        )
        if not headings:
            raise whole_file("empty_file", _EMPTY)
        self._positions: dict[str, int] = {}
        self.width = len(headings)
        self._unnamed = [position for position, heading in enumerate(headings) if not heading.strip()]
        self._place(headings)

    def _place(self, headings: Sequence[str]) -> None:
        twice = []
        for position, heading in enumerate(headings):
            if key := heading_key(heading):
                if key in self._positions:
                    advice = f"There are two columns headed “{heading.strip()}”. Remove or rename one."
                    twice.append(CellError(self.heading_line, heading.strip(), "duplicate_column", advice))
                self._positions[key] = position
        if twice:
            raise FileError(*twice)

    def position(self, *names: str) -> int | None:
        """Find the position of the first of these columns that the file has; None if it has none of them."""
        return next((at for name in names if (at := self._positions.get(heading_key(name))) is not None), None)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for count, (line, cells) in enumerate(self._rows, start=1):
            if count > self._max_rows:
                advice = f"The file has more than {self._max_rows:,} rows. Split it and send the parts one by one."
                raise whole_file("too_many_rows", advice, line)
            yield line, cells

    def misfit(self, line: int, cells: Sequence[str]) -> CellError | None:
        """Make the error of a row with too few or too many cells for the headings; None if they fit."""
        if len(cells) < self.width:
            advice = (
                f"This row has {len(cells)} cells for {self.width} columns. Fill it up, with empty cells if need be."
            )
            return CellError(line, None, "too_few_cells", advice)
        unnamed = [*(cells[position] for position in self._unnamed), *cells[self.width :]]
        if any(cell.strip() for cell in unnamed):
            advice = "This row has a value in a column without a heading. Is there a comma too many in the row?"
            return CellError(line, None, "too_many_cells", advice)
        return None
