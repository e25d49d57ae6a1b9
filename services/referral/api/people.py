"""Routes of people: who there is, mentees, merging, undoing and erasing."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.referral.api.parameters import AfterId, Limit, has_person_version
from services.referral.commands import people as commands
from services.referral.commands.people import PersonId, RecordEnded, RecordsMerged
from services.referral.domain.fields import Dated
from services.referral.domain.people import Kind, MergeInto, NewMentee
from services.referral.queries import people as queries
from services.referral.queries.history import HistoryEntry
from services.referral.queries.people import PersonAnswer
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("people")


@router.get("/people")
async def list_people(
    reader: ReaderDep, kind: Kind | None = None, after: AfterId = None, limit: Limit = 100
) -> list[PersonAnswer]:
    """List people by name, a page at a time; a school's lead sees only the school's mentors and mentees."""
    return await queries.people(reader, kind=kind, after=after, limit=limit)


@router.get("/names")
async def list_names(
    reader: ReaderDep, ids: Annotated[str, Query(description="Ids of people, at most 200, with commas between them.")]
) -> dict[str, str]:
    """Find the names of people by id, for readers of another service's answer; a lead gets the names that they may see.

    The id of a merged record is answered too; an id that nobody has, or whose person was erased, is left out.
    """
    return await queries.names(reader, ids)


@router.get("/people/{person_id}")
@has_person_version
async def show_person(person_id: UUID, reader: ReaderDep) -> PersonAnswer:
    """Show one person, under any id that they had: to leads, and to the person."""
    return await queries.person(reader, person_id)


@router.get("/people/{person_id}/history")
async def show_person_history(person_id: UUID, reader: ReaderDep) -> list[HistoryEntry]:
    """List what was recorded of a person: each event with the day it took effect and the time it was recorded."""
    return await queries.person_history(reader, person_id)


@router.post("/mentees", status_code=201)
async def register_mentee(body: NewMentee, caller: CallerDep) -> PersonId:
    """Record a teacher, pupil or parent who can be mentored."""
    return await caller.run(commands.register_mentee(caller.who, body), PersonId)


@router.post("/people/{person_id}/merge")
@has_person_version
async def merge_people(person_id: UUID, body: MergeInto, caller: CallerDep) -> RecordsMerged:
    """Merge this record into another record of the same person, here and in every other service."""
    return await caller.run(commands.merge(caller.who, person_id, body), RecordsMerged)


@router.post("/people/{person_id}/undo")
@has_person_version
async def undo_registration(person_id: UUID, body: Dated, caller: CallerDep) -> RecordEnded:
    """Undo a record made by mistake; refused once anything was built on it."""
    return await caller.run(commands.undo_registration(caller.who, person_id, body), RecordEnded)


@router.post("/people/{person_id}/erasure")
@has_person_version
async def erase(person_id: UUID, body: Dated, caller: CallerDep) -> RecordEnded:
    """Erase a person for good, here and in every other service. Waiting files that may name them are destroyed too."""
    return await caller.run(commands.erase(caller.who, person_id, body), RecordEnded)
