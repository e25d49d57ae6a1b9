"""Routes of the partnership's table of travel times."""

from typing import Annotated

from fastapi import Query, Request

from services.matching.api.parameters import Limit
from services.matching.commands import travel_times as commands
from services.matching.commands.travel_times import TravelTable
from services.matching.queries import travel_times as queries
from services.matching.queries.travel_times import TravelTimes
from shared.inputs.days import StepDay
from shared.kernel.decider import DomainError
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("travel")

FILE_TYPES = ("text/csv", "application/octet-stream")
_FILE = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in FILE_TYPES},
    }
}


class NotAFile(DomainError):
    """The body is not the file itself."""

    status = 415


@router.post("/travel-times", openapi_extra=_FILE)
async def record_travel_times(request: Request, caller: CallerDep, on: StepDay, dry_run: bool = False) -> TravelTable:
    """Record a CSV file (from, to, mode, minutes) as the body; it replaces all times of the places that it names.

    `from` is a postcode, of which only the outward part is kept, or a URN; `to` is a URN. A dry run stores nothing and
    lists every bad cell.
    """
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() not in FILE_TYPES:
        raise NotAFile(f"Send the file itself as the body, with Content-Type {' or '.join(FILE_TYPES)}.")
    content = await request.body()
    if dry_run:
        return commands.check_travel_times(caller.who, content)
    return await caller.run(commands.record_travel_times(caller.who, content, on=on), TravelTable)


@router.get("/travel-times")
async def list_travel_times(
    reader: ReaderDep,
    after: Annotated[str | None, Query(max_length=10, description="The last place of the page before.")] = None,
    limit: Limit = 100,
) -> list[TravelTimes]:
    """List the places of the table and their times, a page at a time."""
    return await queries.travel_times(reader, after=after, limit=limit)
