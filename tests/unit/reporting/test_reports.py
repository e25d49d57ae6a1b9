"""What holds for every report and its queries."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.reporting import reports
from services.reporting.reports import REPORTS
from services.reporting.reports.report import Report
from services.reporting.views.current_rows import TABLES_OF_PEOPLE

NO_REPORTS = {"reader", "reads", "settled"}
"""The reader itself is what makes the rows current; who has read a report stands in no read table, nor do settled
figures.
"""
MODULES = sorted(file for file in Path(next(iter(reports.__path__))).glob("*.py") if file.stem not in NO_REPORTS)
BEGINNINGS = ("{reader.current_rows}", "{await reader.figures(")

every_report = pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)


def queries(module: Path) -> Iterator[str]:
    """The SQL that a module gives to a reader, as it is written there."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("reader."):
            yield from (ast.unparse(each) for each in node.args if isinstance(each, ast.JoinedStr | ast.Constant))


def test_the_tables_that_name_people_are_known() -> None:
    names = {model.name for model in TABLES_OF_PEOPLE}
    assert names >= {"mentors", "trainees", "referrals", "unplaced", "pairs", "relationships", "targets", "assessments"}
    assert names.isdisjoint({"schools", "programmes", "meetings", "merges", "undone_registrations"})


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_query_reads_rows_as_they_are_after_merges_and_undone_registrations(module: Path) -> None:
    for query in queries(module):
        assert query.lstrip("f\"'").startswith(BEGINNINGS), query


def test_some_modules_have_queries_of_their_own() -> None:
    assert sum(len(list(queries(module))) for module in MODULES) > 5


@every_report
def test_a_report_says_what_it_answers_and_what_each_column_means(report: Report) -> None:
    assert report.question.endswith("?")
    assert report.not_for.endswith(".")
    for column, means in report.columns.items():
        assert means.endswith("."), column
    assert {*report.key, *report.filters} <= set(report.columns)
    assert set(report.key) <= set(report.sortable)


@every_report
def test_the_columns_that_tell_rows_apart_come_first(report: Report) -> None:
    assert set(list(report.columns)[: len(report.key)]) == set(report.key)
