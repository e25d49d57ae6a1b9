"""Routes of repairs: who would move if a school, an offer or a mentor left, and the repair itself."""

from uuid import UUID

from fastapi import Response

from services.matching.api.parameters import CSV, Accept, Prefer, csv_response, is_deferred, point_to_round
from services.matching.commands import repairs as commands
from services.matching.commands.repairs import Departure, Departures, Repair
from services.matching.domain.repairs import NewRepair
from services.matching.domain.rounds import NewRound
from shared.inputs.days import AskedDay
from shared.kernel.http.context import CallerDep
from shared.kernel.http.routes import Router
from shared.sheets import MEDIA_TYPE

router = Router("matching")


@router.post("/repairs", status_code=201, responses={200: {"model": Repair}, 202: {"model": Repair}})
async def repair(body: NewRepair, caller: CallerDep, prefer: Prefer = "") -> Repair:
    """Withdraw the pairs that cannot stay and propose others, changing as few as possible; locked pairs stay.

    A preview answers 200 and stores nothing. With `Prefer: respond-async` the worker does the repair, or the preview:
    the answer is 202.
    """
    answer = await caller.run(commands.repair_pairs(caller.who, body, later=is_deferred(prefer)), Repair)
    point_to_round(caller, answer.state, answer.round_id)
    if answer.state == "preview":
        caller.response.status_code = 200
    return answer


@router.get("/departures", response_model=Departures, responses={**CSV})
async def preview_departures(
    programme_id: UUID, on: AskedDay, caller: CallerDep, accept: Accept = ""
) -> Departures | Response:
    """Show what breaks if a school leaves, for every school at once; a preview of a repair shows for whom."""
    use_case = commands.preview_departures(caller.who, NewRound(programme_id=programme_id, on=on))
    found = await caller.run(use_case, Departures)
    if MEDIA_TYPE in accept:
        return csv_response(Departure.model_fields, map(dict, found.departures))
    return found
