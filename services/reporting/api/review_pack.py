"""Routes of the review pack."""

from uuid import UUID

from services.reporting.api.parameters import AsOfOrToday
from services.reporting.api.readers import ReportReaderDep
from services.reporting.reports import review_pack
from services.reporting.reports.review_pack import ReviewPack
from shared.kernel.http.context import ContextDep
from shared.kernel.http.routes import Router

router = Router("reporting")


@router.get("/mentors/{mentor_id}/review-pack")
async def show_review_pack(
    mentor_id: UUID, reader: ReportReaderDep, context: ContextDep, as_of: AsOfOrToday = None
) -> ReviewPack:
    """Show what a head of mentoring looks at with a mentor: caseload, relationships, training, early warnings."""
    return await review_pack.review_pack(reader, mentor_id, as_of=as_of or context.today())
