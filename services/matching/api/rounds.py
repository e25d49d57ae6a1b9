"""Routes of rounds."""

from uuid import UUID

from fastapi import Response

from services.matching.api.parameters import (
    CSV,
    Accept,
    After,
    Dated,
    Limit,
    Prefer,
    csv_response,
    is_deferred,
    point_to_round,
)
from services.matching.commands import rounds as commands
from services.matching.commands.rounds import RoundProgress
from services.matching.domain.rounds import ROUND, NewRound
from services.matching.queries import rounds as queries
from services.matching.queries.rounds import Round, RoundInFull, RoundLoad
from services.matching.queries.sheets import ROUND_COLUMNS, SHARE_COLUMNS, round_lines, share_lines
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version
from shared.sheets import MEDIA_TYPE

router = Router("matching")


@router.post("/rounds", status_code=201, responses={202: {"model": RoundProgress}})
async def solve_round(body: NewRound, caller: CallerDep, prefer: Prefer = "") -> RoundProgress:
    """Match everybody who waits, and propose the pairs.

    With `Prefer: respond-async`, or if the round is too large to solve while you wait, the worker solves it: the answer
    is 202, with the round's address in `Location`.
    """
    answer = await caller.run(commands.solve_round(caller.who, body, later=is_deferred(prefer)), RoundProgress)
    point_to_round(caller, answer.state, answer.round_id)
    return answer


@router.post("/rounds/{round_id}/cancellation")
@has_version(ROUND, key="round_id")
async def cancel_round(round_id: UUID, body: Dated, caller: CallerDep) -> RoundProgress:
    """Cancel a round that was requested, or begun, and is not solved yet."""
    return await caller.run(commands.cancel_round(caller.who, round_id, on=body.on), RoundProgress)


@router.get("/rounds", response_model_exclude_unset=True)
async def list_rounds(reader: ReaderDep, after: After = None, limit: Limit = 100) -> list[Round]:
    """List rounds, a page at a time."""
    return await queries.rounds(reader, after=after, limit=limit)


@router.get("/rounds/{round_id}", response_model=RoundInFull, response_model_exclude_unset=True, responses={**CSV})
@has_version(ROUND, key="round_id")
async def show_round(round_id: UUID, reader: ReaderDep, accept: Accept = "") -> RoundInFull | Response:
    """Show a round: its state, each pair rule by rule, and for each unplaced trainee the reason and what would help.

    As CSV, if that is accepted, a line for each trainee.
    """
    found = await queries.round_in_full(reader, round_id)
    return csv_response(ROUND_COLUMNS, round_lines(found)) if MEDIA_TYPE in accept else found


@router.get("/rounds/{round_id}/load", response_model=RoundLoad, responses={**CSV})
async def show_load(round_id: UUID, reader: ReaderDep, accept: Accept = "") -> RoundLoad | Response:
    """Show the share of capacity that schools and mentors carry, before and after the round, and how even it is."""
    found = await queries.load_of(reader, round_id)
    return csv_response(SHARE_COLUMNS, share_lines(found)) if MEDIA_TYPE in accept else found
