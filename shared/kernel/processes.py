"""Process managers: what has to happen over time, each in a stream of its own.

A process hears events of its service's own store. What it makes of one becomes facts of its stream, and the facts ask
for tasks: commands to be done at once, or timers. Facts, tasks and the cursor that says what was heard are one
transaction, so that each event is heard exactly once; the tasks are done by the `Dispatcher` later. An event that comes
late or says what is known already is for the process's decider to see; the id of a heard event is its facts' cause.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

from pydantic import BaseModel

from shared.events import Catalogue
from shared.events.catalogue import Upcaster
from shared.kernel.decider import Decider, Event
from shared.kernel.loops.follower import Follower
from shared.kernel.store import Cause, Cursor, New, RecordedEvent, Transaction
from shared.kernel.tasks import Task
from shared.kernel.telemetry import following
from shared.kernel.unit import Clock, Unit, utc

S = TypeVar("S")
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """A command that a fact asks for: the name of its handler, what it is about (JSON), and not before when.

    Without `at` it is done at once. A timer is an order that has a time.
    """

    name: str
    body: Mapping[str, Any]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TaskWithdrawal:
    """The process's orders of this name that still wait are not needed any more."""

    name: str


@dataclass(frozen=True)
class Process(Generic[S, E]):
    """One kind of process.

    `hears` names the events it is told, each with what its key is; the decider's commands are those events themselves,
    and it refuses none: an event is a fact. `requests` answers what each fact of the process asks for.
    """

    decider: Decider[S, Any, E]
    hears: Mapping[type[BaseModel], Callable[[Any], object]]
    requests: Callable[[E], Sequence[TaskRequest | TaskWithdrawal]]
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What its streams and its cursor are called after."""
        return self.decider.category

    @cached_property
    def catalogue(self) -> Catalogue[BaseModel]:
        """The events that it is told."""
        return Catalogue(self.hears, self.upcasters)


def listener(process: Process[Any, Any], now: Clock = utc) -> Follower:
    """The process as a follower of the store; its cursor is `process NAME`."""

    async def handle(transaction: Transaction, _: Cursor, events: Sequence[RecordedEvent[str]]) -> None:
        heard = [one for one in events if process.catalogue.knows(one.type)]
        if not heard:
            return
        unit = Unit.begin(transaction, heard[0].tenant, heard[0].cause, now=now)
        for stored in heard:
            await _hear(process, unit, stored)
        # before the append: who does a task holds its row first and the store's lock last, and so does this
        for new in unit.ledger.new:
            await _ask(process, transaction, new, now())
        await unit.commit(transaction)

    return Follower(f"process {process.name}", handle)


async def _hear(process: Process[Any, Any], unit: Unit, stored: RecordedEvent[str]) -> None:
    event = process.catalogue.decode(stored.type, stored.schema_version, stored.body)
    key = process.hears[type(event)](event)
    with following(stored.cause.traceparent, f"hear {stored.type}") as traceparent:
        cause = Cause(f"process:{process.name}", stored.cause.correlation_id, stored.id, traceparent)
        await unit.on_behalf(stored.tenant, cause).decide(process.decider, key, event)


async def _ask(process: Process[Any, Any], transaction: Transaction, new: New, now: datetime) -> None:
    for nth, request in enumerate(process.requests(new.event)):
        match request:
            case TaskWithdrawal(name=name):
                await transaction.withdraw_tasks(new.tenant, new.stream, name)
            case TaskRequest(name=name, body=body, at=at):
                await transaction.add_task(
                    Task(task_id(new.id, nth), new.tenant, new.stream, name, body, at or now, new.cause)
                )


def task_id(event: UUID, nth: int) -> UUID:
    """The id of the `nth` thing that an event of a process asks for."""
    return uuid5(event, str(nth))
