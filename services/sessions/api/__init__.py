"""Routes of sessions: parse the request, call a command or a query, return its answer."""

from services.sessions.api import agreements, assessments, journal, meetings, notes, relationships, targets

ROUTERS = (
    relationships.router,
    agreements.router,
    meetings.router,
    targets.router,
    notes.router,
    journal.router,
    assessments.router,
)
