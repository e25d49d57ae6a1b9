"""Routes of meetings."""

from uuid import UUID

from services.sessions.commands import meetings as commands
from services.sessions.commands.meetings import RecordedMeeting
from services.sessions.domain.meetings import NewMeeting
from shared.kernel.http.context import CallerDep
from shared.kernel.http.routes import Router

router = Router("sessions")


@router.post("/relationships/{relationship_id}/meetings", status_code=201)
async def record_meeting(relationship_id: UUID, body: NewMeeting, caller: CallerDep) -> RecordedMeeting:
    """Record a meeting that was held or missed; a relationship has one a day."""
    return await caller.run(commands.record_meeting(caller.who, relationship_id, body), RecordedMeeting)
