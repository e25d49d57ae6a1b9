"""The read models' rows of one partnership at one moment, for the API in a session and for the worker in a task.

The worker's database role reads the rows of every partnership, because it projects them all: row-level security alone
would not confine a round that it solves. So every select here names its tenant itself.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, TypeVar, get_type_hints

from pydantic import TypeAdapter

from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.readmodel import Row, unwrap_hint

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class OwnRows:
    """A connection whose transaction has named one partnership."""

    connection: Connection

    async def all(self, row: type[R], table: str, condition: str = "", *arguments: object) -> list[R]:
        """Return the partnership's rows of a read model, as this row class; the fields of the class are columns.

        `condition` continues a `where` clause, as in `and offer_id = $1 order by starts_on`.
        """
        columns = ", ".join(field.name for field in fields(row))
        records = await self.connection.fetch(
            f"select {columns} from {table} where tenant = any ((select named_tenants())::text[]) {condition}",
            *arguments,
        )
        nested = _nested(row)
        made = []
        for record in records:
            values = dict(record)
            for name, adapter in nested:
                values[name] = adapter.validate_python(values[name])
            made.append(row(**values))
        return made


@cache
def _nested(row: type[Row]) -> tuple[tuple[str, TypeAdapter[Any]], ...]:
    # JSON gives lists and texts where a row has tuples, ids and dates
    hints = get_type_hints(row)
    return tuple((name, TypeAdapter(hint)) for name, hint in hints.items() if unwrap_hint(hint) in (tuple, dict))


@asynccontextmanager
async def snapshot(connection: Connection, tenant: str) -> AsyncIterator[OwnRows]:
    """Read the partnership's rows as they are at one moment.

    Within a transaction that has begun already each statement sees a moment of its own, which does no harm: a round
    that allocates capacity in between makes the append fail.
    """
    outermost = not connection.is_in_transaction()
    async with connection.transaction(isolation="repeatable_read" if outermost else None, readonly=outermost):
        await name_tenants(connection, [tenant])
        yield OwnRows(connection)
