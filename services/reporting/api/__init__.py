"""Routes of reporting. All of them are queries."""

from services.reporting.api import programme_report, progress, reports

ROUTERS = (reports.router, progress.router, programme_report.router)
