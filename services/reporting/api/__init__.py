"""Routes of reporting: queries, and the commands of exports and webhooks."""

from services.reporting.api import (
    events,
    exports,
    overview,
    programme_report,
    progress,
    reads,
    reports,
    review_pack,
    webhooks,
)

ROUTERS = (
    overview.router,
    reports.router,
    progress.router,
    review_pack.router,
    exports.router,
    reads.router,
    programme_report.router,
    events.router,
    webhooks.router,
)
