"""The protocols of a store, one for each role; a loop is typed by the roles that it needs.

PostgreSQL is the store of every service (`postgres/store.py`). Neither the loops nor these protocols name a database,
so the tests run the same loops over a store in memory, on a simulated clock.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from shared.kernel.decider import DomainError
from shared.kernel.records import (
    AppendRequest,
    AppendResult,
    Conflict,
    Cursor,
    HighWaterMark,
    IdempotencyKey,
    Incarnation,
    ModelEvent,
    NewEvent,
    ParkedMessage,
    RecordedEvent,
    SourcePartition,
    StoredAnswer,
    StreamEvent,
    StreamKey,
    Task,
    TaskOutcome,
    Unheard,
)

T_co = TypeVar("T_co", covariant=True)


class StreamReader(Protocol):
    """Reads whole streams."""

    async def read_streams(self, streams: Sequence[StreamKey]) -> list[StreamEvent]:
        """Read every event of the streams; each stream in order."""
        ...


class Appender(Protocol):
    """Appends events to streams."""

    async def append(
        self, new: Sequence[NewEvent], expected: Mapping[StreamKey, int | None], key: IdempotencyKey | None = None
    ) -> AppendResult:
        """Append events to their streams; the last statement of its transaction.

        `expected` has the version of every stream, None for any version; a stream without a new event is only compared.
        The streams are compared and set in sorted order, then the store's lock is taken, then the positions are drawn:
        so position order is commit order. Personal text is sealed. Raises `Conflict`, `KeyReused` or `Erased`; then
        nothing is stored.
        """
        ...


class EventLog(Protocol):
    """All events of the store, in the order of their positions."""

    async def read_after(self, position: int, limit: int) -> list[RecordedEvent[str]]:
        """Read at most `limit` events of every tenant after a position, in the order of positions."""
        ...

    async def read_model_events(self, position: int, limit: int) -> list[ModelEvent]:
        """Read as `read_after` does, and of each event only what read models need: a third of the cost."""
        ...

    async def head(self) -> int:
        """Read the last position of the store, 0 when it is empty."""
        ...

    async def missing_events(self, events: Collection[tuple[int, UUID]]) -> set[tuple[int, UUID]]:
        """Read those of the events, given as (position, id), that the store does not hold at their position."""
        ...


class Incarnations(Protocol):
    """The incarnations of the store: a new one begins each time that an older backup is restored."""

    async def incarnations(self) -> list[Incarnation]:
        """Read every incarnation, in order; the first is (1, after 0)."""
        ...

    async def open_incarnation(self, incarnation: Incarnation) -> None:
        """Begin an incarnation, under a number that is not in use."""
        ...


class Cursors(Protocol):
    """The cursors of the followers, one by name."""

    async def lock_cursor(self, name: str) -> Cursor | None:
        """Lock a cursor; None where another transaction holds it, or there is none."""
        ...

    async def lock_cursors(self, names: Sequence[str]) -> list[Cursor]:
        """Lock those of the cursors that are there and that no other transaction holds."""
        ...

    async def lock_live_cursors(self, definitions: Mapping[str, str]) -> dict[str, Cursor]:
        """Lock the cursors of the read models whose live version has this definition; returns them by name.

        Cursors that other transactions hold are left out. A process that was started with another definition gets none,
        before a rebuild and after it.
        """
        ...

    async def move_cursors(self, names: Sequence[str], position: int) -> None:
        """Move cursors that this transaction holds to one position."""
        ...

    async def record_obstacle(self, name: str, reason: str) -> None:
        """Record why a cursor does not move; it counts until the cursor moves. Nothing where others hold the cursor."""
        ...


class Marks(Protocol):
    """The high-water marks of consumers."""

    async def lock_marks(
        self, consumer: str, places: Collection[SourcePartition]
    ) -> dict[SourcePartition, HighWaterMark]:
        """Lock a consumer's marks in sorted order, waiting for others; a place without a mark gets `BEGINNING`."""
        ...

    async def lock_topic(self, consumer: str, topic: str) -> None:
        """Lock all the marks that a consumer has of a topic, in sorted order, waiting for others."""
        ...

    async def move_marks(self, consumer: str, marks: Mapping[SourcePartition, HighWaterMark]) -> None:
        """Move marks that this transaction holds; a mark that would not grow stays as it is."""
        ...


class Hearing(Protocol):
    """What consumers have passed over: readers of an older version move the marks past types that they do not react to.

    Reactions are given as the versions of a reader's reactions, by type of event.
    """

    async def enter_reactions(self, consumer: str, topics: Sequence[str], reactions: Mapping[str, int]) -> None:
        """Enter what a reader reacts to; a version below the entered one changes nothing.

        What the consumer has passed in these topics of a type that is new, or whose version has grown, becomes unheard
        from the beginning. Waits for all transactions that hold marks, and keeps others waiting.
        """
        ...

    async def read_unheard(
        self, consumer: str, places: Collection[SourcePartition], reactions: Mapping[str, int]
    ) -> dict[SourcePartition, dict[str, Unheard]]:
        """Read what is unheard in places whose marks this transaction holds, by type.

        First enters as unheard what this reader is about to pass over, because its reactions lack a type or have
        another version of it; and what was passed over by a reader that enters nothing, of types that were not known
        before.
        """
        ...

    async def move_unheard(
        self,
        consumer: str,
        moved: Mapping[tuple[SourcePartition, str], HighWaterMark],
        places: Collection[SourcePartition],
        reactions: Mapping[str, int],
    ) -> None:
        """Move marks of what is unheard; remove those in these places that have reached the consumer's own mark."""
        ...

    async def topics_with_unheard(self, consumer: str, reactions: Mapping[str, int]) -> set[str]:
        """Read which topics hold something unheard that a reader with these reactions can hear.

        Also those in which a reader that enters nothing has passed events over, which nobody has entered yet.
        """
        ...

    async def set_aside(self, consumer: str, events: Collection[tuple[str, str, int]]) -> set[tuple[str, str, int]]:
        """Read which of these events, given as (topic, source, sequence), are parked or were discarded."""
        ...


class Parking(Protocol):
    """The messages that a consumer has parked."""

    async def park(self, parked: ParkedMessage) -> bool:
        """Keep a message; return False if it has no sequence and its place (topic, partition, offset) is kept
        already.
        """
        ...

    async def parked_streams(self, consumer: str, streams: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Read which of these (topic, stream) have a parked message."""
        ...

    async def lock_parked(self, consumer: str, topic: str, stream: str) -> list[ParkedMessage]:
        """Lock and read the parked messages of a stream, in the order of parking, with `id` and `parked_at`."""
        ...

    async def close_parked(self, numbers: Sequence[int]) -> None:
        """Close messages, given by `id`, that have had their effect after all."""
        ...


class Tasks(Protocol):
    """The tasks that processes ask for."""

    async def add_tasks(self, tasks: Sequence[Task]) -> None:
        """Add tasks, except those with the id of a task that is there."""
        ...

    async def withdraw_tasks(self, tenant: str, stream: str, name: str) -> None:
        """Withdraw a process's waiting tasks of this name; waits for a task that is running."""
        ...

    async def lock_due_tasks(self, names: Sequence[str], now: datetime, limit: int) -> list[Task]:
        """Lock at most `limit` tasks of these names that are due, oldest first; skip those held elsewhere."""
        ...

    async def settle_tasks(self, settled: Sequence[TaskOutcome]) -> None:
        """Record the outcomes of tasks that this transaction holds."""
        ...


class Keys(Protocol):
    """The keys that seal personal texts, one for each person."""

    async def destroy_key(self, tenant: str, subject: str) -> None:
        """Destroy a person's key for good. Idempotent."""
        ...


class HasFatalErrors(Protocol):
    """A transaction that some errors end for good."""

    @property
    def fatal_errors(self) -> tuple[type[BaseException], ...]:
        """Errors after which nothing that the transaction did can be committed, whoever catches them."""
        ...


class UnitTransaction(StreamReader, Appender, Keys, Protocol):
    """The transaction in which a unit of work is read, decided and appended."""


class Transactions(Protocol[T_co]):
    """A store that opens transactions of a kind.

    A transaction sees its own changes, and holds its locks until it ends; its changes are committed together or not at
    all.
    """

    @property
    def transient_errors(self) -> tuple[type[BaseException], ...]:
        """Errors after which a repetition may succeed: OSError, and those that say that the store is away or busy."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[T_co]:
        """Commits at the end of the context, or rolls back when an error leaves it."""
        ...


class StoredAnswers(Protocol):
    """The answers to commands that came with an Idempotency-Key."""

    async def stored_answer(self, tenant: str, actor: str, key: str) -> StoredAnswer | None:
        """Read the answer to the command with this key; None where it has not been done."""
        ...


class Session(StreamReader, Appender, StoredAnswers, Protocol):
    """The connection of one command to the store: each read and append is a transaction of its own."""

    def transaction(self) -> AbstractAsyncContextManager[UnitTransaction]:
        """Commits at the end of the context, or rolls back when an error leaves it."""
        ...


class GroupAppender(Protocol):
    """Appends several commands in one transaction."""

    @property
    def transient_errors(self) -> tuple[type[BaseException], ...]:
        """Errors after which a repetition may succeed: OSError, and those that say that the store is away or busy."""
        ...

    async def append_each(self, group: Sequence[AppendRequest]) -> "list[AppendResult | DomainError | Conflict]":
        """Append several commands in one transaction, each as `append` would; return the outcome of each, in their
        order.

        A command that conflicts, reuses a key or concerns an erased person stores nothing and fails no other. A command
        that was decided before the store's connection was opened conflicts. No stream and no key may be in two of them.
        """
        ...


class CommandStore(GroupAppender, StoredAnswers, Protocol):
    """A store as commands need it."""

    def session(self) -> AbstractAsyncContextManager[Session]:
        """Open a session for one command."""
        ...
