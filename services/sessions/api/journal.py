"""Routes of journals."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.sessions.commands import journal as commands
from services.sessions.commands.journal import EntryState, OpenedEntry
from services.sessions.domain.access import Release
from services.sessions.domain.journal import JOURNAL_ENTRY, JournalEntry
from services.sessions.queries import journal as queries
from services.sessions.queries.journal import EntryAccess, EntrySummary
from shared.inputs.days import StepDay
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/journal", status_code=201)
async def write_entry(body: JournalEntry, caller: CreatorDep) -> EntryState:
    """Write an entry of your journal. Nobody else reads it until you release it."""
    return await caller.run(commands.write_entry(caller.who, body), EntryState)


@router.get("/journal")
async def list_entries(
    reader: ReaderDep,
    owner_id: Annotated[UUID | None, Query(description="Whose journal; yours if it is left out.")] = None,
) -> list[EntrySummary]:
    """List the entries of a journal that you may read: all of your own, and what others have released to you."""
    return await queries.list_entries(reader, owner_id)


@router.get("/journal/reads")
async def list_reads(reader: ReaderDep) -> list[EntryAccess]:
    """List who has read entries of your journal, and when."""
    return await queries.list_entry_reads(reader)


@router.get("/journal/{entry_id}")
@has_version(JOURNAL_ENTRY, key="entry_id")
async def open_entry(entry_id: UUID, caller: CallerDep) -> OpenedEntry:
    """Open an entry. If it is not yours, its owner can see that you did."""
    return await caller.run(commands.open_entry(caller.who, entry_id), OpenedEntry)


@router.put("/journal/{entry_id}")
@has_version(JOURNAL_ENTRY, key="entry_id")
async def replace_entry(entry_id: UUID, body: JournalEntry, caller: CallerDep) -> EntryState:
    """Replace the words of an entry of your journal."""
    return await caller.run(commands.replace_entry(caller.who, entry_id, body), EntryState)


@router.delete("/journal/{entry_id}")
@has_version(JOURNAL_ENTRY, key="entry_id")
async def remove_entry(
    entry_id: UUID, caller: CallerDep, on: Annotated[StepDay, Query(description="The day of the removal.")]
) -> EntryState:
    """Remove an entry of your journal, unless an assessment rests on it."""
    return await caller.run(commands.remove_entry(caller.who, entry_id, on), EntryState)


@router.post("/journal/{entry_id}/releases", status_code=201)
@has_version(JOURNAL_ENTRY, key="entry_id")
async def release_entry(entry_id: UUID, body: Release, caller: CallerDep) -> EntryState:
    """Release an entry of your journal to a person, or to everybody in a role."""
    return await caller.run(commands.release_entry(caller.who, entry_id, body), EntryState)


@router.post("/journal/{entry_id}/revocations", status_code=201)
@has_version(JOURNAL_ENTRY, key="entry_id")
async def revoke_release(entry_id: UUID, body: Release, caller: CallerDep) -> EntryState:
    """Take a release back. What an assessment rests on stays readable to its assessor; the answer names those."""
    return await caller.run(commands.revoke_release(caller.who, entry_id, body), EntryState)
