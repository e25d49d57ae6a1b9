"""Routes of a trainee's progress."""

from uuid import UUID

from services.reporting.api.parameters import AsOfOrToday
from services.reporting.api.readers import ReportReaderDep
from services.reporting.reports.progress import Progress, trainee_progress
from shared.kernel.http.context import ContextDep
from shared.kernel.http.routes import Router

router = Router("reporting")


@router.get("/trainees/{trainee_id}/progress")
async def progress(
    trainee_id: UUID, reader: ReportReaderDep, context: ContextDep, as_of: AsOfOrToday = None
) -> Progress:
    """Show a trainee's judgements by Teachers' Standard over time, and the targets set, reviewed, open and overdue."""
    return await trainee_progress(reader, trainee_id, as_of=as_of or context.today())
