"""PostgreSQL: connections to a service's database, and the errors after which a repetition may succeed."""

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

TRANSIENT_ERRORS: tuple[type[BaseException], ...] = (
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
"""Errors of a database that is away, busy, full or stopping: the same call may succeed later."""


ACQUIRE_TIMEOUT = 5.0
"""Seconds that a request waits for a free connection before it is refused."""


async def open_pool(url: str, *, size: int) -> Pool:
    """Open a pool of at most `size` connections; JSON columns are Python values, each statement may take 30 seconds.

    Settings and locks must be those of a transaction, which ends them: the pool does not reset a connection that is
    given back, because that would be one more statement.
    """
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        init=_set_json_codec,
        reset=_no_reset,
        command_timeout=30,
        timeout=5,
        connection_class=_TimedConnection,
    )


async def connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Open a single connection with the same codecs."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
        url, timeout=5, connection_class=_TimedConnection
    )
    await _set_json_codec(connection)
    return connection


class _TimedConnection(asyncpg.Connection):
    """A connection that records when it was opened."""

    __slots__ = ("opened_at",)

    def __init__(self, *of: Any, **named: Any) -> None:
        super().__init__(*of, **named)
        self.opened_at = asyncio.get_running_loop().time()


def opened_at(connection: Connection) -> float:
    """When a connection was opened, by the clock of the event loop.

    No connection outlives its database, so everything read since then, on any connection, was in the same database.
    """
    moment: float = connection.opened_at  # type: ignore[union-attr]  # every connection of ours has it
    return moment


async def _no_reset(connection: Connection) -> None:
    """Do nothing: asyncpg has rolled back a transaction that was left open."""


async def _set_json_codec(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        # the binary form of jsonb is a version byte and the text; bytes are that text already
        encoder=lambda value: b"\x01" + (value if isinstance(value, bytes) else to_json(value)),
        decoder=lambda value: from_json(value[1:]),
        format="binary",
    )


@asynccontextmanager
async def tenant_transaction(pool: Pool, tenants: Iterable[str]) -> AsyncIterator[Connection]:
    """Open a transaction that has named its tenants; without a name row-level security shows no rows.

    Each statement in it is planned for its values. The generic plan that PostgreSQL would keep after a few calls reads
    a whole partnership for one mentor, because a lead sends the same statement.
    """
    async with pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection, connection.transaction():
        await name_tenants(connection, tenants)
        await connection.execute("set local plan_cache_mode = 'force_custom_plan'")
        yield connection


async def name_tenants(connection: Connection, tenants: Iterable[str]) -> None:
    """Name the tenants of the running transaction: row-level security then shows their rows."""
    await connection.execute("select set_config('alongside.tenants', $1, true)", ",".join(sorted(set(tenants))))
