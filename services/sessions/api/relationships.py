"""Routes of relationships."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.sessions.queries import programmes
from services.sessions.queries import relationships as queries
from services.sessions.queries.programmes import ProgrammePractice
from services.sessions.queries.relationships import RelationshipOverview, RelationshipRecord, RelationshipSummary
from shared.kernel.http.context import ReaderDep
from shared.kernel.http.routes import Router

router = Router("sessions")


@router.get("/relationships")
async def list_relationships(
    reader: ReaderDep,
    after: Annotated[UUID | None, Query(description="The last id of the previous page.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[RelationshipSummary]:
    """List the relationships that you may see, a page at a time."""
    return await queries.list_relationships(reader, after=after, limit=limit)


@router.get("/relationships/{relationship_id}")
async def show_relationship(relationship_id: UUID, reader: ReaderDep) -> RelationshipRecord | RelationshipOverview:
    """Show a relationship with its meetings and targets; only its mentor and its trainee see their texts."""
    return await queries.show_relationship(reader, relationship_id)


@router.get("/relationships/{relationship_id}/practice")
async def show_practice(relationship_id: UUID, reader: ReaderDep) -> ProgrammePractice:
    """Show the steps, forms and roles of the relationship's programme, and whom the mentee may turn to."""
    return await programmes.show_practice(reader, relationship_id)
