"""A store in memory that does what PostgreSQL does, hazards included: the same abstract suite runs over both.

Read committed: a statement sees what is committed when it runs, and what its own transaction has done. Row locks wait,
cursors are skipped when held, positions are drawn from a sequence at the insert and become visible at the commit. A
connection may break at any await; what the server then makes of the transaction is known later, or never.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.events.catalogue import type_of
from shared.kernel.decider import DomainError
from shared.kernel.postgres.personal import Erased, sealed_json, subjects_of
from shared.kernel.readmodel import Changes, ReadModel, Row
from shared.kernel.records import (
    BEGINNING,
    AppendRequest,
    AppendResult,
    Conflict,
    Cursor,
    HighWaterMark,
    IdempotencyKey,
    Incarnation,
    KeyReused,
    ModelEvent,
    NewEvent,
    ParkedMessage,
    RecordedEvent,
    RowKey,
    SourcePartition,
    StoredAnswer,
    StreamEvent,
    StreamKey,
    Task,
    TaskOutcome,
    Unheard,
)
from tests.simulation.database import Aborted, Away, Crosswise, Database, Direct, Running, Way

_GATE = "marks"
"""The lock on the table of marks, held by whoever enters reactions."""


class MemoryTransaction(Running):
    """One transaction, as its client sees it."""

    fatal_errors: tuple[type[BaseException], ...] = (Away, Crosswise, Aborted)

    def __init__(self, database: Database, way: Way) -> None:
        super().__init__(database)
        self.broken = False
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

    # events

    async def append(
        self, new: Sequence[NewEvent], expected: Mapping[StreamKey, int | None], key: IdempotencyKey | None = None
    ) -> AppendResult:
        (outcome,) = await self.append_each([AppendRequest(new, expected, key)])
        if isinstance(outcome, Exception):
            self.failed = True
            raise outcome
        return outcome

    async def append_each(self, group: Sequence[AppendRequest]) -> list[AppendResult | DomainError | Conflict]:
        """Several commands at once: keys, sorted; streams, sorted; then the lock and the insert."""
        await self._statement("append")
        outcomes: dict[int, AppendResult | DomainError | Conflict] = {}
        bodies: dict[int, list[str]] = {}
        for nth, request in enumerate(group):
            try:
                bodies[nth] = await self._seal_bodies(request.new)
            except Erased as error:
                outcomes[nth] = error
            if request.as_of < self.database.since:
                outcomes[nth] = Conflict()
        keys = [
            (nth, request.key) for nth, request in enumerate(group) if request.key is not None and nth not in outcomes
        ]
        for nth, key in sorted(keys, key=lambda claim: (claim[1].tenant, claim[1].actor, claim[1].key)):
            kept = await self._claim(key)
            if kept is not None:
                outcomes[nth] = kept
        before = await self._compare_and_set(group, outcomes)
        await self._way.pause()
        if self.database.lock and before:
            await self.lock("append")
        for nth, request in enumerate(group):
            if nth not in outcomes:
                outcomes[nth] = self._insert(request, bodies[nth], before)
        await self._way.pause()
        return [outcomes[nth] for nth in range(len(group))]

    async def _claim(self, key: IdempotencyKey) -> AppendResult | KeyReused | None:
        row = (key.tenant, key.actor, key.key)
        if self.get("answers", row) is None:
            await self.lock(("answers", row))  # waits for a command with the same key that has not committed yet
        kept: StoredAnswer | None = self.get("answers", row)
        if kept is None:
            return None
        if kept.digest != key.digest:
            return KeyReused("This Idempotency-Key was used before with another body; use a new key.")
        return AppendResult(kept.position, kept.answer, replayed=True)

    async def _compare_and_set(
        self, group: Sequence[AppendRequest], outcomes: dict[int, AppendResult | DomainError | Conflict]
    ) -> dict[StreamKey, int]:
        """Return the version of each stream; raises `Conflict` for an append that was decided on another version."""
        wanted = {
            stream: nth for nth, request in enumerate(group) if nth not in outcomes for stream in request.expected
        }
        before: dict[StreamKey, int] = {}
        for stream in sorted(wanted):
            await self.lock(("streams", stream))
            before[stream] = self.get("streams", stream) or 0
        if self.database.compare_and_set:
            for stream, nth in wanted.items():
                if group[nth].expected[stream] not in (before[stream], None):
                    outcomes[nth] = Conflict()
        return {stream: version for stream, version in before.items() if wanted[stream] not in outcomes}

    def _insert(self, one: AppendRequest, bodies: Sequence[str], before: dict[StreamKey, int]) -> AppendResult:
        last: int | None = None
        for item, body in zip(one.new, bodies, strict=True):
            stream = (item.tenant, item.stream)
            before[stream] += 1
            last = self.database.draw("positions")
            self.events.append(self._make_recorded_event(last, item, before[stream], body))
            self.put("streams", stream, before[stream])
        if one.key is not None:
            kept = StoredAnswer(one.key.digest, last, one.key.answer)
            self.put("answers", (one.key.tenant, one.key.actor, one.key.key), kept)
        return AppendResult(last, one.key.answer if one.key else None, replayed=False)

    def _make_recorded_event(self, position: int, item: NewEvent, version: int, body: str) -> RecordedEvent[str]:
        return RecordedEvent(
            position=position,
            id=item.id,
            tenant=item.tenant,
            stream=item.stream,
            version=version,
            type=type_of(item.event),
            schema_version=item.schema_version,
            body=body,
            happened_on=item.event.happened_on,  # type: ignore[attr-defined]  # every event has it
            recorded_at=self.database.now(),
            cause=item.cause,
        )

    async def _seal_bodies(self, new: Sequence[NewEvent]) -> list[str]:
        bodies = []
        for item in new:
            if item.received is not None:
                bodies.append(item.received.json.decode())
                continue
            keys: dict[str, AESGCM] = {}
            for subject in sorted(subjects_of(item.event)):
                key = self.get("subject_keys", (item.tenant, subject))
                if key is None:
                    await self.lock(("subject_keys", (item.tenant, subject)))
                    key = self.get("subject_keys", (item.tenant, subject)) or AESGCM(AESGCM.generate_key(256))
                    self.put("subject_keys", (item.tenant, subject), key)
                if key == "destroyed":
                    raise Erased("This person's record was erased; nothing personal can be added to it.")
                keys[subject] = key
            bodies.append(sealed_json(item.event, item.id, keys).decode())
        return bodies

    async def read_streams(self, streams: Sequence[StreamKey]) -> list[StreamEvent]:
        await self._statement("read streams")
        return [
            StreamEvent(event.tenant, event.stream, event.version, event.type, event.schema_version, event.body)
            for stream in sorted(set(streams))
            for event in (
                *self.database.streams.get(stream, ()),
                *(own for own in self.events if (own.tenant, own.stream) == stream),
            )
        ]

    async def read_after(self, position: int, limit: int) -> list[RecordedEvent[str]]:
        await self._statement("read after")
        committed = self.database.events
        seen = sorted((*committed, *self.events), key=attrgetter("position")) if self.events else committed
        return [event for event in seen if event.position > position][:limit]

    async def read_model_events(self, position: int, limit: int) -> list[ModelEvent]:
        return [ModelEvent.of(stored) for stored in await self.read_after(position, limit)]

    async def head(self) -> int:
        await self._statement("head")
        return max((event.position for event in (*self.database.events[-1:], *self.events)), default=0)

    async def missing_events(self, wanted: Collection[tuple[int, UUID]]) -> set[tuple[int, UUID]]:
        await self._statement("missing")
        return set(wanted) - {(event.position, event.id) for event in (*self.database.events, *self.events)}

    async def incarnations(self) -> list[Incarnation]:
        await self._statement("incarnations")
        return [Incarnation(1, 0), *(Incarnation(*row) for row in sorted(self.rows("incarnations").items()))]

    async def open_incarnation(self, incarnation: Incarnation) -> None:
        await self._statement("open incarnation")
        self.put("incarnations", incarnation.number, incarnation.after)

    # followers

    async def lock_cursor(self, name: str) -> Cursor | None:
        await self._statement("hold cursor")
        return await self._lock_unowned(name)

    async def lock_cursors(self, names: Sequence[str]) -> list[Cursor]:
        await self._statement("hold cursors")
        return [cursor for name in sorted(names) if (cursor := await self._lock_unowned(name)) is not None]

    async def lock_live_cursors(self, definitions: Mapping[str, str]) -> dict[str, Cursor]:
        await self._statement("hold live")
        held = {}
        for name, definition in sorted(definitions.items()):
            version, current = self.get("read_models", name) or (0, None)
            if current == definition and (cursor := await self._lock_unowned(f"{name}@{version}")) is not None:
                held[name] = cursor
        return held

    async def _lock_unowned(self, name: str) -> Cursor | None:
        if self.get("cursors", name) is None or self.database.owners.get(("cursors", name), self) is not self:
            return None
        await self.lock(("cursors", name))
        return Cursor(name, self.get("cursors", name))

    async def move_cursors(self, names: Sequence[str], position: int) -> None:
        await self._statement("move cursors")
        for name in sorted(names):
            await self.lock(("cursors", name))
            self.put("cursors", name, position)

    async def record_obstacle(self, name: str, reason: str) -> None:
        await self._statement("record obstacle")

    async def read_rows(self, model: ReadModel, version: int, keys: Sequence[RowKey]) -> dict[RowKey, Row]:
        await self._statement("read rows")
        table = model.table(version)
        return {key: row for key in keys if (row := self.get(table, key)) is not None}

    async def write_rows(
        self,
        model: ReadModel,
        version: int,
        rows: Mapping[RowKey, Row | None],
        found: Collection[RowKey] | None = None,
    ) -> None:
        await self._statement("write rows")
        table = model.table(version)
        for key, row in rows.items():
            await self.lock((table, key))
            if found is not None and key not in found and row is not None and self.get(table, key) is not None:
                raise LookupError(f"a row of {table} is there already")
            self.put(table, key, row)

    async def write_changes(
        self, model: ReadModel, version: int, changes: Changes, found: Collection[RowKey] | None = None
    ) -> None:
        table = model.table(version)
        for key, of_row in changes.items():
            await self.lock((table, key))
            row, known_from = self.get(table, key), self.get(f"{table}_known_from", key)
            for position, after in of_row:
                if row is not None:
                    self.put(model.past_table(version), (key, known_from), (row, position))
                row, known_from = after, position
            self.put(f"{table}_known_from", key, known_from)
        await self.write_rows(model, version, {key: of_row[-1][1] for key, of_row in changes.items()}, found)

    # consumers

    async def lock_marks(
        self, consumer: str, places: Collection[SourcePartition]
    ) -> dict[SourcePartition, HighWaterMark]:
        await self._statement("hold marks")
        if self.database.owners.get(_GATE, self) is not self:
            await self.lock(_GATE)
        held = {}
        for place in sorted(places):
            await self.lock(("high_water", (consumer, place)))
            held[place] = self.get("high_water", (consumer, place)) or BEGINNING
            self.put("high_water", (consumer, place), held[place])
        return held

    async def lock_topic(self, consumer: str, topic: str) -> None:
        await self._statement("hold topic")
        for _, place in sorted(key for key in self.database.tables["high_water"] if key[0] == consumer):
            if place.topic == topic:
                await self.lock(("high_water", (consumer, place)))

    async def move_marks(self, consumer: str, marks: Mapping[SourcePartition, HighWaterMark]) -> None:
        await self._statement("move marks")
        for place in sorted(marks):
            await self.lock(("high_water", (consumer, place)))
            if marks[place] > self.get("high_water", (consumer, place)):
                self.put("high_water", (consumer, place), marks[place])
                self.put("recorded", (consumer, place), marks[place])

    async def enter_reactions(self, consumer: str, topics: Sequence[str], reactions: Mapping[str, int]) -> None:
        await self._statement("enter reactions")
        await self.lock(_GATE)
        while held := [
            lock
            for lock, owner in self.database.owners.items()
            if owner is not self and isinstance(lock, tuple) and lock[0] == "high_water"
        ]:
            await self.lock(held[0])
        places = [place for of, place in self.rows("high_water") if of == consumer and place.topic in topics]
        for type_, version in reactions.items():
            before, _ = self.get("reactions", (consumer, type_)) or (0, None)
            if before < version:
                self.put("reactions", (consumer, type_), (version, False))
                for place in places:
                    self.put("unheard", (consumer, place, type_), Unheard(version, BEGINNING))

    async def read_unheard(
        self, consumer: str, places: Collection[SourcePartition], reactions: Mapping[str, int]
    ) -> dict[SourcePartition, dict[str, Unheard]]:
        await self._statement("read unheard")
        entered = {key[1]: row for key, row in self.rows("reactions").items() if key[0] == consumer}
        found: dict[SourcePartition, dict[str, Unheard]] = {}
        for place in places:
            mark = self.get("high_water", (consumer, place))
            recorded = self.get("recorded", (consumer, place)) or BEGINNING
            for type_, (version, known_before) in entered.items():
                passed = reactions.get(type_) != version or (recorded < mark and not known_before)
                if passed and self.get("unheard", (consumer, place, type_)) is None:
                    self.put("unheard", (consumer, place, type_), Unheard(version, mark if known_before else recorded))
                if (unheard := self.get("unheard", (consumer, place, type_))) is not None:
                    found.setdefault(place, {})[type_] = unheard
            self.put("recorded", (consumer, place), mark)
        return found

    async def move_unheard(
        self,
        consumer: str,
        moved: Mapping[tuple[SourcePartition, str], HighWaterMark],
        places: Collection[SourcePartition],
        reactions: Mapping[str, int],
    ) -> None:
        await self._statement("move unheard")
        for (place, type_), mark in moved.items():
            unheard = self.get("unheard", (consumer, place, type_))
            self.put("unheard", (consumer, place, type_), unheard._replace(mark=mark))
        for key, unheard in list(self.rows("unheard").items()):
            of, place, type_ = key
            own = of == consumer and place in places and reactions.get(type_) == unheard.version
            if own and unheard.mark >= self.get("high_water", (consumer, place)):
                self.put("unheard", key, None)

    async def topics_with_unheard(self, consumer: str, reactions: Mapping[str, int]) -> set[str]:
        await self._statement("topics with unheard")
        entered = {
            place.topic
            for (of, place, type_), unheard in self.rows("unheard").items()
            if of == consumer and reactions.get(type_) == unheard.version
        }
        if not any(
            of == consumer and reactions.get(type_) == version and not known_before
            for (of, type_), (version, known_before) in self.rows("reactions").items()
        ):
            return entered
        return entered | {
            place.topic
            for (of, place), mark in self.rows("high_water").items()
            if of == consumer and (self.get("recorded", (of, place)) or BEGINNING) < mark
        }

    async def set_aside(self, consumer: str, events: Collection[tuple[str, str, int]]) -> set[tuple[str, str, int]]:
        await self._statement("set aside")
        kept = self.rows("parked").values()
        return {
            (message.topic, message.source, message.sequence) for message in kept if message.consumer == consumer
        } & set(events)

    async def park(self, parked: ParkedMessage) -> bool:
        await self._statement("park")
        if parked.sequence is None:
            once = (parked.consumer, parked.topic, parked.partition, parked.offset)
            await self.lock(("parked_once", once))
            if self.get("parked_once", once):
                return False
            self.put("parked_once", once, value=True)
        number = self.database.draw("parked")
        self.put("parked", number, replace(parked, id=number, parked_at=self.database.now()))
        return True

    async def parked_streams(self, consumer: str, streams: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        await self._statement("parked streams")
        wanted = set(streams)
        parked = {
            (message.topic, message.stream) for message in self.rows("parked").values() if message.consumer == consumer
        }
        return parked & wanted

    async def lock_parked(self, consumer: str, topic: str, stream: str) -> list[ParkedMessage]:
        await self._statement("parked of")
        found = []
        for number in sorted(self.rows("parked")):
            await self.lock(("parked", number))
            one = self.get("parked", number)
            if one is not None and (one.consumer, one.topic, one.stream) == (consumer, topic, stream):
                found.append(one)
        return found

    async def close_parked(self, numbers: Sequence[int]) -> None:
        await self._statement("close parked")
        for number in sorted(numbers):
            await self.lock(("parked", number))
            self.put("parked", number, None)

    # tasks

    async def add_tasks(self, tasks: Sequence[Task]) -> None:
        await self._statement("add tasks")
        for task in tasks:
            await self.lock(("tasks", task.id))
            if self.get("tasks", task.id) is None:
                self.put("tasks", task.id, (task, "waiting"))

    async def withdraw_tasks(self, tenant: str, stream: str, name: str) -> None:
        await self._statement("withdraw tasks")
        for number, (task, _) in sorted(self.rows("tasks").items()):
            if (task.tenant, task.stream, task.name) == (tenant, stream, name):
                await self.lock(("tasks", number))
                now, status = self.get("tasks", number)
                if status == "waiting":
                    self.put("tasks", number, (now, "withdrawn"))

    async def lock_due_tasks(self, names: Sequence[str], now: datetime, limit: int) -> list[Task]:
        await self._statement("due tasks")
        waiting = [task for task, status in self.rows("tasks").values() if status == "waiting" and task.due_at <= now]
        found: list[Task] = []
        for task in sorted(waiting, key=lambda task: (task.due_at, task.id)):
            free = self.database.owners.get(("tasks", task.id), self) is self
            if task.name in names and free and len(found) < limit:
                await self.lock(("tasks", task.id))
                found.append(task)
        return found

    async def settle_tasks(self, settled: Sequence[TaskOutcome]) -> None:
        await self._statement("settle tasks")
        for outcome in settled:
            await self.lock(("tasks", outcome.id))
            task, _ = self.get("tasks", outcome.id)
            again = outcome.status in ("waiting", "failed")
            task = replace(task, attempts=task.attempts + again, due_at=outcome.due_at or task.due_at)
            self.put("tasks", outcome.id, (task, outcome.status))

    async def destroy_key(self, tenant: str, subject: str) -> None:
        await self._statement("destroy key")
        await self.lock(("subject_keys", (tenant, subject)))
        self.put("subject_keys", (tenant, subject), "destroyed")


class MemoryStore:
    """A node's way to a database."""

    transient_errors: tuple[type[BaseException], ...] = (OSError, TimeoutError, Crosswise)

    def __init__(self, database: Database | None = None, way: Way | None = None) -> None:
        self.database = database or Database()
        self.way = way or Direct()

    def transaction(self) -> MemoryTransaction:
        return MemoryTransaction(self.database, self.way)

    @asynccontextmanager
    async def session(self) -> "AsyncIterator[MemoryStore]":
        yield self

    async def stored_answer(self, tenant: str, actor: str, key: str) -> StoredAnswer | None:
        await self.way.hop("kept")
        kept: StoredAnswer | None = self.database.tables["answers"].get((tenant, actor, key))
        return kept

    async def read_streams(self, streams: Sequence[StreamKey]) -> list[StreamEvent]:
        async with self.transaction() as transaction:
            return await transaction.read_streams(streams)

    async def append(
        self, new: Sequence[NewEvent], expected: Mapping[StreamKey, int | None], key: IdempotencyKey | None = None
    ) -> AppendResult:
        async with self.transaction() as transaction:
            return await transaction.append(new, expected, key)

    async def append_each(self, group: Sequence[AppendRequest]) -> list[AppendResult | DomainError | Conflict]:
        async with self.transaction() as transaction:
            return await transaction.append_each(group)

    async def ensure_cursor(self, name: str) -> None:
        self.database.make_cursor(name)
