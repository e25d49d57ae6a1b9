"""Routes of private notes."""

from uuid import UUID

from services.sessions.commands import notes as commands
from services.sessions.commands.notes import SavedNote
from services.sessions.domain.notes import PrivateNote
from services.sessions.queries import notes as queries
from services.sessions.queries.notes import Note
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("sessions")


@router.put("/meetings/{meeting_id}/note")
async def write_note(meeting_id: UUID, body: PrivateNote, caller: CallerDep) -> SavedNote:
    """Write your private note about a meeting, or replace it."""
    return await caller.run(commands.write_note(caller.who, meeting_id, body), SavedNote)


@router.get("/meetings/{meeting_id}/note")
async def show_note(meeting_id: UUID, reader: ReaderDep) -> Note:
    """Show your private note about a meeting."""
    return await queries.show_note(reader, meeting_id)
