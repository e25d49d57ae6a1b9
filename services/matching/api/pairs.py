"""Routes of pairs: who was proposed to whom, and what they said."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.matching import policy
from services.matching.api.parameters import After, Body, Limit
from services.matching.commands import pairs as commands
from services.matching.queries import pairs as queries
from shared.events.words import Side
from shared.kernel.http.context import CallerDep, ReaderDep

router = APIRouter(tags=["matching"])

PairStatus = Literal["proposed", "confirmed", "declined", "lapsed", "withdrawn"]


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


class PairLock(PairStanding):
    """Where a pair stands, and whether it is to stay as it is."""

    locked: bool


class Dated(Body):
    """The day from which it counts."""

    on: date


@router.get("/pairs")
async def list_pairs(
    reader: ReaderDep,
    status: Annotated[PairStatus | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """The pairs that the person may see, a page at a time."""
    return await queries.pairs(reader, policy.scope(reader.who), status=status, after=after, limit=limit)


@router.get("/pairs/{pair_id}")
async def show_pair(pair_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """One pair."""
    return await queries.pair(reader, policy.scope(reader.who), pair_id)


@router.post("/pairs/{pair_id}/acceptance")
async def accept(pair_id: UUID, body: Yes, caller: CallerDep) -> PairStanding:
    """Say yes to a proposal; the pair is confirmed when both sides have."""
    return PairStanding.model_validate(await caller.run(commands.accept(caller.who, pair_id, **body.model_dump())))


@router.post("/pairs/{pair_id}/refusal")
async def decline(pair_id: UUID, body: No, caller: CallerDep) -> PairStanding:
    """Say no to a proposal; these two are not proposed to each other again."""
    return PairStanding.model_validate(await caller.run(commands.decline(caller.who, pair_id, **body.model_dump())))


@router.put("/pairs/{pair_id}/lock")
async def lock(pair_id: UUID, body: Dated, caller: CallerDep) -> PairLock:
    """Keep a pair as it is: no round and no repair moves it, unless its school, offer or mentor leaves."""
    return PairLock.model_validate(await caller.run(commands.lock(caller.who, pair_id, on=body.on)))


@router.delete("/pairs/{pair_id}/lock")
async def unlock(pair_id: UUID, on: date, caller: CallerDep) -> PairLock:
    """Let a repair move the pair again."""
    return PairLock.model_validate(await caller.run(commands.unlock(caller.who, pair_id, on=on)))
