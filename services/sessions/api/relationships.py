"""Routes of relationships."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.sessions.api.parameters import Limit
from services.sessions.commands import relationships as commands
from services.sessions.commands.relationships import RelationshipState
from services.sessions.domain.ends import NewEnding
from services.sessions.domain.pauses import Pause
from services.sessions.domain.relationships import RELATIONSHIP
from services.sessions.queries import mentor_time, mentors, programmes, story
from services.sessions.queries import relationships as queries
from services.sessions.queries.mentor_time import MentorTime
from services.sessions.queries.mentors import MentorOfMine
from services.sessions.queries.programmes import ProgrammePractice
from services.sessions.queries.relationships import RelationshipOverview, RelationshipRecord, RelationshipSummary
from services.sessions.queries.story import Story
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.get("/relationships")
async def list_relationships(
    reader: ReaderDep,
    after: Annotated[UUID | None, Query(description="The last id of the previous page.")] = None,
    limit: Limit = 100,
) -> list[RelationshipSummary]:
    """List the relationships that you may see, a page at a time."""
    return await queries.list_relationships(reader, after=after, limit=limit)


@router.get("/mentors")
async def list_mentors(reader: ReaderDep) -> list[MentorOfMine]:
    """List your own mentors: who leads, what each of them is for, and what each of them can see of you."""
    return await mentors.list_mentors(reader)


@router.get("/relationships/{relationship_id}")
@has_version(RELATIONSHIP, key="relationship_id")
async def show_relationship(relationship_id: UUID, reader: ReaderDep) -> RelationshipRecord | RelationshipOverview:
    """Show a relationship with its meetings and targets; only its mentor and its trainee see their texts."""
    return await queries.show_relationship(reader, relationship_id)


@router.get("/relationships/{relationship_id}/practice")
async def show_practice(relationship_id: UUID, reader: ReaderDep) -> ProgrammePractice:
    """Show the steps, forms and roles of the relationship's programme, and whom the mentee may turn to."""
    return await programmes.show_practice(reader, relationship_id)


@router.get("/relationships/{relationship_id}/story")
async def show_story(
    relationship_id: UUID,
    reader: ReaderDep,
    after: Annotated[int | None, Query(description="The position of the last line of the previous page.")] = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> Story:
    """Show what happened in a relationship, day by day: the lines that you may see, and who else sees each."""
    return await story.show_story(reader, relationship_id, after=after, limit=limit)


@router.get("/relationships/{relationship_id}/mentor-time")
async def show_mentor_time(relationship_id: UUID, reader: ReaderDep) -> MentorTime:
    """Show the mentor's minutes in recorded meetings, week by week, against the rule that was in force."""
    return await mentor_time.show_mentor_time(reader, relationship_id)


@router.post("/relationships/{relationship_id}/pause", status_code=201)
@has_version(RELATIONSHIP, key="relationship_id")
async def pause_relationship(relationship_id: UUID, body: Pause, caller: CallerDep) -> RelationshipState:
    """Pause your relationship: from this day on no meeting is due. Nobody is asked why."""
    return await caller.run(commands.pause_relationship(caller.who, relationship_id, body), RelationshipState)


@router.post("/relationships/{relationship_id}/resumption", status_code=201)
@has_version(RELATIONSHIP, key="relationship_id")
async def resume_relationship(relationship_id: UUID, body: Pause, caller: CallerDep) -> RelationshipState:
    """Resume your relationship: from this day on meetings are due again."""
    return await caller.run(commands.resume_relationship(caller.who, relationship_id, body), RelationshipState)


@router.post("/relationships/{relationship_id}/ending", status_code=201)
@has_version(RELATIONSHIP, key="relationship_id")
async def propose_end(relationship_id: UUID, body: NewEnding, caller: CallerDep) -> RelationshipState:
    """Propose an early last day; once the other of you proposes the same day, the relationship ends on it."""
    return await caller.run(commands.propose_end(caller.who, relationship_id, body), RelationshipState)


@router.post("/relationships/{relationship_id}/ending/withdrawal", status_code=201)
@has_version(RELATIONSHIP, key="relationship_id")
async def withdraw_end(relationship_id: UUID, body: Pause, caller: CallerDep) -> RelationshipState:
    """Take back the last day that you proposed, or refuse the one that the other of you proposed."""
    return await caller.run(commands.withdraw_end(caller.who, relationship_id, body), RelationshipState)
