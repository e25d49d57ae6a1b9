"""Routes of the feed of events."""

from typing import Annotated

from fastapi import Query

from services.reporting.feed.positions import PATTERN
from services.reporting.feed.reading import EventPage, read_event_page
from shared.kernel.http.context import ReaderDep
from shared.kernel.http.routes import Router

router = Router("reporting")

AfterPosition = Annotated[
    str, Query(max_length=30, pattern=PATTERN, description="Only events after this position; 0 is the beginning.")
]
Types = Annotated[
    str | None,
    Query(
        max_length=4000,
        pattern=r"^[a-z_]+\.[a-z_]+(,[a-z_]+\.[a-z_]+)*$",
        description="Only events of these types, for example sessions.meeting_held,sessions.meeting_missed.",
    ),
]
EventLimit = Annotated[int, Query(ge=1, le=1000, description="The most events on the page.")]


@router.get("/events", response_model_exclude_unset=True)
async def events(
    reader: ReaderDep, after: AfterPosition = "0", types: Types = None, limit: EventLimit = 500
) -> EventPage:
    """List the public events of the partnership after a position, in order, as CloudEvents."""
    return await read_event_page(reader, after, types, limit)
