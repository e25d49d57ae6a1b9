"""Routes of notes of progress towards targets."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.sessions.commands import target_progress as commands
from services.sessions.commands.target_progress import ProgressState
from services.sessions.domain.target_progress import NewProgress
from services.sessions.domain.targets import TARGET
from services.sessions.queries import target_progress as queries
from services.sessions.queries.target_progress import ProgressNote
from shared.inputs.days import StepDay
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/targets/{target_id}/progress", status_code=201)
async def note_progress(target_id: UUID, body: NewProgress, caller: CreatorDep) -> ProgressState:
    """Note progress towards a target, with entries of your own journal as evidence."""
    return await caller.run(commands.note_progress(caller.who, target_id, body), ProgressState)


@router.get("/targets/{target_id}/progress")
async def list_progress(target_id: UUID, reader: ReaderDep) -> list[ProgressNote]:
    """List the notes of progress towards a target, those that were taken back too."""
    return await queries.list_progress(reader, target_id)


@router.delete("/targets/{target_id}/progress/{note_id}")
@has_version(TARGET, key="target_id")
async def take_back_progress(
    target_id: UUID,
    note_id: UUID,
    caller: CallerDep,
    on: Annotated[StepDay, Query(description="The day on which you take it back.")],
) -> ProgressState:
    """Take back a note of progress that you wrote; it stays readable as such."""
    return await caller.run(commands.take_back_progress(caller.who, target_id, note_id, on), ProgressState)
