"""The server behind the store in memory: what is committed, what runs, who holds which lock, and the way to it."""

import asyncio
from bisect import insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, Protocol

from shared.kernel.readmodel import ReadModel
from shared.kernel.records import RecordedEvent, StreamKey
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
    events: Sequence[RecordedEvent[str]]
    drawn: Mapping[str, int]


class Database:
    """The server: what is committed, what runs, and who holds which lock.

    `lock` and `compare_and_set` are the protections inside of `append`; without them it shows the hazards.
    """

    def __init__(self, *, lock: bool = True, compare_and_set: bool = True) -> None:
        self.lock = lock
        self.compare_and_set = compare_and_set
        self.tables: defaultdict[str, dict[Any, Any]] = defaultdict(dict)
        self.events: list[RecordedEvent[str]] = []
        self.streams: dict[StreamKey, list[RecordedEvent[str]]] = {}
        self.drawn: dict[str, int] = {}
        self.running: dict[Running, None] = {}
        self.owners: dict[object, Running] = {}
        self.waiting: dict[object, list[asyncio.Future[None]]] = {}
        self.since = 0.0

    def now(self) -> datetime:
        """The time of the simulated loop, which events record."""
        return START + timedelta(seconds=asyncio.get_running_loop().time())

    def draw(self, sequence: str) -> int:
        """Draw the next number; a rollback does not give it back."""
        self.drawn[sequence] = self.drawn.get(sequence, 0) + 1
        return self.drawn[sequence]

    def end(self, transaction: "Running", *, commit: bool) -> None:
        """Commit or roll back a transaction, once, and release its locks."""
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
        for lock in transaction.held:
            del self.owners[lock]
            self._wake(lock)

    def _wake(self, lock: object) -> None:
        for waiter in self.waiting.pop(lock, ()):
            if not waiter.done():
                waiter.set_result(None)

    def disconnect(self, node: Node, *, commit: bool) -> None:
        """Roll back the transactions of a lost node; with `commit`, commit those that it had asked to commit."""
        for transaction in [each for each in self.running if each.node is node]:
            self.end(transaction, commit=commit and transaction.committing)

    def snapshot(self) -> Snapshot:
        """Return a copy of the tables and events as a backup."""
        return Snapshot({name: dict(rows) for name, rows in self.tables.items()}, tuple(self.events), dict(self.drawn))

    def restore(self, snapshot: Snapshot) -> None:
        """Put a backup back; every connection breaks, and the age of new connections counts from now."""
        self.since = asyncio.get_running_loop().time()
        for transaction in list(self.running):
            self.end(transaction, commit=False)
        self.tables = defaultdict(dict, {name: dict(rows) for name, rows in snapshot.tables.items()})
        self.events = list(snapshot.events)
        self.drawn = dict(snapshot.drawn)
        self.streams = {}
        for event in self.events:
            self.streams.setdefault((event.tenant, event.stream), []).append(event)

    def make_cursor(self, name: str) -> None:
        """Make a cursor at the beginning, unless there is one."""
        self.tables["cursors"].setdefault(name, 0)

    def know_before(self, consumer: str, *types: str) -> None:
        """Types that readers that keep no record react to, as a migration of a service enters them."""
        self.tables["reactions"] |= {(consumer, type_): (1, True) for type_ in types}

    def make(self, model: ReadModel, version: int = 1) -> None:
        """Make the live version of a read model, without rows."""
        self.tables["read_models"][model.name] = (version, model.definition)
        self.make_cursor(model.cursor(version))


@dataclass(eq=False)
class Running:
    """A transaction that has begun: its writes and events so far, the locks it holds, and the lock it waits for."""

    database: Database
    node: Node | None = field(default_factory=HERE.get)
    writes: dict[tuple[str, Any], Any] = field(default_factory=dict)
    events: list[RecordedEvent[str]] = field(default_factory=list)
    held: list[object] = field(default_factory=list)
    waits_for: object = None
    failed: bool = False
    committing: bool = False

    async def lock(self, lock: object) -> None:
        """Hold a lock until the transaction ends; waits until its present holder releases it."""
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

    def _is_waited_for_by(self, other: "Running") -> bool:
        seen = other
        while seen.waits_for is not None:
            owner = self.database.owners.get(seen.waits_for)
            if owner is None:
                return False
            if owner is self:
                return True
            seen = owner
        return False

    def get(self, table: str, key: object) -> Any:
        """A row as this transaction sees it, or None."""
        if (table, key) in self.writes:
            return self.writes[table, key]
        return self.database.tables[table].get(key)

    def put(self, table: str, key: object, value: object) -> None:
        """Write a row; None deletes it."""
        self.writes[table, key] = value

    def rows(self, table: str) -> dict[Any, Any]:
        """A table as this transaction sees it."""
        own = {key: value for (name, key), value in self.writes.items() if name == table}
        return {key: value for key, value in (self.database.tables[table] | own).items() if value is not None}
