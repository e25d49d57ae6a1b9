"""Print rows as a table that fits the terminal, or as records where none fits: an id or a name is never cut."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from alongside.cli.console import out

SHORTEST_TEXT = 12
"""Characters that a column of texts is wide at least, where its texts are longer."""
FRAMES: Sequence[tuple[box.Box | None, int, int]] = ((box.HEAVY_HEAD, 3, 1), (None, 2, 0))
"""Frames of a table, the widest first, with the characters that each adds: for each column, and once."""


@dataclass(frozen=True)
class _Column:
    name: str
    cells: Sequence[str]
    is_text: bool

    @property
    def longest(self) -> int:
        """The width at which no cell is broken."""
        return max((cell_len(line) for cell in self.cells for line in cell.splitlines()), default=0)

    @property
    def whole(self) -> int:
        """The width at which nothing is broken."""
        return max(cell_len(self.name), self.longest)

    @property
    def least(self) -> int:
        """The width at which nothing is broken but texts, and the heading, both between their words."""
        if not self.is_text:
            return max(self.longest, *map(cell_len, self.name.split()))
        words = (word for text in (self.name, *self.cells) for word in text.split())
        return max(min(self.longest, SHORTEST_TEXT), *map(cell_len, words))


def print_rows(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, texts: Collection[str] = (), console: Console = out
) -> None:
    """Print rows under their columns. Only headings, and cells of the columns in `texts`, may be broken into lines, and
    those between words.

    What is piped has no width, so nothing in it is broken.
    """
    found = [_Column(name, [row[nth] for row in rows], name in texts) for nth, name in enumerate(columns)]
    if not console.is_terminal:
        frame, each, once = FRAMES[0]
        widths = [column.whole for column in found]
        console = Console(file=console.file, width=sum(widths) + each * len(found) + once)
        console.print(_table(found, widths, frame))
        return
    whole, least = sum(column.whole for column in found), sum(column.least for column in found)
    for needed in (whole, least):  # a thinner frame is better than broken lines
        for frame, each, once in FRAMES:
            room = console.width - once - each * len(found)
            if room >= needed:
                console.print(_table(found, _widths(found, room - least), frame))
                return
    _print_records(columns, rows, console)


def print_columns(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print those columns of an answer's rows that are not empty, without ids; all cells may be broken into lines."""
    heads = [
        column
        for column in columns
        if not column.endswith("_id") and not all(row[column] in (None, []) for row in rows)
    ]
    titles = [head.replace("_", " ") for head in heads]
    print_rows(titles, [[cell(row[column]) for column in heads] for row in rows], texts=titles)


def when(answer: Mapping[str, Any]) -> str:
    """Return the sentence that says up to which day an answer counts, what was known, and what is missing in it."""
    known = "" if answer["known_at"] is None else f", as it was known at {answer['known_at']}"
    last = answer["up_to_date_at"]
    reaches = "" if last is None else f" The last event in it was recorded at {last}."
    missing = sum(each["events"] for each in answer["parked"])
    parked = f" {missing} events are missing, which could not be read (`alongside parked`)." if missing else ""
    return f"Up to {answer['as_of']}{known}.{reaches}{parked}"


def cell(value: object) -> str:
    """Return a value of an answer as it is printed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else f"{round(value, 3):g}" if isinstance(value, float) else str(value)


def _widths(columns: Sequence[_Column], left: int) -> list[int]:
    """Share what is left of the terminal's width among columns with a broken heading or text, short ones first."""
    widths = [column.least for column in columns]
    wanted = [column.whole for column in columns]
    for nth in sorted(range(len(columns)), key=lambda nth: wanted[nth]):
        more = min(left, max(0, wanted[nth] - widths[nth]))
        widths[nth] += more
        left -= more
    return widths


def _table(columns: Sequence[_Column], widths: Sequence[int], frame: box.Box | None) -> Table:
    table = Table(box=frame)
    for column, width in zip(columns, widths, strict=True):
        table.add_column(column.name, overflow="fold", width=width)
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*map(Text, row))
    return table


def _print_records(columns: Sequence[str], rows: Sequence[Sequence[str]], console: Console) -> None:
    """Print each row as lines with a column's name and its cell, and an empty line between two rows."""
    width = max(map(len, columns)) + 2
    for number, row in enumerate(rows):
        if number:
            console.print()
        for column, cell in zip(columns, row, strict=True):
            console.print(Text(f"{column:<{width}}{cell}"), soft_wrap=True)
