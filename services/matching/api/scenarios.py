"""Routes of scenarios: rounds with other weights, rules or offers, side by side, before anything is proposed."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.matching import policy
from services.matching.api.parameters import CSV, Accept, After, Body, Limit, Prefer, as_csv, told
from services.matching.api.rounds import RoundStanding
from services.matching.commands import scenarios as commands
from services.matching.domain.scenarios import Variant
from services.matching.queries import scenarios as queries
from services.matching.queries.sheets import SCENARIO_COLUMNS, scenario_lines
from shared.kernel.decider import Invalid
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.sheets import MEDIA_TYPE

router = APIRouter(tags=["matching"])


def _ids(said: str) -> list[UUID]:
    try:
        ids = [UUID(one) for one in said.split(",")]
    except ValueError:
        raise Invalid("Give the ids of scenarios, with commas between them.", pointer="query:ids") from None
    if not 2 <= len(set(ids)) == len(ids) <= 10:
        raise Invalid("Give from two to ten scenarios, each once.", pointer="query:ids")
    return ids


class NewScenario(Body):
    """A round that proposes nothing, with a name to find it again and what it does differently."""

    programme_id: UUID
    on: date
    name: Annotated[str, Field(min_length=1, max_length=100)]
    variant: Variant


@router.post("/scenarios", status_code=201, responses={202: {"model": RoundStanding}})
async def try_out(body: NewScenario, caller: CallerDep, prefer: Prefer = "") -> RoundStanding:
    """Solve what a variant makes of the round, and keep the result; nothing is sent and nothing given out.

    `GET /rounds/{id}` shows it in full, pair by pair.
    """
    use_case = commands.try_out(
        caller.who,
        programme_id=body.programme_id,
        on=body.on,
        name=body.name,
        variant=body.variant,
        later="respond-async" in prefer,
    )
    return RoundStanding.model_validate(told(caller, await caller.run(use_case), "/rounds"))


@router.get("/scenarios")
async def list_scenarios(
    reader: ReaderDep, programme_id: UUID | None = None, after: After = None, limit: Limit = 100
) -> list[dict[str, Any]]:
    """Scenarios, a page at a time."""
    policy.may_run_rounds(reader.who)
    return await queries.scenarios(reader, programme_id=programme_id, after=after, limit=limit)


@router.get("/scenarios/comparison", response_model=None, responses={**CSV})
async def compare(
    reader: ReaderDep,
    ids: Annotated[str, Query(description="Ids of scenarios, with commas between them.")],
    accept: Accept = "",
) -> dict[str, Any] | Response:
    """Scenarios side by side: placed, travel, contrast, load, cost, and who changes from one to the next."""
    policy.may_run_rounds(reader.who)
    found = await queries.comparison(reader, _ids(ids))
    return as_csv(SCENARIO_COLUMNS, scenario_lines(found)) if MEDIA_TYPE in accept else found
