"""Filling a new version of a read model from what is stored: folded in memory, copied in large parts.

Memory stays flat however many rows there are: when there are too many, all are written, and read again should an event
come for one of them. The table has no row-level security yet, which would forbid COPY.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from pydantic import BaseModel

from shared.kernel.postgres import Connection
from shared.kernel.postgres.rows import PostgresRows
from shared.kernel.readmodel import ReadModel
from shared.kernel.store import RowKey

EVENTS = 5000
"""Events read at once."""
ROWS = 50_000
"""Rows in memory before they are written; some 50 MB with the events that come in meanwhile."""
WRITTEN_AGAIN = 10_000
"""Rows written at once where there may be older ones in their place."""
WITHIN = 600.0
"""Seconds that a COPY may take."""

_EVENTS = """
    select position, tenant, type, schema_version, body::text from events
    where position > $1 and position <= $2 and type = any ($3) order by position limit $4"""


class _Written:
    """The keys of rows that may be in the table: right about all that are, wrong about one in thirty that are not."""

    def __init__(self) -> None:
        self._bits = bytearray(4 * 1024 * 1024)

    def add(self, key: RowKey) -> None:
        place = hash(key) % (8 * len(self._bits))
        self._bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, key: RowKey) -> bool:
        place = hash(key) % (8 * len(self._bits))
        return bool(self._bits[place >> 3] & 1 << (place & 7))


@dataclass
class Filling:
    """One version of a read model, on its way from empty to a position, in a transaction of the connection.

    Events are read by the `reader`, the next ones while these are folded.
    """

    reader: Connection
    connection: Connection
    model: ReadModel
    version: int
    rows: dict[RowKey, Any] = field(default_factory=dict)
    written: _Written | None = None

    async def up_to(self, last: int, progress: Callable[[int], None]) -> None:
        """Take in every event up to this position; `progress` is told the position reached."""
        decode = self.model.catalogue.decode
        reading = asyncio.create_task(self._read(0, last))
        try:
            while events := await reading:
                position = events[-1]["position"]
                reading = asyncio.create_task(self._read(position, last))
                await asyncio.sleep(0)  # lets it ask
                await self._fold([(tenant, decode(type_, version, body)) for _, tenant, type_, version, body in events])
                progress(position)
        finally:
            reading.cancel()
            await asyncio.wait([reading])
        await self._write()

    async def _read(self, after: int, last: int) -> Sequence[asyncpg.Record]:
        types = list(self.model.catalogue.classes)
        return await self.reader.fetch(_EVENTS, after, last, types, EVENTS, timeout=WITHIN)

    async def _fold(self, events: Sequence[tuple[str, BaseModel]]) -> None:
        rows, steps = self.rows, self.model.on
        keyed = [((tenant, *steps[type(event)].key(event)), event) for tenant, event in events]
        if self.written is not None:
            missing = [key for key in {key for key, _ in keyed} if key not in rows and key in self.written]
            if missing:
                rows |= await PostgresRows(self.connection).read_rows(self.model, self.version, missing)
        for key, event in keyed:
            rows[key] = steps[type(event)].fold(rows.get(key), event)
        if len(rows) > ROWS:
            await self._write()

    async def _write(self) -> None:
        if self.written is None:
            self.written, again = _Written(), []
        else:
            again = [key for key in self.rows if key in self.written]
        for first in range(0, len(again), WRITTEN_AGAIN):
            part = {key: self.rows.pop(key) for key in again[first : first + WRITTEN_AGAIN]}
            await PostgresRows(self.connection).write_rows(self.model, self.version, part)
        schema, _, table = self.model.table(self.version).partition(".")
        await self.connection.copy_records_to_table(
            table,
            schema_name=schema,
            columns=list(self.model.columns),
            records=list(self.model.records({key: row for key, row in self.rows.items() if row is not None})),
            timeout=WITHIN,
        )
        for key in self.rows:
            self.written.add(key)
        self.rows.clear()
