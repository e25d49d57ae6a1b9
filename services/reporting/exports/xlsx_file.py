"""Write a page of a report as an Excel workbook: a sheet of rows, and one that says what they are.

Nothing in a cell is run: every text is stored as text, whatever it begins with. The same page gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from services.reporting.reports.reading import Page
from services.reporting.reports.report import Report

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

NARROWEST, WIDEST = 10, 60
"""Characters that a column is wide."""
LONGEST_CELL = 32_767
"""Characters that a cell of Excel holds."""
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001  # Excel's moments have no zone
"""What stands in the file as the moment at which it was made, so that the same page gives the same bytes."""


def xlsx_file(report: Report, page: Page[Any]) -> bytes:
    """Return a workbook with the rows of the page under frozen headings, and a sheet that says what was asked."""
    workbook = Workbook(write_only=True)
    workbook.properties.creator, workbook.properties.title = "Alongside", report.title
    workbook.properties.created = workbook.properties.modified = _MADE
    names = [name.replace("_", " ") for name in report.columns]
    lines = [[_plain(getattr(row, name)) for name in report.columns] for row in page.rows]
    _write(workbook, report.title[:31], names, lines)
    _write(workbook, "About", ("what", "says"), list(_about(report, page)), wrapped=True)
    made = BytesIO()
    workbook.save(made)
    return _with_fixed_times(made.getvalue())


def _write(
    workbook: Any, title: str, heads: Sequence[str], lines: Sequence[Sequence[Any]], *, wrapped: bool = False
) -> None:
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    for nth, head in enumerate(heads):
        longest = max((len(str(line[nth])) for line in lines if line[nth] is not None), default=0)
        width = min(max(longest, len(head), NARROWEST) + 2, WIDEST)
        sheet.column_dimensions[get_column_letter(nth + 1)].width = width
    sheet.append([_cell(sheet, head, bold=True) for head in heads])
    for line in lines:
        sheet.append([_cell(sheet, value, wrapped=wrapped) for value in line])
    if lines:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{len(lines) + 1}"


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
    """A value as a cell holds it: numbers, days and truth as they are, all else as text."""
    if value is None or isinstance(value, bool | int | float | date):
        return value
    text = " ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return text[:LONGEST_CELL] or None


def _about(report: Report, page: Page[Any]) -> Iterator[tuple[str, Any]]:
    yield "report", report.title
    yield "question", report.question
    yield "up to the day", page.as_of
    yield "known at", "now" if page.known_at is None else page.known_at.isoformat()
    yield "complete up to", page.up_to_date_at.isoformat() if page.up_to_date_at else "nothing is recorded yet"
    for source, at in page.sources.items():
        yield f"last event of {source}", "none yet" if at is None else at.isoformat()
    for parked in page.parked:
        yield (
            "missing",
            f"{parked.events} events of {parked.source} could not be read, since {parked.since.isoformat()}.",
        )
    yield "who sees it", " ".join((report.scope.__doc__ or "").split())
    yield "not for", report.not_for
    yield "rows", len(page.rows)
    if page.next is not None:
        yield "more rows", "There are more rows than these; ask for the next page."
    for note in page.notes:
        yield "rule", note
    for name, means in report.columns.items():
        yield name.replace("_", " "), means


def _with_fixed_times(workbook: bytes) -> bytes:
    """The same archive without the time at which it was written."""
    fixed = BytesIO()
    with ZipFile(BytesIO(workbook)) as made, ZipFile(fixed, "w", ZIP_DEFLATED) as archive:
        for part in made.namelist():
            archive.writestr(ZipInfo(part), made.read(part), ZIP_DEFLATED)
    return fixed.getvalue()
