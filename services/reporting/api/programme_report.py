"""Routes of the partnership's report on a programme."""

from uuid import UUID

from services.reporting.api.parameters import After, AsOf, Limit
from services.reporting.api.readers import ReportReaderDep
from services.reporting.reports import programme_report
from services.reporting.reports.programme_report import ProgrammeReport
from shared.kernel.http.routes import Router

router = Router("reporting")


@router.get("/report")
async def report(
    reader: ReportReaderDep, programme_id: UUID, as_of: AsOf, after: After = None, limit: Limit = 1000
) -> ProgrammeReport:
    """Show the partnership's report on a programme: the totals of all, and a page of the placements.

    Each page has the totals and the meetings of every school; only placements come in pages.
    """
    return await programme_report.programme_report(reader, programme_id, as_of=as_of, after=after, limit=limit)
