"""Routes of placements."""

from uuid import UUID

from fastapi import Response

from services.reporting.api.csv_responses import OR_CSV, Accept, csv_response, wants_csv
from services.reporting.api.parameters import After, Limit
from services.reporting.exports.placements import placements_as_csv
from services.reporting.reports.placements import Placements, page_of_placements
from shared.kernel.http.context import ContextDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("reporting")


@router.get("/placements", response_model=Placements, responses={**OR_CSV})
async def placements(
    reader: ReaderDep,
    context: ContextDep,
    programme_id: UUID | None = None,
    after: After = None,
    limit: Limit = 1000,
    accept: Accept = "",
) -> Placements | Response:
    """Show every trainee's pair, or the reason why there is none, a page at a time; as CSV if the request accepts
    that.
    """
    answer = await page_of_placements(
        reader, today=context.today(), programme_id=programme_id, after=after, limit=limit
    )
    return csv_response(answer, placements_as_csv(answer)) if wants_csv(accept) else answer
