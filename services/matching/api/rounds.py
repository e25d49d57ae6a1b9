"""Routes of rounds, and of who waits for one."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.matching import policy
from services.matching.api.words import After, Body, Limit
from services.matching.commands import rounds as commands
from services.matching.queries import rounds as queries
from shared.kernel.http import Ask, Look

router = APIRouter(tags=["matching"])


class NewRound(Body):
    """A round for everybody who waits in a programme."""

    programme_id: UUID
    on: date


class RoundStanding(BaseModel):
    """A round and how many it placed."""

    round_id: UUID
    placed: int
    unplaced: int


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
async def show_readiness(programme_id: UUID, look: Look) -> Readiness:
    """What a round would begin with: look here before solving one."""
    policy.may_run_rounds(look.who)
    return Readiness.model_validate(await queries.readiness(look, programme_id))


@router.post("/rounds", status_code=201)
async def solve_round(body: NewRound, ask: Ask) -> RoundStanding:
    """Match everybody who waits, and propose the pairs."""
    return RoundStanding.model_validate(await ask.run(commands.solve_round(ask.who, **body.model_dump())))


@router.get("/rounds")
async def list_rounds(look: Look, after: After = None, limit: Limit = 100) -> list[dict[str, Any]]:
    """Rounds, a page at a time."""
    policy.may_run_rounds(look.who)
    return await queries.rounds(look, after=after, limit=limit)


@router.get("/rounds/{round_id}")
async def show_round(round_id: UUID, look: Look) -> dict[str, Any]:
    """One round: each pair rule by rule, and of each trainee left over which rule binds."""
    policy.may_run_rounds(look.who)
    return await queries.round_in_full(look, round_id)


@router.get("/candidates")
async def list_candidates(
    look: Look,
    programme_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[Literal["waiting", "proposed", "placed"] | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Who waits, is proposed to somebody, or is placed; a page at a time."""
    policy.may_run_rounds(look.who)
    return await queries.candidates(look, programme_id=programme_id, status=status, after=after, limit=limit)
