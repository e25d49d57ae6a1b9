"""Routes of reporting. All of them are queries."""

from services.reporting.api import events, programme_report, progress, reports, review_pack

ROUTERS = (reports.router, progress.router, review_pack.router, programme_report.router, events.router)
