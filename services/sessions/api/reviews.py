"""Routes of reviews."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.sessions.api.parameters import AfterCursor, Limit
from services.sessions.commands import reviews as commands
from services.sessions.commands.reviews import ReviewState
from services.sessions.domain.reviews import REVIEWS, NewReview, ReviewWithdrawal
from services.sessions.queries import reviews as queries
from services.sessions.queries.reviews import DueReview, ReviewPack
from shared.inputs.days import AskedDay
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.get("/reviews/due")
async def list_due_reviews(
    reader: ReaderDep,
    by: Annotated[AskedDay | None, Query(description="The day by which they are due; today if it is left out.")] = None,
    mentor_id: Annotated[UUID | None, Query(description="Only the caseload of this mentor.")] = None,
    after: AfterCursor = None,
    limit: Limit = 100,
) -> list[DueReview]:
    """List the relationships that you are to review, by mentor, a page at a time: each mentor's are a caseload."""
    return await queries.list_due_reviews(reader, by, mentor_id, after=after, limit=limit)


@router.get("/relationships/{relationship_id}/reviews")
@has_version(REVIEWS, key="relationship_id")
async def show_reviews(relationship_id: UUID, reader: ReaderDep) -> ReviewPack:
    """Show the facts of a relationship since its last review, what was released to you, and earlier reviews."""
    return await queries.show_reviews(reader, relationship_id)


@router.post("/relationships/{relationship_id}/reviews", status_code=201)
@has_version(REVIEWS, key="relationship_id")
async def review_relationship(relationship_id: UUID, body: NewReview, caller: CallerDep) -> ReviewState:
    """Record what a review decided: close, continue or monitor, as the programme lets you, with a note for the mentee.

    A relationship that is closed ends after the programme's notice; until then the review can be taken back.
    """
    return await caller.run(commands.review_relationship(caller.who, relationship_id, body), ReviewState)


@router.post("/relationships/{relationship_id}/reviews/withdrawal", status_code=201)
@has_version(REVIEWS, key="relationship_id")
async def take_review_back(relationship_id: UUID, body: ReviewWithdrawal, caller: CallerDep) -> ReviewState:
    """Take the last review back, and say why: what it decided does not hold."""
    return await caller.run(commands.take_review_back(caller.who, relationship_id, body), ReviewState)
