"""Routes of meetings by school."""

from fastapi import Response

from services.reporting.api.csv_responses import OR_CSV, Accept, csv_response, wants_csv
from services.reporting.api.parameters import AsOf
from services.reporting.exports.meetings_by_school import meetings_by_school_as_csv
from services.reporting.reports import meetings_by_school as report
from services.reporting.reports.meetings_by_school import MeetingsBySchool
from shared.kernel.http.context import ReaderDep
from shared.kernel.http.routes import Router

router = Router("reporting")


@router.get("/schools/meetings", response_model=MeetingsBySchool, responses={**OR_CSV})
async def meetings_by_school(reader: ReaderDep, as_of: AsOf, accept: Accept = "") -> MeetingsBySchool | Response:
    """Show meetings due, held, missed and not recorded, by school; as CSV if the request accepts that."""
    answer = await report.meetings_by_school(reader, as_of=as_of)
    return csv_response(answer, meetings_by_school_as_csv(answer)) if wants_csv(accept) else answer
