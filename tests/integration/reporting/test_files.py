"""Reports as files: typed, formula-safe, and the same bytes for the same page."""

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import polars as pl
import pytest

from services.reporting.exports.formats import FORMATS
from services.reporting.exports.parquet_file import METADATA
from services.reporting.exports.xlsx_file import MEDIA_TYPE
from services.reporting.reports import REPORTS
from services.reporting.reports.report import Report
from tests.integration.reporting.published_events import given
from tests.integration.reporting.test_reading import MANY
from tests.support.services import Platform
from tests.unit.reporting.facts import OAK, meeting_held, relationship_opened, school_recorded

pytestmark = pytest.mark.covers("P11")
every_report = pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)


@pytest.fixture(scope="module")
async def tenant(platform: Platform) -> str:
    return await given(platform, *MANY)


async def workbook(platform: Platform, tenant: str, report: str, **asked: str) -> Any:
    return openpyxl.load_workbook(BytesIO(await file(platform, tenant, report, MEDIA_TYPE, **asked)))


async def file(platform: Platform, tenant: str, report: str, media_type: str, **asked: str) -> bytes:
    lead = platform.bearer("partnership_lead", tenant=tenant) | {"Accept": media_type}
    params = {"as_of": "2026-10-31", **asked}
    answer = await platform["reporting"].get(f"/reports/{report}", params=params, headers=lead)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith(media_type)
    assert answer.headers["Alongside-Up-To-Date-At"]
    assert (answer.headers["Alongside-As-Of"], "Alongside-Known-At" in answer.headers) == (params["as_of"], False)
    return answer.content


@every_report
async def test_a_workbook_has_the_rows_and_says_what_they_are(platform: Platform, tenant: str, report: Report) -> None:
    lead = platform.bearer("partnership_lead", tenant=tenant)
    asked = {"as_of": "2026-10-31"}
    rows = (await platform["reporting"].get(f"/reports/{report.name}", params=asked, headers=lead)).json()["rows"]

    found = await workbook(platform, tenant, report.name)

    sheet, about = found.worksheets
    heads, *lines = sheet.iter_rows(values_only=True)
    assert list(heads) == [name.replace("_", " ") for name in report.columns]
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert [_as_json(value) for value in line] == [_flat(row[name]) for name in report.columns]
    assert sheet.freeze_panes == "A2"
    said = dict(about.iter_rows(min_row=2, max_row=12, values_only=True))
    assert (said["question"], said["rows"], said["known at"]) == (report.question, len(rows), "now")
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d", "b", "inlineStr"}


def _as_json(value: Any) -> Any:
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else _in_fifteen_digits(value)


def _in_fifteen_digits(value: Any) -> Any:
    """A number with as many digits as a workbook keeps of it."""
    return float(f"{value:.15g}") if isinstance(value, float) else value


def _flat(value: Any) -> Any:
    flat = " ".join(map(str, value)) if isinstance(value, list) else value
    return None if flat == "" else _in_fifteen_digits(flat)  # an empty text is an empty cell


@pytest.mark.parametrize("name", ["=1+1", "+44 1", "-2", "@SUM(A1)", '=HYPERLINK("http://x.example")'])
async def test_a_name_that_looks_like_a_formula_is_text(platform: Platform, name: str) -> None:
    tenant = await given(platform, school_recorded(OAK, name), relationship_opened("bo", "amal", OAK))
    sheet = (await workbook(platform, tenant, "meetings-by-school")).worksheets[0]
    cell = sheet["B2"]
    assert (cell.value, cell.data_type) == (name, "s")


async def test_the_same_page_gives_the_same_bytes(platform: Platform) -> None:
    tenant = await given(platform, relationship_opened("bo", "amal"), meeting_held("bo", date(2026, 9, 16)))
    for each in FORMATS.values():
        first = await file(platform, tenant, "mentoring", each.media_type)
        assert await file(platform, tenant, "mentoring", each.media_type) == first


@every_report
async def test_a_parquet_file_has_the_rows_with_their_types(platform: Platform, tenant: str, report: Report) -> None:
    lead = platform.bearer("partnership_lead", tenant=tenant)
    asked = {"as_of": "2026-10-31"}
    rows = (await platform["reporting"].get(f"/reports/{report.name}", params=asked, headers=lead)).json()["rows"]

    made = BytesIO(await file(platform, tenant, report.name, FORMATS["parquet"].media_type))

    found = pl.read_parquet(made).to_dicts()
    assert [{name: _in_json(value) for name, value in row.items()} for row in found] == rows
    assert pl.read_parquet_metadata(made)[f"{METADATA}as_of"] == "2026-10-31"


def _in_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_json(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


async def test_a_file_says_what_was_filtered(platform: Platform, tenant: str) -> None:
    found = await workbook(platform, tenant, "mentoring", active="true", sort="-held", limit="1")
    told = dict(found.worksheets[1].iter_rows(values_only=True))
    assert (told["only active"], told["sorted by"]) == ("True", "held, from the last to the first")
    assert told["more rows"] == "There are more rows than these; ask for the other pages."


async def test_a_file_of_one_page_names_the_next(platform: Platform, tenant: str) -> None:
    lead = platform.bearer("partnership_lead", tenant=tenant) | {"Accept": "text/csv"}
    asked = {"as_of": "2026-10-31", "limit": "2"}
    first = await platform["reporting"].get("/reports/mentoring", params=asked, headers=lead)
    asked["after"] = first.headers["Alongside-Next"]
    second = await platform["reporting"].get("/reports/mentoring", params=asked, headers=lead)
    assert not set(first.text.splitlines()[1:]) & set(second.text.splitlines()[1:])
