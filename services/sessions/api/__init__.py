"""Routes of sessions: parse the request, call a command or a query, return its answer."""

from services.sessions.api import (
    agreements,
    assessments,
    journal,
    meetings,
    notes,
    observations,
    relationships,
    targets,
)

ROUTERS = (
    relationships.router,
    agreements.router,
    meetings.router,
    targets.router,
    notes.router,
    observations.router,
    journal.router,
    assessments.router,
)
