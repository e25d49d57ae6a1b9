"""Routes of matching: parse, call, answer."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.matching import commands, policy, queries
from shared.events.words import Side
from shared.kernel.http import Ask, Look

router = APIRouter(tags=["matching"])

After = Annotated[UUID | None, Query(description="The last id of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class NewRound(Body):
    """A round for everybody who waits in a programme."""

    programme_id: UUID
    on: date


class RoundStanding(BaseModel):
    """A round and how many it placed."""

    round_id: UUID
    placed: int
    unplaced: int


PairStatus = Literal["proposed", "confirmed", "declined", "lapsed"]


class Yes(Body):
    """An answer to a proposal; `side` is needed from whom may answer for both."""

    on: date
    side: Side | None = None


class No(Yes):
    """An answer that need not give a reason."""

    reason: str | None = Field(default=None, min_length=1, max_length=2000)


class PairStanding(BaseModel):
    """Where a pair stands."""

    pair_id: UUID
    status: PairStatus
    accepted_by: tuple[Side, ...]


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


@router.get("/pairs")
async def list_pairs(
    look: Look,
    status: Annotated[PairStatus | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """The pairs that the person may see, a page at a time."""
    return await queries.pairs(look, policy.scope(look.who), status=status, after=after, limit=limit)


@router.get("/pairs/{pair_id}")
async def show_pair(pair_id: UUID, look: Look) -> dict[str, Any]:
    """One pair."""
    return await queries.pair(look, policy.scope(look.who), pair_id)


@router.post("/pairs/{pair_id}/acceptance")
async def accept(pair_id: UUID, body: Yes, ask: Ask) -> PairStanding:
    """Say yes to a proposal; the pair is confirmed when both sides have."""
    return PairStanding.model_validate(await ask.run(commands.accept(ask.who, pair_id, **body.model_dump())))


@router.post("/pairs/{pair_id}/refusal")
async def decline(pair_id: UUID, body: No, ask: Ask) -> PairStanding:
    """Say no to a proposal; these two are not proposed to each other again."""
    return PairStanding.model_validate(await ask.run(commands.decline(ask.who, pair_id, **body.model_dump())))
