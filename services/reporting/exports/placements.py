"""Placements as a file: a line for each trainee in each programme."""

from services.reporting.exports.csv_file import csv_file
from services.reporting.reports.placements import Placement, Placements


def placements_as_csv(report: Placements) -> bytes:
    """Return the page of placements as CSV."""
    return csv_file(Placement, report.placements)
