"""Words that the routes of matching share."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Header, Query, Response
from pydantic import BaseModel, ConfigDict

from shared.kernel.http.context import Caller, created
from shared.sheets import MEDIA_TYPE, sheet

After = Annotated[UUID | None, Query(description="The last id of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


Prefer = Annotated[str, Header(description="`respond-async` leaves the work to the worker (RFC 7240).")]
Accept = Annotated[str, Header(include_in_schema=False)]
RoundState = Literal["asked", "begun", "solved", "cancelled", "failed"]
CSV: Mapping[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {}}}}


def told(caller: Caller, answer: dict[str, Any], where: str) -> dict[str, Any]:
    """The answer; 202 and where to look for one that the worker still has to give."""
    if answer["state"] == "asked":
        caller.response.status_code = 202
        caller.response.headers["Preference-Applied"] = "respond-async"
        created(caller.response, f"{where}/{answer['round_id']}")
    return answer


def as_csv(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """Rows as a sheet that opens without running anything."""
    return Response(sheet(columns, rows), media_type=MEDIA_TYPE, headers={"Vary": "Accept"})
