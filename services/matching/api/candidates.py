"""Routes of candidates, and of what matching has received for a round."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.matching.api.parameters import After, Limit
from services.matching.queries import candidates as queries
from services.matching.queries.candidates import Candidate, CandidateStatus, Readiness
from shared.inputs.days import AskedDay
from shared.kernel.http.context import ReaderDep
from shared.kernel.http.routes import Router

router = Router("matching")


@router.get("/readiness")
async def show_readiness(
    programme_id: UUID, reader: ReaderDep, on: Annotated[AskedDay | None, Query()] = None
) -> Readiness:
    """Show what a round would begin with on a day: programme, candidates, mentors, offers.

    Check this before you solve a round.
    """
    return await queries.readiness(reader, programme_id, on)


@router.get("/candidates")
async def list_candidates(
    reader: ReaderDep,
    programme_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[CandidateStatus | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> list[Candidate]:
    """List the trainees who wait, are proposed or are placed, a page at a time."""
    return await queries.candidates(reader, programme_id=programme_id, status=status, after=after, limit=limit)
