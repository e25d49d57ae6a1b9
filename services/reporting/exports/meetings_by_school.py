"""Meetings by school as a file: a line for each school."""

from services.reporting.exports.csv_file import csv_file
from services.reporting.reports.meetings_by_school import MeetingsBySchool, SchoolMeetings


def meetings_by_school_as_csv(report: MeetingsBySchool) -> bytes:
    """Return the schools of the report as CSV."""
    return csv_file(SchoolMeetings, report.schools)
