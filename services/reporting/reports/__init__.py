"""The reports: one module for each question, with its scope, its query and the class of its rows."""

from services.reporting.reports.caseloads import CASELOADS
from services.reporting.reports.common_needs import COMMON_NEEDS_REPORT
from services.reporting.reports.early_warnings import EARLY_WARNINGS
from services.reporting.reports.impact import IMPACT
from services.reporting.reports.meetings_by_school import MEETINGS_BY_SCHOOL
from services.reporting.reports.mentor_training import MENTOR_TRAINING
from services.reporting.reports.mentoring import MENTORING
from services.reporting.reports.parity import PARITY
from services.reporting.reports.placement_requirements import PLACEMENT_REQUIREMENTS
from services.reporting.reports.placements import PLACEMENTS
from services.reporting.reports.report import Report
from services.reporting.reports.targets_not_revisited import TARGETS_NOT_REVISITED

REPORTS: tuple[Report, ...] = (
    EARLY_WARNINGS,
    PLACEMENTS,
    PLACEMENT_REQUIREMENTS,
    CASELOADS,
    MENTORING,
    MEETINGS_BY_SCHOOL,
    TARGETS_NOT_REVISITED,
    MENTOR_TRAINING,
    COMMON_NEEDS_REPORT,
    PARITY,
    IMPACT,
)
"""Every report that is a table of rows, in the order in which they are listed."""
