"""Process managers: what has to happen over time, each process in a stream of its own.

A process follows events of its service's own store. Its decider turns each into facts of the process's stream, and the
facts request tasks: commands to run at once, or at a given time. Facts, tasks and the cursor are committed together, so
each event is followed exactly once; the `Dispatcher` runs the tasks later. The decider must expect events that come
late or repeat what it knows. The id of the event is the cause of the facts.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID, uuid5

import structlog
from pydantic import BaseModel

from shared.events import Catalogue
from shared.events.catalogue import Upcaster
from shared.kernel.decider import Decider, Event
from shared.kernel.loops.follower import BATCH, LONGEST_PAUSE, FollowerTransaction, repeat
from shared.kernel.notifier import Notifier
from shared.kernel.records import Cause, Conflict, NewEvent, RecordedEvent, Task
from shared.kernel.store import Tasks, Transactions, UnitTransaction
from shared.kernel.telemetry import continue_trace
from shared.kernel.unit import Clock, Unit, utc_now

log = structlog.get_logger()

S = TypeVar("S")
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """A task that a fact requests: the name of its handler, its arguments (JSON), and when it is due.

    Without `at` it is due at once; with it, it is a timer.
    """

    name: str
    body: Mapping[str, Any]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TaskWithdrawal:
    """Withdraws the process's tasks of this name that still wait."""

    name: str


@dataclass(frozen=True)
class Process(Generic[S, E]):
    """One kind of process.

    `hears` maps each event that it follows to the function that reads the process's key from it. Those events are the
    decider's commands, and it refuses none of them, because an event is a fact. `requests` answers the tasks that a
    fact of the process requests or withdraws.
    """

    decider: Decider[S, Any, E]
    hears: Mapping[type[BaseModel], Callable[[Any], object]]
    requests: Callable[[E], Sequence[TaskRequest | TaskWithdrawal]]
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The category of its streams."""
        return self.decider.category

    @property
    def cursor(self) -> str:
        """The name of its cursor."""
        return f"process {self.name}"

    @cached_property
    def catalogue(self) -> Catalogue[BaseModel]:
        """The events that it follows."""
        return Catalogue(self.hears, self.upcasters)


class ProcessTransaction(FollowerTransaction, UnitTransaction, Tasks, Protocol):
    """What a process needs of its transaction."""


class ProcessRunner:
    """Follows the store for all processes of a service.

    Processes at the same position share one reading of the events, and those that hear none of them move together. At
    most one process acts in a transaction, at its end, because what it appends holds the store's lock; another one that
    hears an event stays where it is until the next transaction. When each process followed for itself, a service with
    eight of them opened eight transactions for every event.

    Error policy: a follower's; an error of one process stops that process alone.
    """

    name = "processes"

    def __init__(self, processes: Sequence[Process[Any, Any]], now: Clock = utc_now, batch: int = BATCH) -> None:
        self._processes = {process.cursor: process for process in processes}
        self._now = now
        self._batch = batch
        self._paused_until: dict[str, float] = {}

    async def run(self, store: Transactions[ProcessTransaction], notifier: Notifier) -> None:
        """Run the processes until cancelled."""
        await repeat(self.name, lambda: self.step(store), store.transient_errors, notifier, self._batch)

    async def step(self, store: Transactions[ProcessTransaction]) -> int:
        """Let one process act on a batch of events, and move those that hear none of it.

        Return the number of events; a whole batch where a process is left to act, and 0 while another replica holds all
        cursors.
        """
        now = asyncio.get_running_loop().time()
        awake = [cursor for cursor in self._processes if self._paused_until.get(cursor, now) <= now]
        retried: tuple[type[BaseException], ...] = (*store.transient_errors, Conflict)
        acting = None
        moved = 0
        try:
            async with store.transaction() as transaction:
                held = await transaction.lock_cursors(awake)
                # whoever is ahead first: a new process, which begins with the first event, must not hold up the others
                for position in sorted({cursor.position for cursor in held}, reverse=True):
                    events = await transaction.read_after(position, self._batch)
                    moving = []
                    for name in [cursor.name for cursor in held if events and cursor.position == position]:
                        catalogue = self._processes[name].catalogue
                        heard = [event for event in events if catalogue.knows(event.type)]
                        if heard and acting is not None:
                            moved = self._batch
                            continue
                        if heard:
                            acting, to_hear = name, heard
                        moving.append(name)
                    if moving:
                        await transaction.move_cursors(moving, events[-1].position)
                        moved = max(moved, len(events))
                if acting is not None:
                    await _act(self._processes[acting], transaction, to_hear, self._now)
        except retried:
            raise
        except Exception as error:
            if acting is None:
                raise
            log.exception("follower stands still", follower=acting, error=type(error).__name__)
            self._paused_until[acting] = asyncio.get_running_loop().time() + LONGEST_PAUSE
            return self._batch
        return moved


async def _act(
    process: Process[Any, Any], transaction: ProcessTransaction, heard: Sequence[RecordedEvent[str]], now: Clock
) -> None:
    unit = Unit.begin(transaction, heard[0].tenant, heard[0].cause, now=now)
    keyed = [(stored, *_decode(process, stored)) for stored in heard]
    keys_of: dict[str, list[object]] = defaultdict(list)
    for stored, _, key in keyed:
        keys_of[stored.tenant].append(key)
    for tenant, keys in keys_of.items():  # a round trip for all events of a tenant, not for each
        await unit.on_behalf(tenant, unit.cause).load(process.decider, *keys)
    for stored, event, key in keyed:
        await _hear(process, unit, stored, event, key)
    # before the append: the dispatcher locks tasks first and the store last, and so does this
    await _request_tasks(process, transaction, unit.ledger.new, now())
    await unit.commit(transaction)


def _decode(process: Process[Any, Any], stored: RecordedEvent[str]) -> tuple[BaseModel, object]:
    """The event, and the key of the process that hears it."""
    event = process.catalogue.decode(stored.type, stored.schema_version, stored.body)
    return event, process.hears[type(event)](event)


async def _hear(
    process: Process[Any, Any], unit: Unit, stored: RecordedEvent[str], event: BaseModel, key: object
) -> None:
    with continue_trace(stored.cause.traceparent, f"hear {stored.type}") as traceparent:
        cause = Cause(f"process:{process.name}", stored.cause.correlation_id, stored.id, traceparent)
        await unit.on_behalf(stored.tenant, cause).decide(process.decider, key, event)


async def _request_tasks(
    process: Process[Any, Any], transaction: ProcessTransaction, facts: Sequence[NewEvent], now: datetime
) -> None:
    """Add and withdraw tasks in the order of the facts: a withdrawal withdraws only what was requested before it."""
    requested: list[Task] = []
    for new in facts:
        for nth, request in enumerate(process.requests(new.event)):
            match request:
                case TaskWithdrawal(name=name):
                    await transaction.add_tasks(requested)
                    requested = []
                    await transaction.withdraw_tasks(new.tenant, new.stream, name)
                case TaskRequest(name=name, body=body, at=at):
                    requested.append(
                        Task(task_id(new.id, nth), new.tenant, new.stream, name, body, at or now, new.cause)
                    )
    await transaction.add_tasks(requested)


def task_id(event: UUID, nth: int) -> UUID:
    """Return the id of the `nth` task that an event of a process requests."""
    return uuid5(event, str(nth))
