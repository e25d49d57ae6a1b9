"""A unit of work: streams loaded once, decided on in memory, appended together."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from prometheus_client import Histogram

from shared.events import Catalogue
from shared.kernel.bell import Bell
from shared.kernel.decider import Command, Decider, DomainError, Event
from shared.kernel.personal import Keyring
from shared.kernel.postgres import ACQUIRED_WITHIN, Connection, Pool, name_tenants
from shared.kernel.store import Appended, Cause, Conflict, Key, KeyReused, New, append, digest, read_streams

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)

Answer = dict[str, Any]
UseCase = Callable[["Unit"], Awaitable[Answer]]
Beside = Callable[[Connection, Keyring], Awaitable[None]]
"""What is done to other tables of the service in the transaction of an append."""

APPEND = Histogram("alongside_append_seconds", "From a decision to its commit")
POOL_WAIT = Histogram("alongside_pool_wait_seconds", "From asking for a connection to having one")

ATTEMPTS = 12
"""How often a command is decided anew after a conflict before the caller is told to try later."""


class Busy(DomainError):
    """The stream was changed by others again and again while this command was decided."""

    status = 503


class Changed(DomainError):
    """The caller's `If-Match` is no longer what stands."""

    status = 412


@dataclass
class _Loaded:
    """A stream in memory: the version that the store had, and the state with what was decided since."""

    version: int
    state: Any


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a unit stands: how much was decided, is new, and is to be done beside."""

    decided: int
    new: int
    beside: int


@dataclass
class _Ledger:
    """What all views of one unit share."""

    connection: Connection
    loaded: dict[tuple[str, str], _Loaded] = field(default_factory=dict)
    new: list[New] = field(default_factory=list)
    beside: list[tuple[str, Beside]] = field(default_factory=list)
    decided: list[tuple[_Loaded, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Unit:
    """The streams that one use case, or one batch of reactions, reads and decides on.

    `tenant` and `cause` go with everything decided through this view; `on_behalf` opens another view of the same unit.
    """

    tenant: str
    cause: Cause
    now: datetime
    ledger: _Ledger
    if_match: int | None = None

    @classmethod
    def begin(cls, connection: Connection, tenant: str, cause: Cause, if_match: int | None = None) -> "Unit":
        """An empty unit that reads through this connection."""
        return cls(tenant, cause, datetime.now(UTC), _Ledger(connection), if_match)

    def on_behalf(self, tenant: str, cause: Cause) -> "Unit":
        """The same unit for another tenant or cause."""
        return replace(self, tenant=tenant, cause=cause)

    async def load(self, decider: Decider[S, C, E], *keys: object) -> list[S]:
        """The states of these aggregates, one after the other; streams not read yet are read in one round trip."""
        streams = [(self.tenant, decider.stream(key)) for key in keys]
        missing = [stream for stream in dict.fromkeys(streams) if stream not in self.ledger.loaded]
        if missing:
            catalogue = Catalogue(decider.events)
            found = {stream: _Loaded(0, decider.initial()) for stream in missing}
            for stored in await read_streams(self.ledger.connection, missing):
                loaded = found[stored.tenant, stored.stream]
                event = catalogue.decode(stored.type, stored.schema_version, stored.body)
                loaded.state = decider.evolve(loaded.state, event)
                loaded.version = stored.version
            self.ledger.loaded |= found  # all or none: half a stream would be decided on as if it were whole
        return [self.ledger.loaded[stream].state for stream in streams]

    async def decide(self, decider: Decider[S, C, E], key: object, command: C) -> Sequence[E]:
        """Decide a command on an aggregate and keep its events for the append; raises what `decide` raises."""
        (state,) = await self.load(decider, key)
        stream = (self.tenant, decider.stream(key))
        loaded = self.ledger.loaded[stream]
        if self.if_match is not None and self.if_match != loaded.version:
            raise Changed("Somebody changed this in the meantime; look at it again and repeat your change.")
        events = decider.decide(command, state, self.now)
        self.ledger.decided.append((loaded, state))
        for event in events:
            loaded.state = decider.evolve(loaded.state, event)
            self.ledger.new.append(New(self.tenant, stream[1], event, self.cause))
        return events

    def forget(self, subject: object) -> None:
        """Destroy this person's key in the transaction of the append."""
        self.beside(lambda connection, keyring: keyring.destroy(connection, self.tenant, str(subject)))

    def beside(self, work: Beside) -> None:
        """Do this in the transaction of the append, before it, with the tenant named; it stands or falls with it."""
        self.ledger.beside.append((self.tenant, work))

    def mark(self) -> Mark:
        """Where the unit stands, for `undo`."""
        return Mark(len(self.ledger.decided), len(self.ledger.new), len(self.ledger.beside))

    def undo(self, mark: Mark) -> None:
        """Take back what was decided, and was to be done beside, since `mark`."""
        while len(self.ledger.decided) > mark.decided:
            loaded, before = self.ledger.decided.pop()
            loaded.state = before
        del self.ledger.new[mark.new :]
        del self.ledger.beside[mark.beside :]

    async def commit(self, keyring: Keyring, key: Key | None = None) -> Appended:
        """Append what was decided; within a transaction this is its last statement."""
        new = self.ledger.new
        expected: dict[tuple[str, str], int | None] = {
            (item.tenant, item.stream): self.ledger.loaded[item.tenant, item.stream].version for item in new
        }
        for tenant, work in self.ledger.beside:
            await name_tenants(self.ledger.connection, [tenant])
            await work(self.ledger.connection, keyring)
        if not new and key is None:
            return Appended(None, None, replayed=False)
        return await append(self.ledger.connection, keyring, new, expected, key)


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as it came in: for which tenant, why, under which key, for which body, against which version."""

    tenant: str
    cause: Cause
    key: str | None = None
    body: object = None
    if_match: int | None = None


class Commands:
    """Runs use cases: load, decide, append, and again after a conflict."""

    def __init__(self, pool: Pool, keyring: Keyring, bell: Bell) -> None:
        self.pool = pool
        self.keyring = keyring
        self.bell = bell

    async def run(self, asked: Asked, use_case: UseCase) -> Appended:
        """The use case's answer with the position that holds its events; the same key answers the same again.

        Raises the use case's `DomainError`, `KeyReused`, or `Busy` after too many conflicts.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(random.uniform(0, 0.005 * 2 ** min(attempt, 5)))  # noqa: S311  # jitter, no secret
            asked_at = time.perf_counter()
            try:
                async with self.pool.acquire(timeout=ACQUIRED_WITHIN) as connection:
                    POOL_WAIT.observe(time.perf_counter() - asked_at)
                    done = await self._once(connection, asked, use_case)
            except Conflict:
                continue
            self.bell.ring()
            return done
        raise Busy("Others keep changing this; wait a moment and try again.")

    async def _once(self, connection: Connection, asked: Asked, use_case: UseCase) -> Appended:
        kept = await self._kept(connection, asked)
        if kept is not None:
            return kept
        unit = Unit.begin(connection, asked.tenant, asked.cause, asked.if_match)
        try:
            answer = await use_case(unit)
        except DomainError:
            # the same command may have been decided elsewhere meanwhile: then its answer is this one's
            kept = await self._kept(connection, asked)
            if kept is not None:
                return kept
            raise
        key = (
            Key(asked.tenant, asked.cause.actor, asked.key, digest(asked.body), answer)
            if asked.key is not None
            else None
        )
        with APPEND.time():
            done = await self._commit(unit, key)
        return Appended(done.position, done.answer if key else answer, done.replayed)

    async def _commit(self, unit: Unit, key: Key | None) -> Appended:
        if not unit.ledger.beside:
            return await unit.commit(self.keyring, key)
        transaction = unit.ledger.connection.transaction()
        await transaction.start()
        try:
            done = await unit.commit(self.keyring, key)
        except BaseException:
            await transaction.rollback()
            raise
        # done by another request meanwhile: then what this one did beside the append must not stand
        await (transaction.rollback() if done.replayed else transaction.commit())
        return done

    async def _kept(self, connection: Connection, asked: Asked) -> Appended | None:
        if asked.key is None:
            return None
        async with connection.transaction():
            await name_tenants(connection, [asked.tenant])
            row = await connection.fetchrow(
                "select digest, position, answer from answers where tenant = $1 and actor = $2 and key = $3",
                asked.tenant,
                asked.cause.actor,
                asked.key,
            )
        if row is None:
            return None
        if row["digest"] != digest(asked.body):
            raise KeyReused("This Idempotency-Key came before with another body; use a new key.")
        return Appended(row["position"], row["answer"], replayed=True)
