"""Routes of reporting, one module for each report. All of them are queries."""

from services.reporting.api import caseloads, meetings_by_school, placements, programme_report, progress

ROUTERS = (
    caseloads.router,
    meetings_by_school.router,
    progress.router,
    placements.router,
    programme_report.router,
)
