"""Routes of who has read reports about a person."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.reporting.api.readers import ReportReaderDep
from services.reporting.reports.reads import ReportReads, list_reads
from shared.kernel.http.context import ContextDep
from shared.kernel.http.routes import Router

router = Router("reporting")

After = Annotated[int | None, Query(ge=0, le=2**63 - 1, description="The cursor `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.get("/trainees/{trainee_id}/reads")
async def list_reads_about_trainee(
    trainee_id: UUID, reader: ReportReaderDep, context: ContextDep, after: After = None, limit: Limit = 100
) -> ReportReads:
    """List who has read a report about a trainee, which one, and when."""
    return await list_reads(reader, trainee_id, kept_days=context.reads_kept_days, after=after, limit=limit)


@router.get("/mentors/{mentor_id}/reads")
async def list_reads_about_mentor(
    mentor_id: UUID, reader: ReportReaderDep, context: ContextDep, after: After = None, limit: Limit = 100
) -> ReportReads:
    """List who has read the review pack of a mentor, and when."""
    return await list_reads(reader, mentor_id, kept_days=context.reads_kept_days, after=after, limit=limit)
