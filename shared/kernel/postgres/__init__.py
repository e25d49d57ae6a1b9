"""Connections to one service's database."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from pydantic_core import from_json, to_json

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection | PoolConnectionProxy
    Pool = asyncpg.Pool

TRANSIENT: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.InvalidCachedStatementError,
)
"""Errors of a database that is away, busy, full or stopping: the same call may well succeed later."""


ACQUIRED_WITHIN = 5.0
"""Seconds that a request waits for a free connection; then the service is too busy, and says so."""


async def open_pool(url: str, *, size: int) -> Pool:
    """A pool of at most `size` connections; JSON columns are Python values, each statement may take 30 seconds.

    Whatever is set or locked on one of its connections belongs to a transaction, and ends with it: what a connection
    is given back with, is not cleaned up by one more statement.
    """
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        init=_speak_json,
        reset=_left_as_it_is,
        command_timeout=30,
        timeout=5,
        connection_class=_Dated,
    )


async def connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """A single connection with the same codecs."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(url, timeout=5, connection_class=_Dated)
    await _speak_json(connection)
    return connection


class _Dated(asyncpg.Connection):
    """A connection that knows when it was opened."""

    __slots__ = ("opened_at",)

    def __init__(self, *of: Any, **named: Any) -> None:
        super().__init__(*of, **named)
        self.opened_at = asyncio.get_running_loop().time()


def opened_at(connection: Connection) -> float:
    """When a connection was opened, by the clock of the event loop.

    No connection outlives its database: what was read since then, on this one or another, is of the same database.
    """
    found: float = connection.opened_at  # type: ignore[union-attr]  # every connection of ours has it
    return found


async def _left_as_it_is(connection: Connection) -> None:
    """Nothing: a transaction that was left open has been rolled back by now."""


async def _speak_json(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        # the binary form of jsonb is a version byte and the text; what is bytes is that text already
        encoder=lambda value: b"\x01" + (value if isinstance(value, bytes) else to_json(value)),
        decoder=lambda value: from_json(value[1:]),
        format="binary",
    )


@asynccontextmanager
async def tenant_transaction(pool: Pool, tenants: Iterable[str]) -> AsyncIterator[Connection]:
    """A transaction that has named its tenants; without it row-level security shows nothing.

    Each statement in it is planned for its values: a plan for all values, which PostgreSQL keeps after a few calls,
    reads a whole partnership for one mentor, because a lead asks with the same words.
    """
    async with pool.acquire(timeout=ACQUIRED_WITHIN) as connection, connection.transaction():
        await name_tenants(connection, tenants)
        await connection.execute("set local plan_cache_mode = 'force_custom_plan'")
        yield connection


async def name_tenants(connection: Connection, tenants: Iterable[str]) -> None:
    """Name the tenants of the running transaction."""
    await connection.execute("select set_config('alongside.tenants', $1, true)", ",".join(sorted(set(tenants))))
