"""Routes of relationships."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.sessions.queries import relationships as queries
from shared.kernel.http.context import ReaderDep

router = APIRouter(tags=["sessions"])


@router.get("/relationships")
async def list_relationships(
    reader: ReaderDep,
    after: Annotated[UUID | None, Query(description="The last id of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[dict[str, Any]]:
    """The relationships that one may know of, a page at a time: one's own, one's schools', or all."""
    return await queries.relationships(reader, after=after, limit=limit)


@router.get("/relationships/{relationship_id}")
async def show_relationship(relationship_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """One relationship with its meetings and targets; what was said only for its mentor and trainee."""
    return await queries.relationship(reader, relationship_id)
