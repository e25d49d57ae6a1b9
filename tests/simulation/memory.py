"""A store in memory that does what PostgreSQL does, hazards included: the same abstract suite runs over both.

Read committed: a statement sees what is committed when it runs, and what its own transaction has done. Row locks wait,
cursors are skipped when held, positions are drawn from a sequence at the insert and become visible at the commit. A
connection may break at any await; what the server then makes of the transaction is known later, or never.
"""

import asyncio
from bisect import insort
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import to_json

from shared.events.catalogue import type_of, version_of
from shared.kernel.decider import DomainError
from shared.kernel.decider import DomainError
from shared.kernel.parking import Parked
from shared.kernel.personal import Erased, seal, subjects_of
from shared.kernel.readmodel import ReadModel, Row
from shared.kernel.store import (
    Appended,
    Conflict,
    Cursor,
    Decided,
    Kept,
    Key,
    KeyReused,
    Mark,
    New,
    Place,
    Recorded,
    RowKey,
    Stored,
    StreamOf,
)
from tests.simulation.loop import HERE, Node

START = datetime(2026, 9, 14, 9, tzinfo=UTC)


class Away(ConnectionError):
    """The connection broke."""


class Crosswise(RuntimeError):
    """Two transactions wait for each other; the server ends one."""


class Aborted(RuntimeError):
    """A statement in a transaction that has failed already."""


class Way(Protocol):
    """The way from a node to a server: it takes time, and things happen on it."""

    async def hop(self, what: str) -> None:
        """One request on its way, or its answer; raises `Away` when the connection breaks."""
        ...

    async def pause(self) -> None:
        """Time that the server takes inside of a statement."""
        ...

    def ghost(self) -> tuple[float, bool]:
        """After a break: seconds until the server notices, and whether it had been asked to commit before."""
        ...

    def flight(self) -> float:
        """Seconds that a message to the log is on its way."""
        ...

    def part(self, number: int) -> int:
        """How many of so many messages arrive together; at least one."""
        ...


class Direct:
    """A way on which nothing happens but that others have their turn."""

    async def hop(self, what: str) -> None:
        await asyncio.sleep(0)

    async def pause(self) -> None:
        await asyncio.sleep(0)

    def ghost(self) -> tuple[float, bool]:
        return 0.0, False

    def flight(self) -> float:
        return 0.001

    def part(self, number: int) -> int:
        return number


@dataclass(frozen=True)
class Snapshot:
    """A backup: all that was committed at one moment."""

    tables: Mapping[str, Mapping[Any, Any]]
    events: Sequence[Recorded[str]]
    drawn: Mapping[str, int]


class Database:
    """The server: what is committed, what runs, and who holds which lock.

    `lock` and `compare_and_set` are the protections inside of `append`; without them it shows the hazards.
    """

    def __init__(self, *, lock: bool = True, compare_and_set: bool = True) -> None:
        self.lock = lock
        self.compare_and_set = compare_and_set
        self.tables: defaultdict[str, dict[Any, Any]] = defaultdict(dict)
        self.events: list[Recorded[str]] = []
        self.streams: dict[StreamOf, list[Recorded[str]]] = {}
        self.drawn: dict[str, int] = {}
        self.running: dict[MemoryTransaction, None] = {}
        self.owners: dict[object, MemoryTransaction] = {}
        self.waiting: dict[object, list[asyncio.Future[None]]] = {}
        self.committed: Callable[[MemoryTransaction], None] = lambda _: None

    def now(self) -> datetime:
        """Recorded time: that of the loop."""
        return START + timedelta(seconds=asyncio.get_running_loop().time())

    def draw(self, sequence: str) -> int:
        """The next number; it is gone even when its transaction is rolled back."""
        self.drawn[sequence] = self.drawn.get(sequence, 0) + 1
        return self.drawn[sequence]

    def end(self, transaction: "MemoryTransaction", *, commit: bool) -> None:
        """Commit or roll back, and let go of the locks; once."""
        if transaction not in self.running:
            return
        del self.running[transaction]
        if commit and not transaction.failed:
            for (table, key), value in transaction.writes.items():
                if value is None:
                    self.tables[table].pop(key, None)
                else:
                    self.tables[table][key] = value
            for event in transaction.events:
                insort(self.events, event, key=attrgetter("position"))
                self.streams.setdefault((event.tenant, event.stream), []).append(event)
            self.committed(transaction)
        for lock in transaction.held:
            del self.owners[lock]
            self._wake(lock)

    def _wake(self, lock: object) -> None:
        for waiter in self.waiting.pop(lock, ()):
            if not waiter.done():
                waiter.set_result(None)

    def disconnect(self, node: Node, *, commit: bool) -> None:
        """A node is gone: what it had asked to commit is committed or not, all else is rolled back."""
        for transaction in [one for one in self.running if one.node is node]:
            self.end(transaction, commit=commit and transaction.committing)

    def snapshot(self) -> Snapshot:
        """A backup of now."""
        return Snapshot({name: dict(rows) for name, rows in self.tables.items()}, tuple(self.events), dict(self.drawn))

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a backup; every connection breaks."""
        for transaction in list(self.running):
            self.end(transaction, commit=False)
        self.tables = defaultdict(dict, {name: dict(rows) for name, rows in snapshot.tables.items()})
        self.events = list(snapshot.events)
        self.drawn = dict(snapshot.drawn)
        self.streams = {}
        for event in self.events:
            self.streams.setdefault((event.tenant, event.stream), []).append(event)

    def make_cursor(self, name: str) -> None:
        """A cursor at the beginning, where there is none."""
        self.tables["cursors"].setdefault(name, 0)

    def make(self, model: ReadModel, version: int = 1) -> None:
        """A read model's live version, empty."""
        self.tables["read_models"][model.name] = (version, model.definition)
        self.make_cursor(model.cursor(version))


class MemoryTransaction:
    """One transaction, as its client and as the server see it."""

    broken_by: tuple[type[BaseException], ...] = (Away, Crosswise, Aborted)

    def __init__(self, database: Database, way: Way) -> None:
        self.database = database
        self.node = HERE.get()
        self.writes: dict[tuple[str, Any], Any] = {}
        self.events: list[Recorded[str]] = []
        self.held: list[object] = []
        self.waits_for: object = None
        self.failed = False
        self.broken = False
        self.committing = False
        self._way = way

    async def __aenter__(self) -> "MemoryTransaction":
        await self._way.hop("begin")
        self.database.running[self] = None
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.broken:
            return
        if kind is not None:
            self.database.end(self, commit=False)
            return
        self.committing = True
        await self._statement("commit", in_failed=True)  # PostgreSQL takes it then, and rolls back
        self.database.end(self, commit=True)
        await self._way.hop("committed")

    async def _statement(self, what: str, *, in_failed: bool = False) -> None:
        try:
            await self._way.hop(what)
        except Away:
            self._break()
            raise
        if self.broken or self not in self.database.running:
            raise Away("the server ended this connection")
        if self.failed and not in_failed:
            raise Aborted

    def _break(self) -> None:
        """The client knows at once; the server later, and until then the locks stay."""
        loop = asyncio.get_running_loop()
        self.broken = True
        delay, heard = self._way.ghost()
        commit = self.committing and heard
        self.failed = self.failed or not commit
        loop.call_later(delay, lambda: self.database.end(self, commit=commit), context=Context())

    async def _lock(self, lock: object) -> None:
        database = self.database
        while (owner := database.owners.get(lock)) is not self:
            if owner is None:
                if self not in database.running:
                    raise Away("the server ended this connection")
                database.owners[lock] = self
                self.held.append(lock)
                return
            if self._is_waited_for_by(owner):
                self.failed = True
                raise Crosswise(str(lock))
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            database.waiting.setdefault(lock, []).append(waiter)
            self.waits_for = lock
            try:
                await waiter
            finally:
                self.waits_for = None

    def _is_waited_for_by(self, other: "MemoryTransaction") -> bool:
        seen = other
        while seen.waits_for is not None:
            owner = self.database.owners.get(seen.waits_for)
            if owner is None:
                return False
            if owner is self:
                return True
            seen = owner
        return False

    def _get(self, table: str, key: object) -> Any:
        if (table, key) in self.writes:
            return self.writes[table, key]
        return self.database.tables[table].get(key)

    def _put(self, table: str, key: object, value: object) -> None:
        self.writes[table, key] = value

    def _rows(self, table: str) -> dict[Any, Any]:
        own = {key: value for (name, key), value in self.writes.items() if name == table}
        return {key: value for key, value in (self.database.tables[table] | own).items() if value is not None}

    # events

    async def append(
        self, new: Sequence[New], expected: Mapping[StreamOf, int | None], key: Key | None = None
    ) -> Appended:
        (outcome,) = await self.append_each([Decided(new, expected, key)])
        if isinstance(outcome, Exception):
            self.failed = True
            raise outcome
        return outcome

    async def append_each(self, group: Sequence[Decided]) -> list[Appended | DomainError | Conflict]:
        """Several commands at once: keys, sorted; streams, sorted; then the lock and the insert."""
        await self._statement("append")
        outcomes: dict[int, Appended | DomainError | Conflict] = {}
        bodies: dict[int, list[str]] = {}
        for nth, one in enumerate(group):
            try:
                bodies[nth] = await self._sealed(one.new)
            except Erased as error:
                outcomes[nth] = error
        keys = [(key.tenant, key.actor, key.key, nth) for nth, one in enumerate(group) if (key := one.key) is not None]
        for *_, nth in sorted(keys):
            if nth not in outcomes and (kept := await self._claim(group[nth].key)) is not None:
                outcomes[nth] = kept
        before = await self._compare_and_set(group, outcomes)
        await self._way.pause()
        if self.database.lock and before:
            await self._lock("append")
        for nth, one in enumerate(group):
            if nth not in outcomes:
                outcomes[nth] = self._insert(one, bodies[nth], before)
        await self._way.pause()
        return [outcomes[nth] for nth in range(len(group))]

    async def _claim(self, key: Key) -> Appended | KeyReused | None:
        row = (key.tenant, key.actor, key.key)
        if self._get("answers", row) is None:
            await self._lock(("answers", row))  # waits for a command with the same key that has not committed yet
        kept: Kept | None = self._get("answers", row)
        if kept is None:
            return None
        if kept.digest != key.digest:
            return KeyReused("This Idempotency-Key came before with another body; use a new key.")
        return Appended(kept.position, kept.answer, replayed=True)

    async def _compare_and_set(
        self, group: Sequence[Decided], outcomes: dict[int, Appended | DomainError | Conflict]
    ) -> dict[StreamOf, int]:
        """The version of each stream before; whoever was decided on another one conflicts, and moves nothing."""
        wanted = {
            (item.tenant, item.stream): nth
            for nth, one in enumerate(group)
            if nth not in outcomes
            for item in one.new
        }
        before: dict[StreamOf, int] = {}
        for stream in sorted(wanted):
            await self._lock(("streams", stream))
            before[stream] = self._get("streams", stream) or 0
        if self.database.compare_and_set:
            for stream, nth in wanted.items():
                if group[nth].expected[stream] not in (before[stream], None):
                    outcomes[nth] = Conflict()
        return {stream: version for stream, version in before.items() if wanted[stream] not in outcomes}

    def _insert(self, one: Decided, bodies: Sequence[str], before: dict[StreamOf, int]) -> Appended:
        last: int | None = None
        for item, body in zip(one.new, bodies, strict=True):
            stream = (item.tenant, item.stream)
            before[stream] += 1
            last = self.database.draw("positions")
            self.events.append(self._recorded(last, item, before[stream], body))
            self._put("streams", stream, before[stream])
        if one.key is not None:
            kept = Kept(one.key.digest, last, one.key.answer)
            self._put("answers", (one.key.tenant, one.key.actor, one.key.key), kept)
        return Appended(last, one.key.answer if one.key else None, replayed=False)

    def _recorded(self, position: int, item: New, version: int, body: str) -> Recorded[str]:
        return Recorded(
            position=position,
            id=item.id,
            tenant=item.tenant,
            stream=item.stream,
            version=version,
            type=type_of(item.event),
            schema_version=version_of(item.event),
            body=body,
            happened_on=item.event.happened_on,  # type: ignore[attr-defined]  # every event has it
            recorded_at=self.database.now(),
            cause=item.cause,
        )

    async def _sealed(self, new: Sequence[New]) -> list[str]:
        bodies = []
        for item in new:
            keys: dict[str, AESGCM] = {}
            for subject in sorted(subjects_of(item.event)):
                key = self._get("subject_keys", (item.tenant, subject))
                if key is None:
                    await self._lock(("subject_keys", (item.tenant, subject)))
                    key = self._get("subject_keys", (item.tenant, subject)) or AESGCM(AESGCM.generate_key(256))
                    self._put("subject_keys", (item.tenant, subject), key)
                if key == "destroyed":
                    raise Erased("This person's record was erased; nothing personal can be added to it.")
                keys[subject] = key
            bodies.append(to_json(seal(item.event, item.id, keys)).decode())
        return bodies

    async def read_streams(self, streams: Sequence[StreamOf]) -> list[Stored]:
        await self._statement("read streams")
        return [
            Stored(event.tenant, event.stream, event.version, event.type, event.schema_version, event.body)
            for stream in sorted(set(streams))
            for event in (
                *self.database.streams.get(stream, ()),
                *(own for own in self.events if (own.tenant, own.stream) == stream),
            )
        ]

    async def read_after(self, position: int, limit: int) -> list[Recorded[str]]:
        await self._statement("read after")
        committed = self.database.events
        seen = sorted((*committed, *self.events), key=attrgetter("position")) if self.events else committed
        return [event for event in seen if event.position > position][:limit]

    async def head(self) -> int:
        await self._statement("head")
        return max((event.position for event in (*self.database.events[-1:], *self.events)), default=0)

    # followers

    async def hold_cursor(self, name: str, definition: str | None = None) -> Cursor | None:
        await self._statement("hold cursor")
        if definition is not None:
            version, current = self._get("read_models", name) or (0, None)
            if current != definition:
                return None
            name = f"{name}@{version}"
        if self._get("cursors", name) is None or self.database.owners.get(("cursors", name), self) is not self:
            return None
        await self._lock(("cursors", name))
        return Cursor(name, self._get("cursors", name))

    async def move_cursor(self, name: str, position: int) -> None:
        await self._statement("move cursor")
        await self._lock(("cursors", name))
        self._put("cursors", name, position)

    async def read_rows(self, model: ReadModel, version: int, keys: Sequence[RowKey]) -> dict[RowKey, Row]:
        await self._statement("read rows")
        table = model.table(version)
        return {key: row for key in keys if (row := self._get(table, key)) is not None}

    async def write_rows(self, model: ReadModel, version: int, rows: Mapping[RowKey, Row | None]) -> None:
        await self._statement("write rows")
        table = model.table(version)
        for key, row in rows.items():
            await self._lock((table, key))
            self._put(table, key, row)

    # consumers

    async def hold_marks(self, consumer: str, places: Collection[Place]) -> dict[Place, Mark]:
        await self._statement("hold marks")
        held = {}
        for place in sorted(places):
            await self._lock(("high_water", (consumer, place)))
            held[place] = self._get("high_water", (consumer, place)) or Mark(0)
            self._put("high_water", (consumer, place), held[place])
        return held

    async def hold_topic(self, consumer: str, topic: str) -> None:
        await self._statement("hold topic")
        for _, place in sorted(key for key in self.database.tables["high_water"] if key[0] == consumer):
            if place.topic == topic:
                await self._lock(("high_water", (consumer, place)))

    async def move_marks(self, consumer: str, marks: Mapping[Place, Mark]) -> None:
        await self._statement("move marks")
        for place in sorted(marks):
            await self._lock(("high_water", (consumer, place)))
            if marks[place] > self._get("high_water", (consumer, place)):
                self._put("high_water", (consumer, place), marks[place])

    async def park(self, parked: Parked) -> bool:
        await self._statement("park")
        if parked.sequence is None:
            once = (parked.consumer, parked.topic, parked.partition, parked.offset)
            await self._lock(("parked_once", once))
            if self._get("parked_once", once):
                return False
            self._put("parked_once", once, value=True)
        number = self.database.draw("parked")
        self._put("parked", number, replace(parked, id=number, parked_at=self.database.now()))
        return True

    async def parked_streams(self, consumer: str, streams: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        await self._statement("parked streams")
        wanted = set(streams)
        parked = {(one.topic, one.stream) for one in self._rows("parked").values() if one.consumer == consumer}
        return parked & wanted

    async def parked_of(self, consumer: str, topic: str, stream: str) -> list[Parked]:
        await self._statement("parked of")
        found = []
        for number in sorted(self._rows("parked")):
            await self._lock(("parked", number))
            one = self._get("parked", number)
            if one is not None and (one.consumer, one.topic, one.stream) == (consumer, topic, stream):
                found.append(one)
        return found

    async def close_parked(self, numbers: Sequence[int]) -> None:
        await self._statement("close parked")
        for number in sorted(numbers):
            await self._lock(("parked", number))
            self._put("parked", number, None)

    async def destroy_key(self, tenant: str, subject: str) -> None:
        await self._statement("destroy key")
        await self._lock(("subject_keys", (tenant, subject)))
        self._put("subject_keys", (tenant, subject), "destroyed")

    # operators

    async def discard(self, number: int) -> None:
        """Give a parked message up."""
        await self.close_parked([number])

    async def rewind(self, name: str) -> None:
        """Send a cursor back to the beginning, when whoever holds it lets go."""
        await self.move_cursor(name, 0)


class MemoryStore:
    """A node's way to a database."""

    transient: tuple[type[BaseException], ...] = (OSError, TimeoutError, Crosswise)

    def __init__(self, database: Database | None = None, way: Way | None = None) -> None:
        self.database = database or Database()
        self.way = way or Direct()

    def transaction(self) -> MemoryTransaction:
        return MemoryTransaction(self.database, self.way)

    @asynccontextmanager
    async def session(self) -> "AsyncIterator[MemoryStore]":
        yield self

    async def kept(self, tenant: str, actor: str, key: str) -> Kept | None:
        await self.way.hop("kept")
        kept: Kept | None = self.database.tables["answers"].get((tenant, actor, key))
        return kept

    async def read_streams(self, streams: Sequence[StreamOf]) -> list[Stored]:
        async with self.transaction() as transaction:
            return await transaction.read_streams(streams)

    async def append(
        self, new: Sequence[New], expected: Mapping[StreamOf, int | None], key: Key | None = None
    ) -> Appended:
        async with self.transaction() as transaction:
            return await transaction.append(new, expected, key)

    async def append_each(self, group: Sequence[Decided]) -> list[Appended | DomainError | Conflict]:
        async with self.transaction() as transaction:
            return await transaction.append_each(group)

    async def append_each(self, group: Sequence[Decided]) -> list[Appended | DomainError | Conflict]:
        async with self.transaction() as transaction:
            return await transaction.append_each(group)

    async def ensure_cursor(self, name: str) -> None:
        self.database.make_cursor(name)
