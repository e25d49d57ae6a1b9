"""Routes of scenarios: rounds with other weights, rules or offers, compared before anything is proposed."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.matching.api.parameters import (
    CSV,
    Accept,
    After,
    Limit,
    Prefer,
    csv_response,
    is_deferred,
    point_to_round,
)
from services.matching.commands import scenarios as commands
from services.matching.commands.rounds import RoundProgress
from services.matching.domain.scenarios import NewScenario
from services.matching.queries import scenarios as queries
from services.matching.queries.scenarios import Comparison, Scenario
from services.matching.queries.sheets import SCENARIO_COLUMNS, scenario_lines
from shared.kernel.decider import Invalid
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.sheets import MEDIA_TYPE

router = Router("matching")


def _parse_ids(text: str) -> list[UUID]:
    try:
        ids = [UUID(part) for part in text.split(",")]
    except ValueError:
        raise Invalid("Give the ids of scenarios, with commas between them.", pointer="query:ids") from None
    if not 2 <= len(set(ids)) == len(ids) <= 10:
        raise Invalid("Give from two to ten scenarios, each once.", pointer="query:ids")
    return ids


@router.post("/scenarios", status_code=201, responses={202: {"model": RoundProgress}})
async def solve_scenario(body: NewScenario, caller: CallerDep, prefer: Prefer = "") -> RoundProgress:
    """Solve the round that a scenario's overrides make, and keep the result; nothing is sent and nothing allocated.

    `GET /rounds/{id}` shows it in full, pair by pair.
    """
    answer = await caller.run(commands.solve_scenario(caller.who, body, later=is_deferred(prefer)), RoundProgress)
    point_to_round(caller, answer.state, answer.round_id)
    return answer


@router.get("/scenarios", response_model_exclude_unset=True)
async def list_scenarios(
    reader: ReaderDep, programme_id: UUID | None = None, after: After = None, limit: Limit = 100
) -> list[Scenario]:
    """List scenarios, a page at a time."""
    return await queries.scenarios(reader, programme_id=programme_id, after=after, limit=limit)


@router.get("/scenarios/comparison", response_model=Comparison, response_model_exclude_unset=True, responses={**CSV})
async def compare_scenarios(
    reader: ReaderDep,
    ids: Annotated[str, Query(description="Ids of scenarios, with commas between them.")],
    accept: Accept = "",
) -> Comparison | Response:
    """Compare scenarios: placed, travel, contrast, load, cost, and who changes from each to the next."""
    found = await queries.comparison(reader, _parse_ids(ids))
    return csv_response(SCENARIO_COLUMNS, scenario_lines(found)) if MEDIA_TYPE in accept else found
