"""Headings and rows of a file: which sheet, which row has the headings, blank and guidance rows, rows that do not fit.

A *line* is the row number a spreadsheet shows.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from shared.spreadsheets import workbook
from shared.spreadsheets.content import FileContent
from shared.spreadsheets.csv_text import BETWEEN_CELLS, CsvText, csv_texts
from shared.spreadsheets.errors import CellError, FileError, whole_file
from shared.wording import counted_noun

MAX_ROWS = 100_000  # the whole register of schools has about 52,000
ROWS_ABOVE = 25
"""Among how many rows that are not blank the headings are looked for: titles and notes may stand above them."""

_GUIDANCE = ("do not edit", "do not change", "do not delete", "for example", "e.g.", "example:")
_EMPTY = "The file is empty. Send a file with headings and at least one row."

Fits = Callable[[Sequence[str]], tuple[bool, int]]
"""Tells of a row whether it has all headings that are needed, and how many that are known."""


Source = workbook.Sheet | CsvText
"""Where rows are read from: a sheet of a workbook, or a CSV file with its encoding and delimiter."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the table of a file is: its source, all sheets of a workbook, and the line of the headings."""

    source: Source = field(repr=False)
    sheets: tuple[workbook.Sheet, ...]
    heading_line: int

    @property
    def sheet(self) -> workbook.Sheet | None:
        """The sheet that is read; None in CSV."""
        return self.source if isinstance(self.source, workbook.Sheet) else None

    @property
    def other_sheets(self) -> tuple[str, ...]:
        """The names of the sheets that are not read."""
        return tuple(sheet.name for sheet in self.sheets if sheet != self.source)


def records(content: FileContent, source: Source) -> Iterator[tuple[int, list[str]]]:
    """Read (line, cells) of every row of a source from the first, blank rows included; raises FileError meanwhile."""
    return source.rows() if isinstance(source, CsvText) else workbook.rows_of(content, source.place)


def find_table(content: FileContent, fits: Fits) -> Place:
    """Find the table of a file: the first row that has all headings, else the one that has most of those known.

    Hidden sheets come after the others, and delimiters of CSV in the order of their likelihood. Raises FileError if
    nothing in the file is a row with values.
    """
    if content.is_blank:
        raise whole_file("empty_file", _EMPTY)
    sheets = tuple(workbook.sheets_of(content)) if workbook.is_workbook(content) else ()
    best: tuple[int, Place] | None = None
    unreadable: FileError | None = None
    for source in sheets or csv_texts(content):
        rows = ((line, cells) for line, cells in records(content, source) if "".join(cells).strip(BETWEEN_CELLS))
        try:
            for line, cells in islice(rows, ROWS_ABOVE):
                complete, known = fits(cells)
                place = Place(source, sheets, line)
                if complete:
                    return place
                if best is None or known > best[0]:
                    best = known, place
        except FileError as error:
            unreadable = unreadable or error
    if best is None or (sheets and unreadable):
        raise unreadable or whole_file("empty_file", _EMPTY)
    return best[1]


def is_blank(cells: Sequence[str]) -> bool:
    return not any(map(str.strip, cells))


def is_guidance(cells: Sequence[str]) -> bool:
    """Whether a row is guidance that templates put under the headings: what not to change, or an example."""
    first = next((cell for cell in cells if cell.strip()), "")
    return first.strip().casefold().startswith(_GUIDANCE)


def heading_key(heading: str) -> str:
    """Normalise a heading for comparison: case, outer blanks, and blank or underscore between words do not matter."""
    return re.sub(r"[\s_\u200b\ufeff]+", " ", heading).strip().casefold()


class Table:
    """A file with headings: iterating gives (line, cells) of the rows below them, blank and guidance rows included.

    `above` are the rows with values above the headings, by line. Raises FileError if the file is unreadable, has a
    heading twice, or has values in more than `max_rows` rows.
    """

    def __init__(self, content: FileContent, fits: Fits, *, max_rows: int = MAX_ROWS) -> None:
        self.place = find_table(content, fits)
        self.heading_line = self.place.heading_line
        self._rows = records(content, self.place.source)
        self._max_rows = max_rows
        self.above: list[list[str]] = []
        self.headings: list[str] = []
        for line, cells in self._rows:
            if line == self.heading_line:
                self.headings = cells
                break
            if not is_blank(cells):
                self.above.append(cells)
        self._positions: dict[str, int] = {}
        self.width = len(self.headings)
        self._unnamed = [position for position, heading in enumerate(self.headings) if not heading.strip()]

    def place_headings(self) -> None:
        """Find the position of each heading; raises FileError if one stands twice."""
        twice = []
        for position, heading in enumerate(self.headings):
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

    def first_rows(self, number: int) -> list[list[str]]:
        """Read the headings and the first rows below them, as far as they can be read; iterating goes on from there."""
        rows = [self.headings]
        with suppress(FileError):
            rows += (cells for _, cells in islice(self, number))
        return rows

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        count = 0
        in_workbook = self.place.sheet is not None
        for line, cells in self._rows:
            count += not is_blank(cells)
            if count > self._max_rows:
                most = counted_noun(self._max_rows, "row")
                advice = f"The file has more than {most}. Split it and send the parts one by one."
                raise whole_file("too_many_rows", advice, line)
            yield line, cells + [""] * (self.width - len(cells)) if in_workbook else cells

    def misfit(self, line: int, cells: Sequence[str]) -> CellError | None:
        """Make the error of a row with too few or too many cells for the headings; None if they fit."""
        if len(cells) < self.width:
            advice = (
                f"This row has {counted_noun(len(cells), 'cell')} for {counted_noun(self.width, 'column')}. "
                "Fill it up, with empty cells if need be."
            )
            return CellError(line, None, "too_few_cells", advice)
        unnamed = [*(cells[position] for position in self._unnamed), *cells[self.width :]]
        if any(cell.strip() for cell in unnamed):
            advice = "This row has a value in a column without a heading. Is there a comma too many in the row?"
            return CellError(line, None, "too_many_cells", advice)
        return None
