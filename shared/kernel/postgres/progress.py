"""The position that the read models of a service have reached, and functions that wait for a position."""

import asyncio

from shared.kernel.decider import DomainError
from shared.kernel.postgres import ACQUIRE_TIMEOUT, Connection, Pool

PATIENCE = 2.0
"""Seconds that a query waits for the position that its caller wants to see."""


class NotYet(DomainError):
    """A query's read model has not reached the wanted position."""

    status = 503


PROJECTED = """select coalesce(min(position), 0) from read_models r
    join cursors c on c.name = r.name || '@' || r.version where r.live"""
"""The query for the position that every live read model has reached."""


async def projected_position(connection: Connection) -> int:
    """Read the position that every live read model has reached."""
    return int(await connection.fetchval(PROJECTED))


async def wait_until_projected(
    connection: Connection, position: int, sentence: str, patience: float = PATIENCE
) -> None:
    """Wait, holding this connection, until every read model has reached a position.

    Raises `NotYet` with the sentence after `patience` seconds.
    """
    deadline = asyncio.get_running_loop().time() + patience
    while await projected_position(connection) < position:
        if asyncio.get_running_loop().time() > deadline:
            raise NotYet(sentence, retry_after=1)
        await asyncio.sleep(0.01)


async def wait_with_pool_until_projected(pool: Pool, position: int, patience: float = PATIENCE) -> None:
    """Wait until every read model has reached a position, and hold no connection between looks.

    Raises `NotYet` after `patience` seconds.
    """
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        async with pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection:
            if await projected_position(connection) >= position:
                return
        if asyncio.get_running_loop().time() > deadline:
            raise NotYet("What you have just changed is not shown yet; ask again in a moment.", retry_after=1)
        await asyncio.sleep(0.005)
