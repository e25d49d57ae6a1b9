"""Routes of reporting: queries, and the commands of webhooks."""

from services.reporting.api import events, programme_report, progress, reports, review_pack, webhooks

ROUTERS = (reports.router, progress.router, review_pack.router, programme_report.router, events.router, webhooks.router)
