"""What the machinery needs of one service's database: words for what is stored, and the protocols of a store.

PostgreSQL is the store of every service (`postgres/store.py`). That nothing here or in the loops above it names a
database lets the same loops run over a store in memory, on a simulated clock.
"""

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID, uuid4

from pydantic import BaseModel
from pydantic_core import to_json

from shared.kernel.decider import DomainError
from shared.kernel.parking import Parked
from shared.kernel.tasks import Settled, Task

if TYPE_CHECKING:
    from shared.kernel.readmodel import ReadModel, Row

E = TypeVar("E")
StreamOf = tuple[str, str]
"""A stream with its tenant: (tenant, stream)."""
RowKey = tuple[object, ...]
"""A row's tenant and key: (tenant, *key)."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is recorded: who acted (an opaque id), the chain it belongs to, the event it answers, its trace."""

    actor: str
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedEvent(Generic[E]):
    """A stored event with what the store knows about it. `recorded_at` is UTC."""

    position: int
    id: UUID
    tenant: str
    stream: str
    version: int
    type: str
    schema_version: int
    body: E
    happened_on: date
    recorded_at: datetime
    cause: Cause


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as it lies in its stream; its body is JSON that nobody has decoded yet."""

    tenant: str
    stream: str
    version: int
    type: str
    schema_version: int
    body: str


@dataclass(frozen=True, slots=True)
class New:
    """An event to append, with its cause."""

    tenant: str
    stream: str
    event: BaseModel
    cause: Cause
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered to a command with an Idempotency-Key: the digest of what was asked, where its events ended."""

    digest: bytes
    position: int | None
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """An Idempotency-Key of one actor, with the digest of what was asked and the answer to keep."""

    tenant: str
    actor: str
    key: str
    digest: bytes
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Appended:
    """The last position of the append (None where nothing was decided), and the answer: this one or the first one's."""

    position: int | None
    answer: dict[str, Any] | None
    replayed: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """What one command came to: its events, the version of each stream that it was decided on, its key.

    A version is None for "whatever it is". `as_of` is when reading for it began, by the clock of the event loop: on a
    connection that is younger, versions may be of another store, put back to a backup under the same name meanwhile.
    """

    new: Sequence[New]
    expected: Mapping[StreamOf, int | None]
    key: Key | None = None
    as_of: float = math.inf


class Conflict(Exception):
    """A stream has moved on since it was loaded: load, decide and append again."""


class KeyReused(DomainError):
    """The same Idempotency-Key came before with another body."""

    status = 422


class Cursor(NamedTuple):
    """How far a follower is: the last position that it has dealt with."""

    name: str
    position: int


class Place(NamedTuple):
    """What a high-water mark is for. A service that fills two topics has two orders."""

    source: str
    topic: str
    partition: int


class Mark(NamedTuple):
    """How far a consumer is in one place; what is not above it is a repeat. It only grows.

    The incarnation comes first: a store that was put back to an older backup draws its later positions a second time.
    """

    incarnation: int
    position: int


BEGINNING = Mark(1, 0)
"""Below every event."""


class Incarnation(NamedTuple):
    """One life of a store: from after a position, until a restore opens the next one."""

    number: int
    after: int


def incarnation_of(incarnations: Iterable[Incarnation], position: int) -> int:
    """The number of the incarnation that an event belongs to: the last that was opened below its position."""
    return max(one.number for one in incarnations if one.after < position)


class StreamReader(Protocol):
    """Whoever reads whole streams."""

    async def read_streams(self, streams: Sequence[StreamOf]) -> list[Stored]:
        """Every event of the streams; each stream in order."""
        ...


class Appends(Protocol):
    """Whoever appends."""

    async def append(
        self, new: Sequence[New], expected: Mapping[StreamOf, int | None], key: Key | None = None
    ) -> Appended:
        """Append events to their streams; the last statement of its transaction.

        `expected` has the version of every stream, None for "whatever it is"; the streams are compared and set in
        sorted order, then the store's lock is taken, then the positions are drawn: so position order is commit order.
        Personal text is sealed. Raises `Conflict`, `KeyReused` or `Erased`; then nothing is stored.
        """
        ...


class Rows(Protocol):
    """Whoever keeps the rows of read models."""

    async def read_rows(self, model: "ReadModel", version: int, keys: Sequence[RowKey]) -> "dict[RowKey, Row]":
        """Those of the rows that there are, in one version of a read model."""
        ...

    async def write_rows(
        self,
        model: "ReadModel",
        version: int,
        rows: "Mapping[RowKey, Row | None]",
        found: Collection[RowKey] | None = None,
    ) -> None:
        """Put rows in the place of those with the same keys; None removes.

        `found` are the keys of those that `read_rows` has found in this transaction, where all were asked for: that no
        other is in the way makes new rows cheaper.
        """
        ...


class Transaction(StreamReader, Appends, Rows, Protocol):
    """One transaction of one service's database: all of it is there after the commit, or none of it.

    It sees what it has done itself. What it locks it holds until it ends.
    """

    @property
    def broken_by(self) -> tuple[type[BaseException], ...]:
        """Errors after which nothing that was done in the transaction can stand, whoever catches them."""
        ...

    async def read_after(self, position: int, limit: int) -> list[RecordedEvent[str]]:
        """At most `limit` events of every tenant after a position, in the order of positions."""
        ...

    async def head(self) -> int:
        """The last position of the store, 0 when it is empty."""
        ...

    async def missing(self, events: Collection[tuple[int, UUID]]) -> set[tuple[int, UUID]]:
        """Those of the events, by position and id, that the store does not hold at their position."""
        ...

    async def incarnations(self) -> list[Incarnation]:
        """The lives of the store, the first (1, after 0) first."""
        ...

    async def open_incarnation(self, incarnation: Incarnation) -> None:
        """Begin a life of the store; its number is not taken yet."""
        ...

    async def hold_cursor(self, name: str) -> Cursor | None:
        """Lock a cursor; None where another transaction holds it, or there is none."""
        ...

    async def hold_live(self, definitions: Mapping[str, str]) -> dict[str, Cursor]:
        """Lock the cursors of read models, by name, whose live version has this definition; those held elsewhere not.

        Who was started with another definition stands aside, before a rebuild and after it.
        """
        ...

    async def move_cursors(self, names: Sequence[str], position: int) -> None:
        """Move cursors that this transaction holds to one position."""
        ...

    async def hold_marks(self, consumer: str, places: Collection[Place]) -> dict[Place, Mark]:
        """Lock a consumer's marks in sorted order, made at the beginning where there are none; waits for others."""
        ...

    async def hold_topic(self, consumer: str, topic: str) -> None:
        """Lock all the marks that a consumer has of a topic, in sorted order; waits for others."""
        ...

    async def move_marks(self, consumer: str, marks: Mapping[Place, Mark]) -> None:
        """Move marks that this transaction holds; those that would not grow stay as they are."""
        ...

    async def park(self, parked: Parked) -> bool:
        """Keep a message; False where it has no sequence and its place (topic, partition, offset) is kept already."""
        ...

    async def parked_streams(self, consumer: str, streams: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these (topic, stream) have something parked."""
        ...

    async def parked_of(self, consumer: str, topic: str, stream: str) -> list[Parked]:
        """What is parked of one stream, in the order of parking, with `id` and `parked_at`; locked."""
        ...

    async def close_parked(self, numbers: Sequence[int]) -> None:
        """These, by `id`, had their effect after all: they are parked no more."""
        ...

    async def add_task(self, task: Task) -> None:
        """Keep what is to be done; one that is there already stays as it is."""
        ...

    async def withdraw_tasks(self, tenant: str, stream: str, name: str) -> None:
        """Those of a process's tasks of this name that wait are not to be done; waits for one that is being done."""
        ...

    async def due_tasks(self, names: Sequence[str], now: datetime, limit: int) -> list[Task]:
        """At most `limit` tasks of these names that are due, oldest first; locked, those held elsewhere left out."""
        ...

    async def settle_tasks(self, settled: Sequence[Settled]) -> None:
        """What came of tasks that this transaction holds."""
        ...

    async def destroy_key(self, tenant: str, subject: str) -> None:
        """Forget a person for good; saying it twice is saying it once."""
        ...


class Session(StreamReader, Appends, Protocol):
    """One command's way to the store: what it reads and appends one after the other, each a transaction of its own."""

    async def kept(self, tenant: str, actor: str, key: str) -> Kept | None:
        """What was answered to the command with this Idempotency-Key, if it has been done."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Commits at the end of the context, or rolls back when an error leaves it."""
        ...


class Store(Session, Protocol):
    """One service's database as its machinery sees it."""

    async def append_each(self, group: Sequence[Decided]) -> "list[Appended | DomainError | Conflict]":
        """Append several commands in one transaction, each as `append` would; what came of each, in their order.

        One that conflicts, reuses a key or concerns an erased person leaves nothing behind and fails no other; one that
        was decided before the store's connection was opened conflicts. No stream and no key may be in two of them.
        """
        ...

    @property
    def transient(self) -> tuple[type[BaseException], ...]:
        """Errors after which the same may well succeed later: OSError, and what says that the store is away or busy."""
        ...

    def session(self) -> AbstractAsyncContextManager[Session]:
        """A session for one command, for as long as the context lasts."""
        ...

    async def ensure_cursor(self, name: str) -> None:
        """Make a cursor at the beginning, if there is none."""
        ...


def digest(value: object) -> bytes:
    """A digest of JSON values, to see whether a key comes with the same body again."""
    return hashlib.sha256(to_json(value)).digest()
