"""Routes of sessions: parse the request, call a command or a query, return its answer."""

from services.sessions.api import (
    agreements,
    appeals,
    assessments,
    assignments,
    break_offs,
    days,
    hand_overs,
    journal,
    meetings,
    notes,
    observations,
    relationships,
    series,
    support_plans,
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
    journal.router,
    assignments.router,
    assessments.router,
    appeals.router,
    support_plans.router,
)
