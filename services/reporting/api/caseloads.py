"""Routes of caseloads."""

from uuid import UUID

from services.reporting.api.parameters import After, AsOfOrToday, Limit
from services.reporting.reports.caseloads import Caseloads, page_of_caseloads
from shared.kernel.http.context import ContextDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("reporting")


@router.get("/caseload")
async def caseload(
    reader: ReaderDep,
    context: ContextDep,
    mentor_id: UUID | None = None,
    as_of: AsOfOrToday = None,
    after: After = None,
    limit: Limit = 1000,
) -> Caseloads:
    """Show each mentor's active relationships, hours given against capacity, and meetings against due; a page at a
    time.
    """
    return await page_of_caseloads(
        reader, mentor_id=mentor_id, as_of=as_of or context.today(), after=after, limit=limit
    )
