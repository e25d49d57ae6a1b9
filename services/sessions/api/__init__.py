"""Routes of sessions: parse the request, call a command or a query, return its answer."""

from services.sessions.api import (
    access,
    agreements,
    assessments,
    assignments,
    break_offs,
    days,
    feedback,
    hand_overs,
    journal,
    meetings,
    notes,
    observations,
    relationships,
    series,
    surveys,
    targets,
)

ROUTERS = (
    relationships.router,
    agreements.router,
    surveys.router,
    break_offs.router,
    hand_overs.router,
    series.router,
    meetings.router,
    days.router,
    targets.router,
    notes.router,
    observations.router,
    feedback.router,
    journal.router,
    access.router,
    assignments.router,
    assessments.router,
)
