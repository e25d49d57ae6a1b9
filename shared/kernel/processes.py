"""Process managers: what has to happen over time, each process in a stream of its own.

A process follows events of its service's own store. Its decider turns each into facts of the process's stream, and the
facts request tasks: commands to run at once, or at a given time. Facts, tasks and the cursor are committed together, so
each event is followed exactly once; the `Dispatcher` runs the tasks later. The decider must expect events that come
late or repeat what it knows. The id of the event is the cause of the facts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID, uuid5

from pydantic import BaseModel

from shared.events import Catalogue
from shared.events.catalogue import Upcaster
from shared.kernel.decider import Decider, Event
from shared.kernel.loops.follower import Follower, FollowerTransaction
from shared.kernel.records import Cause, Cursor, NewEvent, RecordedEvent, Task
from shared.kernel.store import Tasks, UnitTransaction
from shared.kernel.telemetry import continue_trace
from shared.kernel.unit import Clock, Unit, utc_now

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
        """The category of its streams, which its cursor is named after too."""
        return self.decider.category

    @cached_property
    def catalogue(self) -> Catalogue[BaseModel]:
        """The events that it follows."""
        return Catalogue(self.hears, self.upcasters)


class ProcessTransaction(FollowerTransaction, UnitTransaction, Tasks, Protocol):
    """What a process needs of its transaction."""


def follower_of(process: Process[Any, Any], now: Clock = utc_now) -> Follower[ProcessTransaction]:
    """Make the follower that runs a process; its cursor is `process NAME`."""

    async def handle(transaction: ProcessTransaction, _: Cursor, events: Sequence[RecordedEvent[str]]) -> None:
        heard = [one for one in events if process.catalogue.knows(one.type)]
        if not heard:
            return
        unit = Unit.begin(transaction, heard[0].tenant, heard[0].cause, now=now)
        for stored in heard:
            await _hear(process, unit, stored)
        # before the append: the dispatcher locks tasks first and the store last, and so does this
        for new in unit.ledger.new:
            await _request_tasks(process, transaction, new, now())
        await unit.commit(transaction)

    return Follower(f"process {process.name}", handle)


async def _hear(process: Process[Any, Any], unit: Unit, stored: RecordedEvent[str]) -> None:
    event = process.catalogue.decode(stored.type, stored.schema_version, stored.body)
    key = process.hears[type(event)](event)
    with continue_trace(stored.cause.traceparent, f"hear {stored.type}") as traceparent:
        cause = Cause(f"process:{process.name}", stored.cause.correlation_id, stored.id, traceparent)
        await unit.on_behalf(stored.tenant, cause).decide(process.decider, key, event)


async def _request_tasks(
    process: Process[Any, Any], transaction: ProcessTransaction, new: NewEvent, now: datetime
) -> None:
    for nth, request in enumerate(process.requests(new.event)):
        match request:
            case TaskWithdrawal(name=name):
                await transaction.withdraw_tasks(new.tenant, new.stream, name)
            case TaskRequest(name=name, body=body, at=at):
                await transaction.add_task(
                    Task(task_id(new.id, nth), new.tenant, new.stream, name, body, at or now, new.cause)
                )


def task_id(event: UUID, nth: int) -> UUID:
    """Return the id of the `nth` task that an event of a process requests."""
    return uuid5(event, str(nth))
