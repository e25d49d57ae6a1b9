"""Read a table of travel times from a CSV file: from (postcode or URN), to (URN), mode, minutes.

A *line* is the row number that a spreadsheet shows. If there are several times from one outward postcode to one school,
the longest counts, so that nobody is placed too far away.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from services.matching.domain.travel_times import LONGEST, TravelTimesKnown, place_of
from shared.events.words import TravelMode
from shared.inputs.schools import is_urn

COLUMNS = ("from", "to", "mode", "minutes")
MODES: Mapping[str, TravelMode] = {mode: mode for mode in get_args(TravelMode)}
MAX_ROWS = 200_000
MAX_ERRORS = 500


@dataclass(frozen=True, slots=True)
class CellError:
    """An error in a cell, and what to write there; without a column, in the row or the file."""

    line: int
    column: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class TravelFile:
    """The content of a file: times by place; `merged` counts rows that share place, school and mode with another."""

    rows: int
    merged: int
    times: Mapping[str, Mapping[TravelMode, Mapping[str, int]]]
    errors: Sequence[CellError]

    def facts(self, on: date) -> list[TravelTimesKnown]:
        """Return the times of each place as facts to record."""
        return [
            TravelTimesKnown(happened_on=on, place=place, minutes={mode: dict(to) for mode, to in times.items()})
            for place, times in sorted(self.times.items())
        ]


def read_travel_file(content: bytes) -> TravelFile:
    """Read the times of a file in UTF-8 or Windows-1252, with at most `MAX_ERRORS` errors."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    lines = csv.reader(io.StringIO(text, newline=""))
    try:
        headings = [cell.strip().casefold() for cell in next(lines, [])]
        if missing := [column for column in COLUMNS if headings.count(column) != 1]:
            return _refused(1, f"The first row needs each of these headings once: {', '.join(missing)}.")
        return _read(lines, [headings.index(column) for column in COLUMNS])
    except csv.Error:
        return _refused(lines.line_num, "The quotation marks of this row do not match.")


def _refused(line: int, detail: str) -> TravelFile:
    return TravelFile(0, 0, {}, (CellError(line, None, detail),))


def _read(lines: Iterator[list[str]], at: Sequence[int]) -> TravelFile:
    times: defaultdict[str, defaultdict[TravelMode, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    errors: list[CellError] = []
    rows = merged = 0
    for line, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        rows += 1
        if rows > MAX_ROWS:
            return _refused(line, f"The file has more than {MAX_ROWS:,} rows. Split it by places and send the parts.")
        if len(cells) <= max(at):
            errors.append(CellError(line, None, "This row has too few cells."))
            continue
        values = [cells[position].strip() for position in at]
        if wrong := [CellError(line, column, advice) for column, advice in _wrong_with(values)]:
            errors += wrong
            continue
        place, mode, minutes = place_of(values[0]) or "", MODES[_word(values[2])], int(values[3])
        to, urn = times[place][mode], values[1].upper()
        merged += urn in to
        to[urn] = max(minutes, to.get(urn, 0))
    if not rows:
        return _refused(1, "The file has no rows under its headings.")
    return TravelFile(rows, merged, times, tuple(errors[:MAX_ERRORS]))


def _word(text: str) -> str:
    return "_".join(text.casefold().replace("_", " ").split())


def _wrong_with(values: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Column and advice of each bad cell; a cell may show where a person lives, so none is repeated."""
    place, to, mode, minutes = values
    if place_of(place) is None:
        yield "from", "Write a postcode, the first part of one (LS6), a school's URN of six digits, or a host's code."
    if not is_urn(to.upper()):
        yield "to", "Write the school's URN, six digits, or the code of a host without one."
    if _word(mode) not in MODES:
        yield "mode", f"Write one of {', '.join(MODES)}."
    if not (minutes.isascii() and minutes.isdigit() and 0 < int(minutes) <= LONGEST):
        yield "minutes", f"Write whole minutes from 1 to {LONGEST}."
