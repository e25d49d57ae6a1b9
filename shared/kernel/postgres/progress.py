"""How far the read models of a service are, and waiting until they have reached a position."""

import asyncio

from shared.kernel.decider import DomainError
from shared.kernel.postgres import ACQUIRED_WITHIN, Connection, Pool

PATIENCE = 2.0
"""Seconds that a query waits for the position that its caller wants to see."""


class NotYet(DomainError):
    """A query's read model has not reached the wanted position."""

    status = 503


async def projected(connection: Connection) -> int:
    """The position that every live read model has reached."""
    return int(
        await connection.fetchval(
            """select coalesce(min(position), 0) from read_models r
               join cursors c on c.name = r.name || '@' || r.version where r.live"""
        )
    )


async def written_up(connection: Connection, position: int, sentence: str, patience: float = PATIENCE) -> None:
    """Wait on a connection of one's own until every read model has reached a position.

    Raises `NotYet` with the sentence after `patience` seconds.
    """
    deadline = asyncio.get_running_loop().time() + patience
    while await projected(connection) < position:
        if asyncio.get_running_loop().time() > deadline:
            raise NotYet(sentence, retry_after=1)
        await asyncio.sleep(0.01)


async def until_projected(pool: Pool, position: int, patience: float = PATIENCE) -> None:
    """Return once every read model has reached a position; raises `NotYet` after `patience` seconds."""
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        async with pool.acquire(timeout=ACQUIRED_WITHIN) as connection:
            if await projected(connection) >= position:
                return
        if asyncio.get_running_loop().time() > deadline:
            raise NotYet("What you have just changed is not shown yet; ask again in a moment.", retry_after=1)
        await asyncio.sleep(0.005)
