"""Routes of the partnership's table of travel times."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from services.matching import policy
from services.matching.commands import travel_times as commands
from services.matching.queries import travel_times as queries
from shared.kernel.decider import DomainError
from shared.kernel.http.context import CallerDep, ReaderDep

router = APIRouter(tags=["travel"])

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


class BadCell(BaseModel):
    """What is wrong with a cell, and what to write there."""

    line: int
    column: str | None
    detail: str


class TravelTable(BaseModel):
    """What a file came to; of `merged` rows another one of the same way counts."""

    rows: int
    places: int
    merged: int
    errors: tuple[BadCell, ...]
    stored: bool


@router.post("/travel-times", openapi_extra=_FILE)
async def bring_travel_times(request: Request, caller: CallerDep, on: date, dry_run: bool = False) -> TravelTable:
    """A CSV file (from, to, mode, minutes) as the body; it says all the times of the places that it names.

    `from` is a postcode, of which only the outward part is kept, or a URN; `to` is a URN. A dry run stores nothing and
    names every bad cell.
    """
    policy.may_run_rounds(caller.who)
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() not in FILE_TYPES:
        raise NotAFile(f"Send the file itself as the body, with Content-Type {' or '.join(FILE_TYPES)}.")
    content = await request.body()
    if dry_run:
        return TravelTable.model_validate(commands.dry_run(caller.who, content))
    return TravelTable.model_validate(await caller.run(commands.record_travel_times(caller.who, content, on=on)))


@router.get("/travel-times")
async def list_travel_times(
    reader: ReaderDep,
    after: Annotated[str | None, Query(max_length=10, description="The last place of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[dict[str, Any]]:
    """The places of the table and their times, a page at a time."""
    policy.may_run_rounds(reader.who)
    return await queries.travel_times(reader, after=after, limit=limit)
