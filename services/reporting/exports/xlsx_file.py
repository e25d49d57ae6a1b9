"""Write a report as an Excel workbook: a sheet of rows, and one that says what they are.

Nothing in a cell is run: every text is stored as text, whatever it begins with. The same rows give the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.xml.constants import ARC_CORE
from openpyxl.xml.functions import tostring

from services.reporting.exports.contents import Contents, heading_of
from shared.kernel.decider import Invalid

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

NARROWEST, WIDEST = 10, 60
"""Characters that a column is wide."""
LONGEST_CELL = 32_767
"""Characters that a cell of Excel holds."""
MOST_ROWS = 1_048_575
"""Rows of a sheet of Excel, below the headings."""
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001  # Excel's moments have no zone
"""What stands in the file as the moment at which it was made, so that the same rows give the same bytes."""


def write_xlsx(contents: Contents, file: BinaryIO) -> None:
    """Write a workbook with the rows under frozen headings, and a sheet that says what was asked.

    Raises `Invalid` for more rows than a sheet of Excel has.
    """
    if len(contents.rows) > MOST_ROWS:
        raise Invalid(
            f"A sheet of Excel has no more than {MOST_ROWS:,} rows, and these are more; ask for fewer with a filter, "
            "or for CSV or Parquet."
        )
    report = contents.report
    workbook = Workbook(write_only=True)
    workbook.properties.creator, workbook.properties.title = "Alongside", report.title
    workbook.properties.created = _MADE
    _write(workbook, report.title[:31], [heading_of(name) for name in report.columns], _Lines(contents))
    _write(workbook, "About", ("what", "says"), list(contents.about()), wrapped=True)
    with TemporaryFile() as made:
        workbook.save(made)
        _copy_with_fixed_times(workbook, made, file)


class _Lines:
    """The rows of a report as the values of cells, made anew each time that they are gone through."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents

    def __iter__(self) -> Iterator[list[Any]]:
        for row in self._contents.rows:
            yield [_plain(getattr(row, name)) for name in self._contents.report.columns]


def _write(
    workbook: Any, title: str, heads: Sequence[str], lines: Iterable[Sequence[Any]], *, wrapped: bool = False
) -> None:
    """Write a sheet; `lines` are gone through twice, because the widths of columns stand before the first row."""
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    longest, count = [max(len(head), NARROWEST) for head in heads], 0
    for line in lines:
        count += 1
        longest = [
            width if value is None else max(width, len(str(value))) for width, value in zip(longest, line, strict=True)
        ]
    for nth, width in enumerate(longest):
        sheet.column_dimensions[get_column_letter(nth + 1)].width = min(width + 2, WIDEST)
    sheet.append([_cell(sheet, head, bold=True) for head in heads])
    for line in lines:
        sheet.append([_cell(sheet, value, wrapped=wrapped) for value in line])
    if count:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{count + 1}"


def _cell(sheet: Any, value: Any, *, bold: bool = False, wrapped: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # not "f", which openpyxl takes a text for that begins with =
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    if bold:
        cell.font = Font(bold=True)
    if wrapped:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _plain(value: Any) -> Any:
    """A value as a cell holds it: numbers, days and truth as they are, all else as text without control characters."""
    if value is None or isinstance(value, bool | int | float | date):
        return value
    text = " ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:LONGEST_CELL] or None


def _copy_with_fixed_times(workbook: Any, made: BinaryIO, file: BinaryIO) -> None:
    """Write the same archive without the time at which it was made: openpyxl sets it in the properties as well."""
    workbook.properties.modified = _MADE
    properties = tostring(workbook.properties.to_tree())
    with ZipFile(made) as source, ZipFile(file, "w") as target:
        for part in source.namelist():
            entry = ZipInfo(part)
            entry.compress_type = ZIP_DEFLATED
            with source.open(part) as old, target.open(entry, "w", force_zip64=True) as new:
                copyfileobj(BytesIO(properties) if part == ARC_CORE else old, new)
