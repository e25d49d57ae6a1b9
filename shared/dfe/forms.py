"""The form of a file: its columns in their order, how they are written, and what each is made from.

A header is the same byte for byte as in DfE's template of that edition. Cells that a spreadsheet would take for a
formula get an apostrophe in front, unless the service compares the cells with its own: there `is_verbatim` leaves them
alone, and whoever makes the rows leaves out what would run.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from shared.sheets import FORMULA_BEGINNINGS


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file, by the name in its header, and what the platform makes it from."""

    name: str
    made_from: str


@dataclass(frozen=True, slots=True)
class Form:
    """How a file of a service is written, in one edition.

    `service` is DfE's service that takes or makes the file, `source` is where its form was read. `is_quoted` puts every
    name of the header in quotation marks; `most_rows` and `most_bytes` are what a file may hold, None without a limit.
    """

    name: str
    edition: str
    service: str
    source: str
    columns: tuple[Column, ...]
    is_quoted: bool = False
    is_verbatim: bool = False
    line_end: str = "\n"
    most_rows: int | None = None
    most_bytes: int | None = None

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def write(
        self,
        rows: Sequence[Sequence[str]],
        header: Sequence[str] | None = None,
        notes: Sequence[Sequence[str]] = (),
    ) -> list[bytes]:
        """Write rows as one file or several, each with the header and within the form's limits; none without rows.

        `header` takes the place of the form's own where a file has fewer of its columns, or another order. `notes` are
        rows below the header of every file, which count for no limit of rows.
        """
        first = _line(self.header if header is None else header, self.line_end, is_quoted=self.is_quoted)
        above = first + b"".join(_line(cells, self.line_end) for cells in notes)
        lines = (_line([self._cell(cell) for cell in row], self.line_end) for row in rows)
        return [above + b"".join(part) for part in self._parts(lines, len(above))]

    def _cell(self, text: str) -> str:
        return f"'{text}" if text.startswith(FORMULA_BEGINNINGS) and not self.is_verbatim else text

    def _parts(self, lines: Iterator[bytes], above: int) -> Iterator[list[bytes]]:
        room = None if self.most_bytes is None else self.most_bytes - above
        part: list[bytes] = []
        size = 0
        for line in lines:
            is_full = len(part) == self.most_rows or (room is not None and size + len(line) > room)
            if part and is_full:
                yield part
                part, size = [], 0
            part.append(line)
            size += len(line)
        if part:
            yield part


def _line(cells: Sequence[str], line_end: str, *, is_quoted: bool = False) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL, lineterminator=line_end)
    writer.writerow(cells)
    return text.getvalue().encode()


@dataclass(frozen=True, slots=True)
class Gap:
    """Why somebody or something is not in a file: who or what it is, without a name, and a sentence for a coordinator.

    `about` is the partnership's own reference of a person, a line of a file, or the URN of a school.
    """

    about: str
    sentence: str


def in_order(gaps: Sequence[Gap]) -> list[Gap]:
    """Sort gaps by what they are about, each once."""
    return sorted(set(gaps), key=lambda gap: (gap.about, gap.sentence))
