"""The list of reports: what each answers, its columns, and whom it is for."""

from services.reporting.reports import REPORTS
from services.reporting.reports.reading import is_for
from services.reporting.reports.report import Report
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class Column(Answer):
    """A column of a report: its name, what it means, whether rows can be asked for by its value and sorted by it."""

    name: str
    means: str
    is_filter: bool
    is_sortable: bool


class ReportDescription(Answer):
    """A report that is for the reader; the columns of its `key` tell its rows apart."""

    name: str
    title: str
    question: str
    not_for: str
    notes: tuple[str, ...]
    key: tuple[str, ...]
    columns: list[Column]


def list_reports(reader: Reader) -> list[ReportDescription]:
    """Return the reports that are for the person who asks."""
    return [_describe(report) for report in REPORTS if is_for(report, reader.who)]


def _describe(report: Report) -> ReportDescription:
    columns = [
        Column(name=name, means=means, is_filter=name in report.filters, is_sortable=name in report.sortable)
        for name, means in report.columns.items()
    ]
    return ReportDescription(
        name=report.name,
        title=report.title,
        question=report.question,
        not_for=report.not_for,
        notes=report.notes,
        key=report.key,
        columns=columns,
    )
