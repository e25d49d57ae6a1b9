"""Write a page of a report as CSV."""

from typing import Any

from services.reporting.reports.reading import Page
from services.reporting.reports.report import Report
from shared import sheets

MEDIA_TYPE = sheets.MEDIA_TYPE


def csv_file(report: Report, page: Page[Any]) -> bytes:
    """Return a CSV file with the report's columns and a line for each row."""
    return sheets.sheet(report.columns, (row.model_dump() for row in page.rows))
