"""A unit of work: streams loaded once, decided on in memory, appended together."""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from prometheus_client import Histogram
from pydantic import BaseModel

from shared.calendar import ENGLAND
from shared.kernel.decider import Decider, DomainError, Event
from shared.kernel.group import GroupCommit
from shared.kernel.notifier import Notifier
from shared.kernel.principal import Principal
from shared.kernel.records import (
    AppendRequest,
    AppendResult,
    Cause,
    Conflict,
    IdempotencyKey,
    KeyReused,
    NewEvent,
    StreamKey,
    json_digest,
)
from shared.kernel.store import Appender, CommandStore, Session, StoredAnswers, StreamReader, UnitTransaction

S = TypeVar("S")
C = TypeVar("C", bound=BaseModel)
E = TypeVar("E", bound=Event)

A = TypeVar("A")
M = TypeVar("M", bound=BaseModel)
M_co = TypeVar("M_co", bound=BaseModel, covariant=True)
UseCase = Callable[["Unit"], Awaitable[M_co]]
"""Reads and decides through a unit, and returns its answer."""
Question = Callable[["Unit"], Awaitable[A]]
"""Reads through a unit, and returns what it learnt; nothing that it decides is appended."""
TransactionWork = Callable[[UnitTransaction], Awaitable[None]]
"""Work that a use case wants done in the transaction of its append."""
Clock = Callable[[], datetime]
"""Answers the time, in UTC."""

APPEND_SECONDS = Histogram("alongside_append_seconds", "From a decision to its commit")

ATTEMPTS = 12
"""How often a command is decided, each time after a conflict, before it is refused as `Busy`."""


class ProcessClock:
    """The clock of this process: that of the machine, until it is set to another day."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def set_to(self, day: date | None) -> None:
        """Go on from a day in England at the machine's time of day; None: with the machine's own day."""
        here = datetime.now(UTC).astimezone(ENGLAND)
        there = here if day is None else datetime.combine(day, here.time(), ENGLAND)
        self._ahead = there.astimezone(UTC) - here.astimezone(UTC)

    def __call__(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC) + self._ahead


utc_now = ProcessClock()
"""The time in UTC, by the clock of this process."""


class Busy(DomainError):
    """Others changed a stream each time that this command was decided."""

    status = 503


CHANGED = "Somebody changed this in the meantime; look at it again and repeat your change."
"""What somebody is told whose `If-Match` is out of date."""


class Changed(DomainError):
    """The version in the caller's `If-Match` is not the present version, which the answer names."""

    status = 412


@dataclass
class _Loaded:
    """A stream in memory: its version in the store, and its state including the events decided since."""

    version: int
    state: Any


@dataclass(frozen=True, slots=True)
class IfMatch:
    """The version that a change is meant for: the sum of the versions of these aggregates, given as (decider, key)."""

    version: int
    of: tuple[tuple[Decider[Any, Any, Any], object], ...] = ()


@dataclass(frozen=True, slots=True)
class Savepoint:
    """The state of a unit at one moment: how many decisions, new events and pieces of transaction work it holds."""

    decided: int
    new: int
    work: int


@dataclass
class _Ledger:
    """The contents of a unit, which all its views share."""

    reads: StreamReader
    loaded: dict[StreamKey, _Loaded] = field(default_factory=dict)
    new: list[NewEvent] = field(default_factory=list)
    work: list[TransactionWork] = field(default_factory=list)
    decided: list[tuple[_Loaded, Any]] = field(default_factory=list)
    compared: set[StreamKey] = field(default_factory=set)


@dataclass(frozen=True)
class Unit:
    """A unit of work: the streams that a use case or a batch of reactions reads, and the events that it decides.

    Everything decided through this view has its `tenant` and `cause`; `on_behalf` makes another view of the same unit.
    """

    tenant: str
    cause: Cause
    now: datetime
    ledger: _Ledger
    if_match: IfMatch | None = None

    @classmethod
    def begin(
        cls, reads: StreamReader, tenant: str, cause: Cause, if_match: IfMatch | None = None, *, now: Clock = utc_now
    ) -> "Unit":
        """Begin an empty unit, which reads its streams from `reads`."""
        return cls(tenant, cause, now(), _Ledger(reads), if_match)

    @property
    def reads(self) -> StreamReader:
        """The session or transaction that the unit reads from."""
        return self.ledger.reads

    def on_behalf(self, tenant: str, cause: Cause) -> "Unit":
        """Return the same unit, for another tenant or cause."""
        return replace(self, tenant=tenant, cause=cause)

    async def read(self, *wanted: tuple[Decider[Any, Any, Any], object]) -> None:
        """Read aggregates, each given as (decider, key), in one round trip, so that loading them later costs none."""
        streams = {(self.tenant, decider.stream(key)): decider for decider, key in wanted}
        missing = {stream: decider for stream, decider in streams.items() if stream not in self.ledger.loaded}
        if not missing:
            return
        found = {stream: _Loaded(0, decider.initial()) for stream, decider in missing.items()}
        for stored in await self.ledger.reads.read_streams(list(missing)):
            stream = stored.tenant, stored.stream
            loaded, decider = found[stream], missing[stream]
            event = decider.catalogue.decode(stored.type, stored.schema_version, stored.body)
            loaded.state = decider.evolve(loaded.state, event)
            loaded.version = stored.version
        self.ledger.loaded |= found  # all or none: half a stream would be decided on as if it were whole

    async def read_and_compare(self, *wanted: tuple[Decider[Any, Any, Any], object]) -> None:
        """Read aggregates on which a decision rests, so that the append compares their versions as well.

        Nothing has to be appended to them: an event that somebody else appends to one of them in the meantime makes
        the append conflict, and the use case begins again.
        """
        await self.read(*wanted)
        self.ledger.compared.update((self.tenant, decider.stream(key)) for decider, key in wanted)

    async def load(self, decider: Decider[S, C, E], *keys: object) -> list[S]:
        """Return the states of these aggregates, in the order of the keys; those not read yet are read in one round
        trip.
        """
        loaded = self.ledger.loaded
        streams = [(self.tenant, decider.stream(key)) for key in keys]
        if not all(stream in loaded for stream in streams):
            await self.read(*((decider, key) for key in keys))
        return [loaded[stream].state for stream in streams]

    async def decide(self, decider: Decider[S, C, E], key: object, command: C) -> Sequence[E]:
        """Decide a command on an aggregate and keep its events for the append; raises what the decider raises."""
        (state,) = await self.load(decider, key)
        stream = (self.tenant, decider.stream(key))
        loaded = self.ledger.loaded[stream]
        if self.if_match is not None:
            await self._refuse_changed(self.if_match)
        events = decider.decide(command, state, self.now)
        self.ledger.decided.append((loaded, state))
        for event in events:
            loaded.state = decider.evolve(loaded.state, event)
            self.ledger.new.append(NewEvent(self.tenant, stream[1], event, self.cause))
        return events

    async def _refuse_changed(self, expected: IfMatch) -> None:
        """Raise `Changed` where the version in `If-Match` is not the present one.

        A use case decides only what the person may do, so nobody learns from this of what they may not see.
        """
        await self.read_and_compare(*expected.of)
        loaded = [self.ledger.loaded[self.tenant, decider.stream(key)] for decider, key in expected.of]
        present = sum(each.version for each in loaded)
        if present != expected.version:
            raise Changed(CHANGED, version=present)

    def destroy_key(self, subject: object) -> None:
        """Destroy this person's key in the transaction of the append; their sealed texts can never be opened again."""
        self.in_transaction(lambda transaction: transaction.destroy_key(self.tenant, str(subject)))

    def in_transaction(self, work: TransactionWork) -> None:
        """Run `work` in the transaction of the append, before the append; both are committed or neither."""
        self.ledger.work.append(work)

    def savepoint(self) -> Savepoint:
        """Return the present state of the unit, for `undo`."""
        return Savepoint(len(self.ledger.decided), len(self.ledger.new), len(self.ledger.work))

    def undo(self, to: Savepoint) -> None:
        """Drop the decisions, events and transaction work that were added since the savepoint."""
        while len(self.ledger.decided) > to.decided:
            loaded, before = self.ledger.decided.pop()
            loaded.state = before
        del self.ledger.new[to.new :]
        del self.ledger.work[to.work :]

    async def commit(self, transaction: UnitTransaction, key: IdempotencyKey | None = None) -> AppendResult:
        """Run the transaction work, then append the new events: the last statement of the transaction."""
        for work in self.ledger.work:
            await work(transaction)
        return await self.append(transaction, key)

    async def append(self, to: Appender, key: IdempotencyKey | None = None) -> AppendResult:
        """Append the events that were decided, each stream at the version that it was read at."""
        decided = self.to_append(key)
        if not decided.new and key is None:
            return AppendResult(None, None, replayed=False)
        return await to.append(decided.new, decided.expected, key)

    def to_append(self, key: IdempotencyKey | None = None, as_of: float = math.inf) -> AppendRequest:
        """Return the events that were decided, with the versions that they were decided on; `as_of` is when reading
        began.
        """
        new = self.ledger.new
        streams = dict.fromkeys((item.tenant, item.stream) for item in new)
        if new:
            streams |= dict.fromkeys(sorted(self.ledger.compared))
        return AppendRequest(new, {stream: self.ledger.loaded[stream].version for stream in streams}, key, as_of)


class _DoneBefore(Exception):
    """Another request did the same command in the meantime, with this result."""

    def __init__(self, done: AppendResult) -> None:
        super().__init__()
        self.done = done


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """A command as it was sent: its tenant, its cause, its Idempotency-Key, its body, and the version in `If-Match`."""

    tenant: str
    cause: Cause
    key: str | None = None
    body: object = None
    if_match: IfMatch | None = None


class Commands:
    """Runs use cases: load, decide, append, and all of it again after a conflict."""

    def __init__(self, store: CommandStore, notifier: Notifier, now: Clock = utc_now) -> None:
        self.store = store
        self.notifier = notifier
        self.now = now
        self.group = GroupCommit(store)

    async def run(self, asked: CommandRequest, use_case: UseCase[BaseModel]) -> AppendResult:
        """Run a use case; return its answer and the position of its last event. The same key gets the same answer
        again.

        Raises the use case's `DomainError`, `KeyReused`, or `Busy` after too many conflicts.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(random.uniform(0, 0.005 * 2 ** min(attempt, 5)))  # noqa: S311  # jitter, no secret
            try:
                done = await self._once(asked, use_case)
            except Conflict:
                continue
            self.notifier.notify()
            return done
        raise Busy("Others keep changing this; wait a moment and try again.")

    async def evaluate(self, asked: CommandRequest, question: Question[A]) -> A:
        """Evaluate a question on a unit, and append nothing that it decides: for dry runs."""
        async with self.store.session() as session:
            return await question(Unit.begin(session, asked.tenant, asked.cause, now=self.now))

    async def _once(self, asked: CommandRequest, use_case: UseCase[BaseModel]) -> AppendResult:
        """Decide and append; the append finds a key that was used before, and answers as the first time.

        The key is not looked up first: nearly always it is new, and the look-up would cost every command a round trip.
        """
        try:
            return await self._decided(asked, use_case)
        except DomainError as refusal:
            if refusal.denies:
                raise
            # a command that was done before may be refused the second time: its first answer is the answer
            kept = await _stored(self.store, asked)
            if kept is not None:
                return kept
            raise

    async def _decided(self, asked: CommandRequest, use_case: UseCase[BaseModel]) -> AppendResult:
        async with self.store.session() as session:
            as_of = asyncio.get_running_loop().time()
            unit = Unit.begin(session, asked.tenant, asked.cause, asked.if_match, now=self.now)
            answer = (await use_case(unit)).model_dump(mode="json")
            key = (
                IdempotencyKey(asked.tenant, asked.cause.actor, asked.key, json_digest(asked.body), answer)
                if asked.key is not None
                else None
            )
            if unit.ledger.work:
                with APPEND_SECONDS.time():
                    return _answered(await _commit_alone(session, unit, key), key, answer)
        # the session's connection is free again: others can decide while this one waits for its group
        decided = unit.to_append(key, as_of)
        if not decided.new and key is None:
            return AppendResult(None, answer, replayed=False)
        with APPEND_SECONDS.time():
            return _answered(await self.group.append(decided), key, answer)


class CommandRunner(Protocol):
    """Runs the use cases of one request, one after the other, under one cause; knows neither HTTP nor a server."""

    @property
    def who(self) -> Principal:
        """The person who sent the request."""

    def with_correlation_id(self, correlation_id: UUID) -> "CommandRunner":
        """Copy the runner, so that its events carry this correlation id."""

    async def evaluate(self, question: Question[A]) -> A:
        """Evaluate a question on a unit, and append nothing that it decides."""

    async def run_step(self, use_case: UseCase[BaseModel]) -> None:
        """Run a use case that others follow. It has no Idempotency-Key: a repeated request decides it again."""

    async def run(self, use_case: UseCase[M], answer: type[M]) -> M:
        """Run the last use case under the request's Idempotency-Key, and read its answer."""

    async def wait_until_projected(self, patience: float) -> None:
        """Wait until the read models show everything that the tenant has recorded; raises a 503 after `patience` s."""


def _answered(done: AppendResult, key: IdempotencyKey | None, answer: dict[str, Any]) -> AppendResult:
    return AppendResult(done.position, done.answer if key else answer, done.replayed)


async def _commit_alone(session: Session, unit: Unit, key: IdempotencyKey | None) -> AppendResult:
    """Commit a unit that has transaction work, outside the group commit: a group only appends events."""
    try:
        async with session.transaction() as transaction:
            done = await unit.commit(transaction, key)
            if done.replayed:
                raise _DoneBefore(done)  # noqa: TRY301  # the transaction work must be rolled back
    except _DoneBefore as before:
        return before.done
    return done


async def _stored(store: StoredAnswers, asked: CommandRequest) -> AppendResult | None:
    if asked.key is None:
        return None
    kept = await store.stored_answer(asked.tenant, asked.cause.actor, asked.key)
    if kept is None:
        return None
    if kept.digest != json_digest(asked.body):
        raise KeyReused("This Idempotency-Key was used before with another body; use a new key.")
    return AppendResult(kept.position, kept.answer, replayed=True)
