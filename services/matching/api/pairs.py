"""Routes of pairs: who is proposed to whom, and what both sides answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.matching.api.parameters import After, Dated, Limit
from services.matching.commands import pairs as commands
from services.matching.commands.pairs import PairChanged, PairLock
from services.matching.domain.pairs import PAIR, PairAnswer, PairRefusal, PairStatus
from services.matching.queries import pairs as queries
from services.matching.queries.pairs import Pair
from shared.inputs.days import StepDay
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("matching")


@router.get("/pairs")
async def list_pairs(
    reader: ReaderDep,
    status: Annotated[PairStatus | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> list[Pair]:
    """List the pairs that the person may see, a page at a time."""
    return await queries.pairs(reader, status=status, after=after, limit=limit)


@router.get("/pairs/{pair_id}")
@has_version(PAIR, key="pair_id")
async def show_pair(pair_id: UUID, reader: ReaderDep) -> Pair:
    """Show one pair."""
    return await queries.pair(reader, pair_id)


@router.post("/pairs/{pair_id}/acceptance")
@has_version(PAIR, key="pair_id")
async def accept(pair_id: UUID, body: PairAnswer, caller: CallerDep) -> PairChanged:
    """Accept a proposal; the pair is confirmed when both sides have accepted."""
    return await caller.run(commands.accept(caller.who, pair_id, body), PairChanged)


@router.post("/pairs/{pair_id}/refusal")
@has_version(PAIR, key="pair_id")
async def decline(pair_id: UUID, body: PairRefusal, caller: CallerDep) -> PairChanged:
    """Decline a proposal; these two are not proposed to each other again."""
    return await caller.run(commands.decline(caller.who, pair_id, body), PairChanged)


@router.post("/pairs/{pair_id}/answer-withdrawal")
@has_version(PAIR, key="pair_id")
async def take_answer_back(pair_id: UUID, body: PairAnswer, caller: CallerDep) -> PairChanged:
    """Take back an answer, as long as the pair is not confirmed. After a refusal the next round may propose the two
    again.
    """
    return await caller.run(commands.take_answer_back(caller.who, pair_id, body), PairChanged)


@router.put("/pairs/{pair_id}/lock")
@has_version(PAIR, key="pair_id")
async def lock(pair_id: UUID, body: Dated, caller: CallerDep) -> PairLock:
    """Lock a pair: no round and no repair moves it, unless its school, offer or mentor leaves."""
    return await caller.run(commands.lock(caller.who, pair_id, on=body.on), PairLock)


@router.delete("/pairs/{pair_id}/lock")
@has_version(PAIR, key="pair_id")
async def unlock(pair_id: UUID, on: StepDay, caller: CallerDep) -> PairLock:
    """Unlock a pair: a repair may move it again."""
    return await caller.run(commands.unlock(caller.who, pair_id, on=on), PairLock)
