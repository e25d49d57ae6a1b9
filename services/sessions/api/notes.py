"""Routes of private notes."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.sessions.api.bodies import Body, Text
from services.sessions.commands import notes as commands
from services.sessions.queries import notes as queries
from shared.kernel.http.context import CallerDep, ReaderDep

router = APIRouter(tags=["sessions"])


class PrivateNote(Body):
    """What the mentor notes for themselves."""

    on: date
    note: Text


class NoteKept(BaseModel):
    """The meeting whose note was kept."""

    meeting_id: UUID


@router.put("/meetings/{meeting_id}/note")
async def write_note(meeting_id: UUID, body: PrivateNote, caller: CallerDep) -> NoteKept:
    """Keep the mentor's private note about a meeting; it replaces an earlier one."""
    return NoteKept.model_validate(await caller.run(commands.write_note(caller.who, meeting_id, **body.model_dump())))


@router.get("/meetings/{meeting_id}/note")
async def show_note(meeting_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """One's own private note about a meeting."""
    return await queries.note(reader, meeting_id)
