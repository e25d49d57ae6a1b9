"""Routes of rounds, and of who waits for one."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from services.matching import policy
from services.matching.api.parameters import CSV, Accept, After, Body, Limit, Prefer, RoundState, as_csv, told
from services.matching.commands import rounds as commands
from services.matching.queries import rounds as queries
from services.matching.queries.sheets import ROUND_COLUMNS, SHARE_COLUMNS, round_lines, share_lines
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.sheets import MEDIA_TYPE

router = APIRouter(tags=["matching"])


class NewRound(Body):
    """A round for everybody who waits in a programme."""

    programme_id: UUID
    on: date


class Dated(Body):
    """The day from which it counts."""

    on: date


class RoundStanding(BaseModel):
    """How far a round is and, once it is solved, how many it placed."""

    round_id: UUID
    state: RoundState
    placed: int | None = None
    unplaced: int | None = None


class Readiness(BaseModel):
    """What has come: the programme, who waits (and of whom no record has), mentors, offers, their places, schools."""

    programme_known: bool
    candidates: int
    without_record: int
    mentors: int
    offers: int
    places: int
    schools: int


@router.get("/readiness")
async def show_readiness(programme_id: UUID, reader: ReaderDep) -> Readiness:
    """What a round would begin with: look here before solving one."""
    policy.may_run_rounds(reader.who)
    return Readiness.model_validate(await queries.readiness(reader, programme_id))


@router.post("/rounds", status_code=201, responses={202: {"model": RoundStanding}})
async def solve_round(body: NewRound, caller: CallerDep, prefer: Prefer = "") -> RoundStanding:
    """Match everybody who waits, and propose the pairs.

    With `Prefer: respond-async`, or where more wait than are matched while somebody waits for the answer, the worker
    solves it: 202, and `Location` says where to look.
    """
    use_case = commands.solve_round(caller.who, **body.model_dump(), later="respond-async" in prefer)
    return RoundStanding.model_validate(told(caller, await caller.run(use_case), "/rounds"))


@router.post("/rounds/{round_id}/cancellation")
async def cancel_round(round_id: UUID, body: Dated, caller: CallerDep) -> RoundStanding:
    """Want a round no more that has been asked for, or begun, and not been solved yet."""
    return RoundStanding.model_validate(await caller.run(commands.cancel_round(caller.who, round_id, on=body.on)))


@router.get("/rounds")
async def list_rounds(reader: ReaderDep, after: After = None, limit: Limit = 100) -> list[dict[str, Any]]:
    """Rounds, a page at a time."""
    policy.may_run_rounds(reader.who)
    return await queries.rounds(reader, after=after, limit=limit)


@router.get("/rounds/{round_id}", response_model=None, responses={**CSV})
async def show_round(round_id: UUID, reader: ReaderDep, accept: Accept = "") -> dict[str, Any] | Response:
    """One round: how far it is, each pair rule by rule, and of each trainee left over what binds and what would help.

    As CSV where that is accepted, a line for each trainee.
    """
    policy.may_run_rounds(reader.who)
    found = await queries.round_in_full(reader, round_id)
    return as_csv(ROUND_COLUMNS, round_lines(found)) if MEDIA_TYPE in accept else found


@router.get("/rounds/{round_id}/load", response_model=None, responses={**CSV})
async def show_load(round_id: UUID, reader: ReaderDep, accept: Accept = "") -> dict[str, Any] | Response:
    """The share of capacity that schools and mentors carry, before the round and after it, and how even that is."""
    policy.may_run_rounds(reader.who)
    found = await queries.load(reader, round_id)
    return as_csv(SHARE_COLUMNS, share_lines(found)) if MEDIA_TYPE in accept else found


@router.get("/candidates")
async def list_candidates(
    reader: ReaderDep,
    programme_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[Literal["waiting", "proposed", "placed"] | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Who waits, is proposed to somebody, or is placed; a page at a time."""
    policy.may_run_rounds(reader.who)
    return await queries.candidates(reader, programme_id=programme_id, status=status, after=after, limit=limit)
