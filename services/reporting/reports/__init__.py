"""The reports: one module for each question, with its scope, its query and the class of its rows."""

from services.reporting.reports.caseloads import CASELOADS
from services.reporting.reports.meetings_by_school import MEETINGS_BY_SCHOOL
from services.reporting.reports.mentoring import MENTORING
from services.reporting.reports.placements import PLACEMENTS
from services.reporting.reports.report import Report

REPORTS: tuple[Report, ...] = (PLACEMENTS, CASELOADS, MENTORING, MEETINGS_BY_SCHOOL)
"""Every report that is a table of rows, in the order in which they are listed."""
