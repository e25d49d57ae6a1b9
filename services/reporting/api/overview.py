"""Routes of the overview."""

from services.reporting.api.parameters import AsOfOrToday
from services.reporting.api.readers import ReportReaderDep
from services.reporting.reports import overview
from services.reporting.reports.overview import Overview
from shared.kernel.http.context import ContextDep
from shared.kernel.http.routes import Router

router = Router("reporting")


@router.get("/overview")
async def show_overview(reader: ReportReaderDep, context: ContextDep, as_of: AsOfOrToday = None) -> Overview:
    """Show what calls for your attention, and where all that you may see stands."""
    return await overview.overview(reader, as_of=as_of or context.today())
