"""Rows of the sheets of an XLSX workbook, as text; formulas are never evaluated."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.workbook import Workbook
from openpyxl.xml.constants import SHARED_STRINGS

from shared.spreadsheets.cell_values import text_of_value
from shared.spreadsheets.content import FileContent
from shared.spreadsheets.errors import FileError, whole_file
from shared.spreadsheets.other_files import why_no_workbook
from shared.spreadsheets.sheet_xml import SheetRows, shared_strings

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_UNPACKED = 256 * 1024 * 1024
"""Bytes. A workbook is a zip: a few kilobytes of it can unpack to more than any machine has."""

_ZIP = b"PK\x03\x04"

# of extensions that it does not keep, such as drop-down lists of later versions: nothing here needs them
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")


def is_workbook(content: FileContent) -> bool:
    """Whether the bytes begin a zip file, as every XLSX workbook does."""
    return content.beginning(len(_ZIP)) == _ZIP


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: its place in it, its name, and whether it is hidden."""

    place: int
    name: str
    hidden: bool


def sheets_of(content: FileContent) -> list[Sheet]:
    """List the sheets of a workbook, those first that are not hidden; raises FileError where there is none."""
    with _open_parts(content) as parts:
        found = [
            Sheet(place, str(sheet.name), hidden=sheet.state != "visible")
            for place, (sheet, _) in enumerate(_worksheets(parts))
        ]
    if not found:
        raise whole_file(
            "workbook", "This workbook has no sheet with cells. Save the sheet as “CSV UTF-8”, and send that."
        )
    return sorted(found, key=lambda sheet: sheet.hidden)


def rows_of(content: FileContent, place: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Read (line, cells) of every row of a sheet, through its last value; raises FileError, also while iterating.

    Blank cells at the end of a row are left out, as many workbooks do not store them.
    """
    with _open_parts(content) as parts:
        _, part = _worksheets(parts)[place]
        strings: list[str] = []
        listed = parts.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]  # openpyxl's
        if listed is not None:
            with parts.archive.open(listed.PartName.removeprefix("/")) as source:
                strings = shared_strings(source)
        apply_stylesheet(parts.archive, parts.wb)
        last = 0
        with parts.archive.open(part) as source:
            for line, texts in SheetRows(source, parts.wb, strings):
                yield from ((blank, []) for blank in range(last + 1, line))
                yield line, texts
                last = line


def _worksheets(parts: ExcelReader) -> list[tuple[Any, str]]:
    """List the sheets with cells, each with the name of its part."""
    return [
        (sheet, rel.target)
        for sheet, rel in parts.parser.find_sheets()
        if rel.target in parts.valid_files and rel.Type.endswith("/worksheet")
    ]


def formulas_of(content: FileContent) -> list[tuple[int, str]]:
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
def open_workbook(content: FileContent, *, read_only: bool = False) -> Iterator[Workbook]:
    """Open a workbook with openpyxl; raises FileError where it cannot be read, also inside the `with` block."""
    with _explained():
        workbook = openpyxl.load_workbook(_checked(content), read_only=read_only, keep_links=False)
        try:
            yield workbook
        finally:
            workbook.close()


@contextmanager
def _open_parts(content: FileContent) -> Iterator[ExcelReader]:
    """Open a workbook's parts, of which only the list of sheets is read; raises FileError as `open_workbook` does."""
    with _explained():
        parts = ExcelReader(_checked(content), read_only=True, keep_links=False)
        try:
            parts.read_manifest()
            parts.read_workbook()
            yield parts
        finally:
            parts.archive.close()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except FileError:
        raise
    except Exception as fault:  # whatever bytes in a zip can do to a parser
        advice = (
            "This workbook cannot be opened. Save it as XLSX once more, or the sheet as “CSV UTF-8”, and send that."
        )
        raise whole_file("workbook", advice) from fault


def _checked(content: FileContent) -> io.BytesIO:
    """Unpack a workbook unless it is no workbook, or too large."""
    whole = content.whole()
    if reason := why_no_workbook(whole):
        raise whole_file("workbook", reason)
    with zipfile.ZipFile(io.BytesIO(whole)) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > LARGEST_UNPACKED:
        raise whole_file("workbook", "This workbook is too large. Save the sheet as “CSV UTF-8” and send that.")
    return io.BytesIO(whole)


def text_of(cell: Any) -> str:
    """Return the content of a cell as a person would type it; for a formula, its text."""
    return text_of_value(cell.value, cell.number_format or "")
