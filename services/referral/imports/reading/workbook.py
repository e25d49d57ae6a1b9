"""Rows of the sheets of an XLSX workbook, as text; formulas are never evaluated.

A date is read as 2027-03-27, a number in its shortest form. A number format of zeros only keeps leading zeros.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook

from services.referral.imports.reading.errors import FileError, whole_file
from services.referral.imports.reading.other_files import why_no_workbook

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_UNPACKED = 256 * 1024 * 1024
"""Bytes. A workbook is a zip: a few kilobytes of it can unpack to more than any machine has."""

_ZIP = b"PK\x03\x04"
_ZEROS = re.compile("0+")
_LAST_EXACT = 10**15
"""Numbers from here on have more digits than a spreadsheet keeps."""

# of extensions that it does not keep, such as drop-down lists of later versions: nothing here needs them
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")


def is_workbook(content: bytes) -> bool:
    """Whether the bytes begin a zip file, as every XLSX workbook does."""
    return content.startswith(_ZIP)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: its place in it, its name, and whether it is hidden."""

    place: int
    name: str
    hidden: bool


def sheets_of(content: bytes) -> list[Sheet]:
    """List the sheets of a workbook, those first that are not hidden; raises FileError where there is none."""
    with open_workbook(content, read_only=True) as workbook:
        found = [
            Sheet(place, str(sheet.title), hidden=sheet.sheet_state != "visible")
            for place, sheet in enumerate(workbook.worksheets)
        ]
    if not found:
        raise whole_file(
            "workbook", "This workbook has no sheet with cells. Save the sheet as “CSV UTF-8”, and send that."
        )
    return sorted(found, key=lambda sheet: sheet.hidden)


def rows_of(content: bytes, place: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Read (line, cells) of every row of a sheet, through its last value; raises FileError, also while iterating.

    Blank cells at the end of a row are left out, as many workbooks do not store them.
    """
    with open_workbook(content, read_only=True) as workbook:
        sheet = _whole_sheet(workbook.worksheets[place])
        last = 0
        for line, cells in enumerate(sheet.iter_rows(), start=1):
            texts = [text_of(cell) for cell in cells]
            while texts and not texts[-1].strip():
                texts.pop()
            if texts:  # a row without is nothing but a format, unless values follow below it
                yield from ((blank, []) for blank in range(last + 1, line))
                yield line, texts
                last = line


def formulas_of(content: bytes) -> list[tuple[int, str]]:
    """List the cells that hold a formula: the place of the sheet, and the cell's coordinate."""
    with open_workbook(content, read_only=True) as workbook:
        return [
            (place, cell.coordinate)
            for place, sheet in enumerate(workbook.worksheets)
            for row in _whole_sheet(sheet).iter_rows()
            for cell in row
            if cell.data_type == "f"
        ]


def _whole_sheet(sheet: Any) -> Any:
    sheet.reset_dimensions()  # what a sheet says of its size may be too little, or a million blank rows
    return sheet


@contextmanager
def open_workbook(content: bytes, *, read_only: bool = False) -> Iterator[Workbook]:
    """Open a workbook; raises FileError where it cannot be read, also inside the `with` block."""
    try:
        _check_archive(content)
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=read_only, keep_links=False)
        try:
            yield workbook
        finally:
            workbook.close()
    except FileError:
        raise
    except Exception as fault:  # whatever bytes in a zip can do to a parser
        advice = (
            "This workbook cannot be opened. Save it as XLSX once more, or the sheet as “CSV UTF-8”, and send that."
        )
        raise whole_file("workbook", advice) from fault


def _check_archive(content: bytes) -> None:
    if reason := why_no_workbook(content):
        raise whole_file("workbook", reason)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > LARGEST_UNPACKED:
        raise whole_file("workbook", "This workbook is too large. Save the sheet as “CSV UTF-8” and send that.")


def text_of(cell: Any) -> str:
    """Return the content of a cell as a person would type it; for a formula, its text."""
    match cell.value:
        case None:
            return ""
        case bool() as truth:
            return str(truth).upper()
        case int() | float() as number:
            return _number(number, cell.number_format or "")
        case datetime() as moment:
            return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ")
        case date() as day:
            return day.isoformat()
        case str() as text:
            return text
        case time() | timedelta() as duration:
            return str(duration)
        case formula:  # of an array or a table
            return "=" + str(getattr(formula, "text", "")).removeprefix("=")


def _number(number: float, number_format: str) -> str:
    if number_format.endswith("%"):
        return f"{_shortest(number * 100)}%"
    if 0 <= number < _LAST_EXACT and number == int(number) and _ZEROS.fullmatch(number_format):
        return f"{int(number)}".zfill(len(number_format))
    return _shortest(number)


def _shortest(number: float) -> str:
    if abs(number) >= _LAST_EXACT:
        return f"{number:.14E}"  # its last digits are lost
    return f"{number:.6f}".rstrip("0").rstrip(".")
