"""A spreadsheet program opens the files as they are meant: every text as text, nothing as a formula."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree

from services.reporting.exports.contents import Contents
from services.reporting.exports.formats import FORMATS, FormatName
from services.reporting.reports.freshness import DatedAnswer
from services.reporting.reports.meetings_by_school import MEETINGS_BY_SCHOOL, SchoolMeetings

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = [
    pytest.mark.covers("P11"),
    pytest.mark.timeout(300),
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed: install libreoffice-calc to run this"),
]

NAMES = ("=1+1", "+44 20", "-2", "@SUM(A1)", '=HYPERLINK("http://x.example")', "\t=2+2", "Ysgol Tŷ Gwyn", "a\nb")
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def contents() -> Contents:
    rows = [
        SchoolMeetings(
            school_urn=f"{900001 + nth}",
            school_name=name,
            relationships=2,
            due=4,
            due_held=2,
            held=3,
            missed=1,
            not_recorded=0,
            missing_weeks=(date(2026, 10, 5), date(2026, 10, 12)),
        )
        for nth, name in enumerate(NAMES)
    ]
    fresh = DatedAnswer(up_to_date_at=datetime(2026, 10, 31, tzinfo=UTC), sources={}, parked=())
    return Contents(MEETINGS_BY_SCHOOL, date(2026, 10, 31), None, fresh, rows)


def open_in_office(format_: FormatName, folder: Path) -> Iterator[Element]:
    """Open the file of a report without a screen, and yield the cells that LibreOffice found in it."""
    with (folder / f"report.{format_}").open("wb") as file:
        FORMATS[format_].write(contents(), file)
    profile = f"-env:UserInstallation=file://{folder}/profile"  # of its own, so that no other one is in its way
    # separator, quote, UTF-8, first line: what the dialogue proposes for a file with a byte order mark
    filters = ["--infilter=CSV:44,34,76,1"] if format_ == "csv" else []
    command = [str(OFFICE), profile, "--headless", *filters, "--convert-to", "fods", "--outdir", str(folder), file.name]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    root = ElementTree.parse(folder / "report.fods").getroot()
    assert root is not None
    yield from root.iter(f"{TABLE}table-cell")


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_every_name_is_text_and_no_cell_is_a_formula(format_: FormatName, tmp_path: Path) -> None:
    cells = list(open_in_office(format_, tmp_path))
    texts = {"\n".join("".join(each.itertext()) for each in cell) for cell in cells}
    assert [cell for cell in cells if cell.get(f"{TABLE}formula")] == []
    for name in NAMES:
        assert {name, f"'{name}"} & texts or name.replace("\t", "") in {text.strip("'\t ") for text in texts}, name


def test_numbers_of_a_workbook_are_numbers(tmp_path: Path) -> None:
    types = [cell.get(f"{OFFICE_NAMES}value-type") for cell in open_in_office("xlsx", tmp_path)]
    assert types.count("float") >= 6 * len(NAMES)
