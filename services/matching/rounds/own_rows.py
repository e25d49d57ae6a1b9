"""One moment of a partnership's own rows, whoever asks: the API in a session, or the worker within a task.

The worker's role reads every partnership's rows, since it projects them all; row-level security alone would not keep a
round that it solves to one of them. So every read table is looked at through its own partnership's part of it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from services.matching.projections import READ_MODELS
from shared.kernel.postgres import Connection, name_tenants

_OWN = ", ".join(
    f"{model.name} as (select * from {model.name} where tenant = any ((select named_tenants())::text[]))"
    for model in READ_MODELS
)
"""Each read table under its name, but only the named tenants' part of it."""


@dataclass(frozen=True, slots=True)
class OwnRows:
    """A connection on which the read tables hold nobody else's rows."""

    connection: Connection

    async def fetch(self, select: str, *arguments: Any) -> Sequence[asyncpg.Record]:
        """The rows of a select, whose own `with`, if it has one, goes on from the read tables."""
        begins = select.lstrip()
        rest = f", {begins[len('with ') :]}" if begins.lower().startswith("with ") else f" {select}"
        return await self.connection.fetch(f"with {_OWN}{rest}", *arguments)


@asynccontextmanager
async def moment(connection: Connection, tenant: str) -> AsyncIterator[OwnRows]:
    """The partnership's rows as they are at one moment.

    Within a transaction that has begun already each statement has a moment of its own, which does no harm: whoever
    gives out capacity in between makes the append fail.
    """
    outermost = not connection.is_in_transaction()
    async with connection.transaction(isolation="repeatable_read" if outermost else None, readonly=outermost):
        await name_tenants(connection, [tenant])
        yield OwnRows(connection)
