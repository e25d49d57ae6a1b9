"""What every report declares of the rows behind its own: without it a figure could not be traced to its events."""

import pytest

from services.reporting.reports import REPORTS
from services.reporting.reports.report import Report
from services.reporting.reports.tracing import UNDER_OTHER_NAMES
from services.reporting.tables import READ_MODELS

TRACED = [report for report in REPORTS if report.reckon is None]
every_report = pytest.mark.parametrize("report", TRACED, ids=lambda report: report.name)


@every_report
def test_a_trace_reaches_every_table_that_a_report_is_made_from(report: Report) -> None:
    assert {each.table.name for each in report.behind} == {model.name for model in report.made_from}


@every_report
def test_every_figure_has_something_behind_it(report: Report) -> None:
    for column in report.columns:
        assert column in report.key or any(each.decides(column) for each in report.behind), column


def test_figures_of_groups_have_no_trace_that_would_give_their_people_away() -> None:
    untraced = [report for report in REPORTS if not report.behind]
    assert [report for report in REPORTS if report.reckon is not None] == untraced


@every_report
def test_a_declaration_names_only_columns_that_some_report_has(report: Report) -> None:
    known = {column for each in REPORTS for column in each.columns}
    assert {column for each in report.behind for column in each.columns or ()} <= known


@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.name)
def test_a_table_keeps_the_positions_of_its_events(model: object) -> None:
    assert getattr(model, "keeps_past", False)


def test_a_field_that_tables_take_under_another_name_is_one_of_its_event() -> None:
    for event, names in UNDER_OTHER_NAMES.items():
        assert names <= event.model_fields.keys()
