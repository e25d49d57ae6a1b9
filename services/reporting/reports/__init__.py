"""The reports: one module for each question, with its scope, its query and the class of its rows."""

from services.reporting.reports.caseloads import CASELOADS
from services.reporting.reports.common_needs import COMMON_NEEDS_REPORT
from services.reporting.reports.early_warnings import EARLY_WARNINGS
from services.reporting.reports.meetings_by_school import MEETINGS_BY_SCHOOL
from services.reporting.reports.mentor_training import MENTOR_TRAINING
from services.reporting.reports.mentoring import MENTORING
from services.reporting.reports.placement_requirements import PLACEMENT_REQUIREMENTS
from services.reporting.reports.placements import PLACEMENTS
from services.reporting.reports.report import Report

REPORTS: tuple[Report, ...] = (
    EARLY_WARNINGS,
    PLACEMENTS,
    PLACEMENT_REQUIREMENTS,
    CASELOADS,
    MENTORING,
    MEETINGS_BY_SCHOOL,
    MENTOR_TRAINING,
    COMMON_NEEDS_REPORT,
)
"""Every report that is a table of rows, in the order in which they are listed."""
