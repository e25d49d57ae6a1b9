"""Files of reports: a file has any rows, in Parquet with their types, and the same rows give the same bytes."""

import builtins
import csv
import json
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any, get_args, get_origin

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.exports.contents import Contents, Rows
from services.reporting.exports.formats import FORMATS, FormatName
from services.reporting.exports.parquet_file import METADATA, schema_of
from services.reporting.exports.spool import Spool
from services.reporting.reports import REPORTS
from services.reporting.reports.freshness import DatedAnswer
from services.reporting.reports.report import Report
from shared.kernel.answers import Answer

pytestmark = pytest.mark.covers("P11")
every_report = pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
every_format = pytest.mark.parametrize("format_", FORMATS)

PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.text(st.characters(codec="utf-8", min_codepoint=1), max_size=20),
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False, width=32),
    date: st.dates(date(1950, 1, 1), date(2100, 1, 1)),
}
FRESH = DatedAnswer(up_to_date_at=None, sources={"referral": None}, parked=())
few_rows = settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])


def rows_of(report: Report) -> st.SearchStrategy[list[Answer]]:
    """Rows of a report with any values that their columns may have."""
    columns = {name: values_of(report.hint(name)) for name in report.columns}
    return st.lists(st.builds(report.row, **columns), max_size=4)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    inner = get_args(hint)
    match get_origin(hint):
        case typing.Union | types.UnionType:
            return st.one_of(*map(values_of, inner))
        case builtins.tuple:
            return st.lists(values_of(inner[0]), max_size=3).map(tuple)
        case _:
            return PLAIN[hint] if hint in PLAIN else st.from_type(hint)


def contents(report: Report, rows: Rows) -> Contents:
    return Contents(report, date(2026, 10, 31), None, FRESH, rows, {report.filters[0]: "x"})


def file(format_: FormatName, of: Contents) -> bytes:
    written = BytesIO()
    FORMATS[format_].write(of, written)
    assert not written.closed
    return written.getvalue()


@every_report
def test_parquet_has_every_value_with_its_type(report: Report) -> None:
    @few_rows
    @given(rows_of(report))
    def check(rows: list[Answer]) -> None:
        found = pl.read_parquet(BytesIO(file("parquet", contents(report, rows))))
        assert found.schema == schema_of(report)
        expected = [{name: _in_parquet(value) for name, value in row.model_dump().items()} for row in rows]
        assert found.to_dicts() == [{name: row[name] for name in report.columns} for row in expected]

    check()


def _in_parquet(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool | int | float | date | None) else str(value)


@every_report
def test_a_file_without_rows_has_the_columns_and_says_what_was_asked(report: Report) -> None:
    made = file("parquet", contents(report, []))
    assert pl.read_parquet_schema(BytesIO(made)) == schema_of(report)
    asked = {key.removeprefix(METADATA): value for key, value in pl.read_parquet_metadata(BytesIO(made)).items()}
    assert (asked["report"], asked["question"], asked["as_of"]) == (report.name, report.question, "2026-10-31")
    assert (asked["known_at"], asked["up_to_date_at"], asked["is_whole"]) == ("now", "", "true")
    assert json.loads(asked["filters"]) == {report.filters[0]: "x"}
    assert json.loads(asked["columns"]) == dict(report.columns)


@every_format
def test_the_same_rows_give_the_same_bytes(format_: FormatName) -> None:
    @few_rows
    @given(rows_of(REPORTS[0]))
    def check(rows: list[Answer]) -> None:
        assert file(format_, contents(REPORTS[0], rows)) == file(format_, contents(REPORTS[0], rows))

    check()


@every_report
def test_csv_and_workbook_have_as_many_rows_as_the_report(report: Report) -> None:
    @few_rows
    @given(rows_of(report))
    def check(rows: list[Answer]) -> None:
        made = contents(report, rows)
        lines = list(csv.reader(StringIO(file("csv", made).decode("utf-8-sig"), newline="")))
        sheet = openpyxl.load_workbook(BytesIO(file("xlsx", made))).worksheets[0]
        assert lines[0] == list(report.columns)
        assert (len(lines) - 1, sheet.max_row - 1) == (len(rows), len(rows))
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d", "b", "inlineStr"}

    check()


def test_a_workbook_does_not_say_when_it_was_made() -> None:
    properties = openpyxl.load_workbook(BytesIO(file("xlsx", contents(REPORTS[0], [])))).properties
    assert (properties.created, properties.modified) == (datetime(2000, 1, 1), datetime(2000, 1, 1))  # noqa: DTZ001  # without a zone in Excel


def test_rows_on_disk_are_the_rows_that_were_added() -> None:
    @few_rows
    @given(rows_of(REPORTS[0]))
    def check(rows: list[Answer]) -> None:
        with Spool(REPORTS[0].row) as spool:
            for row in rows:
                spool.add(row)
            assert (len(spool), list(spool), list(spool)) == (len(rows), rows, rows)
            assert file("parquet", contents(REPORTS[0], spool)) == file("parquet", contents(REPORTS[0], rows))

    check()
