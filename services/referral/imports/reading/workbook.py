"""Rows of the first sheet of an XLSX workbook, as text; formulas are never evaluated.

A date is read as 2027-03-27, a number in its shortest form. A number format of zeros only keeps leading zeros.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook

from services.referral.imports.reading.errors import FileError, whole_file

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_UNPACKED = 256 * 1024 * 1024
"""Bytes. A workbook is a zip: a few kilobytes of it can unpack to more than any machine has."""

_ZIP = b"PK\x03\x04"
_ZEROS = re.compile("0+")

# of extensions that it does not keep, such as drop-down lists of later versions: nothing here needs them
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")


def is_workbook(content: bytes) -> bool:
    """Whether the bytes begin a zip file, as every XLSX workbook does."""
    return content.startswith(_ZIP)


def rows_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Read (line, cells) of every row of the first sheet; raises FileError, also while iterating."""
    with open_workbook(content, read_only=True) as workbook:
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # what a sheet says of its size may be a million blank rows
        width = 0
        for line, cells in enumerate(sheet.iter_rows(), start=1):
            texts = [text_of(cell) for cell in cells]
            while texts and not texts[-1].strip():
                texts.pop()
            width = width or len(texts)  # the headings'; blank cells at the end of a row are not stored
            yield line, texts + [""] * (width - len(texts))


@contextmanager
def open_workbook(content: bytes, *, read_only: bool = False) -> Iterator[Workbook]:
    """Open a workbook; raises FileError where it cannot be read, also inside the `with` block."""
    try:
        _is_small_enough(content)
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


def _is_small_enough(content: bytes) -> None:
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
        case int() as number:
            zeros = cell.number_format if _ZEROS.fullmatch(cell.number_format or "") else ""
            return str(number).zfill(len(zeros)) if number >= 0 else str(number)
        case float() as number:
            return f"{number:.6f}".rstrip("0").rstrip(".")
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
