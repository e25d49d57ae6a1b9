"""Routes of repairs: who would move if somebody left, and the repair itself."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, Field

from services.matching.api.parameters import CSV, Accept, Body, Prefer, as_csv, told
from services.matching.commands import repairs as commands
from services.matching.domain.scenarios import Leaving
from shared.kernel.http.context import CallerDep
from shared.sheets import MEDIA_TYPE

router = APIRouter(tags=["matching"])


def _one(leaving: Leaving) -> Leaving:
    if leaving.named != 1:
        raise ValueError("Name one of school_urn, offer_id and mentor_id")
    return leaving


class NewRepair(Body):
    """A repair of what stands in a programme, with the fewest changes; without `leaving` to what is offered now."""

    programme_id: UUID
    on: date
    leaving: Annotated[Leaving, AfterValidator(_one)] | None = None
    preview: bool = False


class Repair(BaseModel):
    """Who moves where and why, and who cannot be placed; `moved` counts the pairs that are parted."""

    round_id: UUID | None
    state: str
    placed: int | None = None
    unplaced: int | None = None
    moved: int | None = None
    total_cost: int | None = None
    changes: list[dict[str, Any]] = Field(default_factory=list)
    unplaced_trainees: list[dict[str, Any]] = Field(default_factory=list)


class Departure(BaseModel):
    """What a school's leaving would come to, in pairs: `moved_too` are at other schools and would make room."""

    school_urn: str
    broken: int
    placed_elsewhere: int
    lost: int
    moved_too: int


class Departures(BaseModel):
    """Every school with pairs of the programme."""

    departures: list[Departure]


@router.post("/repairs", status_code=201, responses={200: {"model": Repair}, 202: {"model": Repair}})
async def repair(body: NewRepair, caller: CallerDep, prefer: Prefer = "") -> Repair:
    """Part the pairs that cannot stand any more and propose others, changing as few as can be; locked ones stay.

    A preview answers 200 and stores nothing. With `Prefer: respond-async` the worker does it, a preview as well: 202.
    """
    use_case = commands.repair(
        caller.who,
        programme_id=body.programme_id,
        on=body.on,
        leaving=body.leaving,
        preview=body.preview,
        later="respond-async" in prefer,
    )
    answer = told(caller, await caller.run(use_case), "/rounds")
    if answer["state"] == "preview":
        caller.response.status_code = 200
    return Repair.model_validate(answer)


@router.get("/departures", response_model=Departures, responses={**CSV})
async def what_breaks(programme_id: UUID, on: date, caller: CallerDep, accept: Accept = "") -> Departures | Response:
    """What breaks if a school leaves, for every school at once; a preview of a repair says who."""
    found = await caller.run(commands.what_breaks(caller.who, programme_id=programme_id, on=on))
    if MEDIA_TYPE in accept:
        return as_csv(Departure.model_fields, found["departures"])
    return Departures.model_validate(found)
