"""Parameters and forms of answers that the routes of matching share."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query, Response

from shared.inputs.days import LastDay, StepDay
from shared.kernel.decider import Value
from shared.kernel.http.context import Caller, set_location
from shared.sheets import MEDIA_TYPE, sheet

After = Annotated[UUID | None, Query(description="The last id of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Prefer = Annotated[str, Header(description="`respond-async` leaves the work to the worker (RFC 7240).")]
Accept = Annotated[str, Header(include_in_schema=False)]
CSV: Mapping[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {}}}}


class Dated(Value):
    """The day of a change."""

    on: StepDay


class Ending(Value):
    """The last day of something that ends before its time."""

    on: LastDay


def is_deferred(prefer: str) -> bool:
    """Whether the caller prefers not to wait."""
    return "respond-async" in prefer


def point_to_round(caller: Caller, state: str, round_id: UUID | None) -> None:
    """Answer 202 with the address of the round in `Location`, if the worker still has to solve it."""
    if state == "asked":
        caller.response.status_code = 202
        caller.response.headers["Preference-Applied"] = "respond-async"
        set_location(caller.response, f"/rounds/{round_id}")


def csv_response(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """Return rows as a CSV file that a spreadsheet opens without running anything."""
    return Response(sheet(columns, rows), media_type=MEDIA_TYPE, headers={"Vary": "Accept"})
