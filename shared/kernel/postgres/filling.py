"""Fill a new version of a read model from the stored events: fold in memory, copy the rows in large parts.

Three things happen at once: the next events are read, the events before them are folded, and the rows before those are
copied into the table. The table has no index until a row must be looked up in it, or all rows are there: an index built
over finished rows costs a third of one that grows. It has no row-level security yet, which would forbid COPY. Memory
use stays flat: if there are too many rows, all are written to the table, and a row is read again when an event changes
it. Where the read model keeps its past, its changes are held in place of its rows.
"""

import asyncio
import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from pydantic import BaseModel, ValidationError

from shared.kernel.postgres import Connection
from shared.kernel.postgres.rows import PostgresRows
from shared.kernel.readmodel import (
    Change,
    Fold,
    KeyOf,
    ReadModel,
    Version,
    fold_in_place,
    last_versions,
    versions_between,
)
from shared.kernel.records import RowKey

EVENTS = 2000
"""Events read at once; with more than fit into the buffers, the server would wait while the client folds."""
ROWS = 30_000
"""Rows, or changes of rows, in memory before they are written; as many again may be in the middle of a COPY. Some 60 MB
in all.
"""
WRITTEN_AGAIN = 10_000
"""Rows written in one statement where older rows may have to be replaced."""
ASKED_AFTER = 2
"""Turns of the event loop until a query is sent: one to write it, one to send it."""
WITHIN = 600.0
"""Seconds that a COPY, or an index over all rows, may take."""
SELDOM = 1_000_000
"""New objects until the garbage collector runs again: more than the rows that are held in memory."""

_EVENTS = """
    select position, tenant, type, schema_version, body::text from events
    where position > $1 and position <= $2 and type = any ($3) order by position limit $4"""


class _SeenKeys:
    """A Bloom filter of the keys that have occurred: never wrong about one that has, rarely about one that has not.

    Two bits a key of 32 million: with 250,000 keys it is wrong about one in 4,000, with a million about one in 300.
    """

    def __init__(self) -> None:
        self._bits = bytearray(1 << 22)

    def add(self, key: RowKey) -> bool:
        """Add a key; whether it may have occurred before."""
        digest = hash(key)
        one, other = digest & _LAST_BIT, digest >> 32 & _LAST_BIT
        bits = self._bits
        if bits[one >> 3] >> (one & 7) & bits[other >> 3] >> (other & 7) & 1:
            return True
        bits[one >> 3] |= 1 << (one & 7)
        bits[other >> 3] |= 1 << (other & 7)
        return False


_LAST_BIT = (1 << 25) - 1


@dataclass(slots=True)
class _Cell:
    """Holds a row, so that its key is looked up once: a look-up costs as much as a fold."""

    row: Any = None
    stored: bool = False
    """Whether the table may have an older row."""
    waiting: list[tuple[int, Fold, BaseModel]] | None = None
    """Folds to run once the row has been read from the table, with the positions of the events."""
    changes: list[Change] | None = None
    """The changes since the row was read or began, where the read model keeps its past."""

    def run(self, position: int, fold: Fold, event: BaseModel) -> bool:
        """Fold an event into the row; return whether a change came of it that is to be kept."""
        before, self.row = self.row, fold(self.row, event)
        if self.changes is None or self.row == before:
            return False
        self.changes.append((position, self.row))
        return True


_Reading = tuple[Callable[[str], BaseModel], KeyOf, Fold]
"""For a type and version of event: its decoder, its key, its fold."""


@dataclass
class TableFill:
    """Fills the table of one version of a read model, in a transaction of `connection`; `reader` reads the events.

    The table begins without key and indexes, and has them at the end.
    """

    reader: Connection
    connection: Connection
    model: ReadModel
    version: int
    cells: dict[RowKey, _Cell] = field(default_factory=dict)
    seen: _SeenKeys = field(default_factory=_SeenKeys)
    steps: dict[tuple[str, int], _Reading] = field(default_factory=dict)
    written: bool = False
    changed: int = 0
    copying: "asyncio.Task[Any] | None" = None
    keyed: bool = False

    async def up_to(self, last: int, progress: Callable[[int], None]) -> None:
        """Fold every event up to a position; call `progress` with each position reached."""
        reading = asyncio.create_task(self._read(0, last))
        try:
            with _collecting_seldom():
                while events := await reading:
                    position = events[-1]["position"]
                    reading = asyncio.create_task(self._read(position, last))
                    for _ in range(ASKED_AFTER):
                        await asyncio.sleep(0)
                    await self._fold(events)
                    progress(position)
                await self._write()
                await self._copied()
        finally:
            for task in (reading, self.copying):
                if task is not None:
                    task.cancel()
                    await asyncio.wait([task])
        await self._key()
        for statement in self.model.index_statements(self.version):
            await self.connection.execute(statement, timeout=WITHIN)

    async def _read(self, after: int, last: int) -> Sequence[asyncpg.Record]:
        types = list(self.model.catalogue.classes)
        return await self.reader.fetch(_EVENTS, after, last, types, EVENTS, timeout=WITHIN)

    async def _fold(self, events: Sequence[asyncpg.Record]) -> None:
        cells, seen, steps, keeps_past = self.cells, self.seen, self.steps, self.model.keeps_past
        again: dict[RowKey, _Cell] = {}
        for position, tenant, type_, version, body in events:
            read, key_of, fold = steps.get((type_, version)) or self._step(type_, version)
            try:
                event = read(body)
            except ValidationError:  # it quotes the body; the error of `decode` says only where the fault is
                event = self.model.catalogue.decode(type_, version, body)
            key = (tenant, *key_of(event))
            cell = cells.get(key)
            if cell is None:
                cells[key] = cell = _Cell(changes=[] if keeps_past else None)
                if seen.add(key) and self.written:
                    again[key] = cell
                    cell.stored, cell.waiting = True, []
            if cell.waiting is not None:
                cell.waiting.append((position, fold, event))
            elif keeps_past:
                self.changed += cell.run(position, fold, event)
            else:
                cell.row = fold(cell.row, event)
        if again:
            await self._catch_up(again)
        if max(len(cells), self.changed) > ROWS:
            await self._write()

    def _step(self, type_: str, version: int) -> _Reading:
        """Fold in place, as nobody else has the rows yet; but if the past is kept, a row stays as it was."""
        step = self.model.on[self.model.catalogue.classes[type_]]
        fold = step.fold if self.model.keeps_past else fold_in_place(step.fold)
        known = self.model.catalogue.reader(type_, version), step.key, fold
        self.steps[type_, version] = known
        return known

    async def _catch_up(self, cells: dict[RowKey, _Cell]) -> None:
        """Read rows back from the table, and run the folds that waited for them."""
        await self._key()
        rows = await self._table.read_rows(self.model, self.version, list(cells))
        for key, cell in cells.items():
            cell.row = rows.get(key)
            for waiting in cell.waiting or ():
                self.changed += cell.run(*waiting)
            cell.waiting = None

    @property
    def _table(self) -> PostgresRows:
        return PostgresRows(self.connection)

    async def _write(self) -> None:
        """Begin to copy the rows into the table, once the last copy has ended."""
        await self._copied()
        cells, self.cells, keeps_past = self.cells, {}, self.model.keeps_past
        self.written, self.changed = True, 0
        new: list[tuple[RowKey, Any]] = []
        again: list[tuple[RowKey, Any]] = []
        for key, cell in cells.items():
            if not keeps_past or cell.changes:
                (again if cell.stored else new).append((key, cell.changes if keeps_past else cell.row))
        if again:
            await self._key()
        write = self._table.write_changes if keeps_past else self._table.write_rows
        for first in range(0, len(again), WRITTEN_AGAIN):
            await write(self.model, self.version, dict(again[first : first + WRITTEN_AGAIN]))
        self.copying = asyncio.create_task(self._copy(new))

    async def _copy(self, new: Sequence[tuple[RowKey, Any]]) -> None:
        model, version = self.model, self.version
        if not model.keeps_past:
            await self._copy_into(model.table(version), model.columns, ((key, row, ()) for key, row in new))
            return
        changes = dict(new)
        await self._copy_into(model.table(version), model.table_columns, last_versions(changes))
        await self._copy_into(model.past_table(version), model.past_columns, versions_between(changes))

    async def _copy_into(self, name: str, columns: Iterable[str], versions: Iterable[Version]) -> None:
        schema, _, table = name.partition(".")
        await self.connection.copy_records_to_table(
            table,
            schema_name=schema,
            columns=list(columns),
            records=self.model.as_tuples(version for version in versions if version[1] is not None),
            timeout=WITHIN,
        )

    async def _copied(self) -> None:
        copying, self.copying = self.copying, None
        if copying is not None:
            await copying

    async def _key(self) -> None:
        """Make rows findable: wait for the copy, and give the table its key."""
        await self._copied()
        if not self.keyed:
            self.keyed = True
            await self.connection.execute(self.model.key_statement(self.version), timeout=WITHIN)


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Run the garbage collector rarely: rows and events form no cycles, and looking for them doubles the time."""
    before = gc.get_threshold()
    gc.set_threshold(SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
