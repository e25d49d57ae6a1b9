"""Routes of sessions: parse, call, answer."""

from services.sessions.api import assessments, meetings, notes, relationships, targets

ROUTERS = (relationships.router, meetings.router, targets.router, notes.router, assessments.router)
