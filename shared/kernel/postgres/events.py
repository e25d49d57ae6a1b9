"""The SQL of streams and events: streams are read whole, and appended to in one statement.

`functions/append.sql` explains why the order of positions is the order of commits.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import asyncpg

from shared.events.catalogue import type_of
from shared.kernel.decider import DomainError
from shared.kernel.postgres import Connection, name_tenants, opened_at
from shared.kernel.postgres.personal import Erased, Keyring, sealed_json, subjects_of
from shared.kernel.records import (
    AppendRequest,
    AppendResult,
    Cause,
    Conflict,
    IdempotencyKey,
    Incarnation,
    KeyReused,
    ModelEvent,
    NewEvent,
    RecordedEvent,
    StoredAnswer,
    StreamEvent,
    StreamKey,
)

REUSED = "This Idempotency-Key was used before with another body; use a new key."


async def append(
    connection: Connection,
    keyring: Keyring,
    new: Sequence[NewEvent],
    expected: Mapping[StreamKey, int | None],
    key: IdempotencyKey | None = None,
) -> AppendResult:
    """Append events to their streams; the last statement of whatever transaction the connection is in.

    `expected` has the version of every stream by (tenant, stream), None for any version; a stream without a new event
    is only compared. Raises `Conflict` or `KeyReused`; then nothing is stored.
    """
    bodies = await _sealed(connection, keyring, new)
    added = _added(new, expected)
    try:
        row = await connection.fetchrow(
            "select * from append($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20)",
            [tenant for tenant, _ in added],
            [stream for _, stream in added],
            [expected[stream] for stream in added],
            list(added.values()),
            *_columns(new, bodies),
            *((key.tenant, key.actor, key.key, key.digest, key.answer) if key else (None,) * 5),
        )
    except asyncpg.PostgresError as error:
        match error.sqlstate:
            case "AL409":
                raise Conflict from None
            case "AL422":
                raise KeyReused(REUSED) from None
        raise
    assert row is not None
    return AppendResult(row["last_position"], row["answer"], row["replayed"])


async def append_each(
    connection: Connection, keyring: Keyring, group: Sequence[AppendRequest]
) -> list[AppendResult | DomainError | Conflict]:
    """Append several commands in one transaction, each as `append` would; return the outcome of each, in their
    order.
    """
    bodies = await _sealed_each(connection, keyring, group)
    outcomes: list[AppendResult | DomainError | Conflict] = [AppendResult(None, None, replayed=False) for _ in group]
    ready: list[tuple[int, AppendRequest]] = []
    sealed: list[bytes] = []
    for nth, (one, own) in enumerate(zip(group, bodies, strict=True)):
        if isinstance(own, Erased):
            outcomes[nth] = own
        elif one.as_of < opened_at(connection):
            outcomes[nth] = Conflict()
        else:
            ready.append((nth, one))
            sealed += own
    streams = [
        (nth, *stream, one.expected[stream], added)
        for nth, one in ready
        for stream, added in _added(one.new, one.expected).items()
    ]
    keys = [(nth, one.key) for nth, one in ready if one.key is not None]
    rows = await connection.fetch(
        "select * from append_each($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22)",
        *([list(column) for column in zip(*streams, strict=True)] or [[]] * 5),
        *_columns([item for _, one in ready for item in one.new], sealed),
        [nth for nth, _ in keys],
        [key.tenant for _, key in keys],
        [key.actor for _, key in keys],
        [key.key for _, key in keys],
        [key.digest for _, key in keys],
        [key.answer for _, key in keys],
    )
    for row in rows:
        outcomes[row["command"]] = _outcome(row, group[row["command"]].key)
    return outcomes


def _outcome(row: asyncpg.Record, key: IdempotencyKey | None) -> AppendResult | DomainError | Conflict:
    match row["outcome"]:
        case "appended":
            return AppendResult(row["last_position"], key.answer if key else None, replayed=False)
        case "replayed":
            return AppendResult(row["last_position"], row["answer"], replayed=True)
        case "reused":
            return KeyReused(REUSED)
        case _:
            return Conflict()


def _added(new: Sequence[NewEvent], expected: Mapping[StreamKey, int | None]) -> dict[StreamKey, int]:
    """The number of new events of each stream, 0 of a stream that is only compared."""
    added = dict.fromkeys(expected, 0)
    for item in new:
        stream = (item.tenant, item.stream)
        added[stream] = added.get(stream, 0) + 1
    return added


def _columns(new: Sequence[NewEvent], bodies: Sequence[bytes]) -> tuple[list[object], ...]:
    """The columns of the events, as arrays: the parameters of both SQL functions."""
    return (
        [item.tenant for item in new],
        [item.stream for item in new],
        [item.id for item in new],
        [type_of(item.event) for item in new],
        [item.schema_version for item in new],
        list(bodies),
        [item.event.happened_on for item in new],  # type: ignore[attr-defined]  # every event has it
        [item.cause.actor for item in new],
        [item.cause.correlation_id for item in new],
        [item.cause.causation_id for item in new],
        [item.cause.traceparent for item in new],
    )


async def _sealed_each(
    connection: Connection, keyring: Keyring, group: Sequence[AppendRequest]
) -> list[list[bytes] | Erased]:
    """The sealed bodies of each command's events, or its error.

    The keys of all commands are read in one statement, unless one of them is destroyed.
    """
    try:
        bodies = iter(await _sealed(connection, keyring, [item for decided in group for item in decided.new]))
    except Erased as erased:
        if len(group) == 1:
            return [erased]
        return [sealed for decided in group for sealed in await _sealed_each(connection, keyring, [decided])]
    return [[next(bodies) for _ in decided.new] for decided in group]


async def _sealed(connection: Connection, keyring: Keyring, new: Sequence[NewEvent]) -> list[bytes]:
    """The bodies to store: received ones as they came, all others with their personal texts sealed."""
    subjects: dict[str, set[str]] = {}
    for item in new:
        if item.received is None and (wanted := subjects_of(item.event)):
            subjects.setdefault(item.tenant, set()).update(wanted)
    keys = {}
    for tenant, wanted in subjects.items():
        async with connection.transaction():
            await name_tenants(connection, [tenant])
            keys[tenant] = await keyring.keys_for_writing(connection, tenant, wanted)
    return [
        sealed_json(item.event, item.id, keys.get(item.tenant, {})) if item.received is None else item.received.json
        for item in new
    ]


async def read_streams(connection: Connection, streams: Sequence[StreamKey]) -> list[StreamEvent]:
    """Read every event of the streams, given as (tenant, stream); each stream in order."""
    rows = await connection.fetch(
        "select tenant, stream, version, type, schema_version, body::text from read_streams($1, $2)",
        [tenant for tenant, _ in streams],
        [stream for _, stream in streams],
    )
    return [StreamEvent(*row) for row in rows]


async def read_after(connection: Connection, position: int, limit: int) -> list[RecordedEvent[str]]:
    """Read at most `limit` events of every tenant after a position, in the order of positions; for the worker role."""
    rows = await connection.fetch(
        """select position, id, tenant, stream, version, type, schema_version, body::text as body,
                  happened_on, recorded_at, actor, correlation_id, causation_id, traceparent
           from events where position > $1 order by position limit $2""",
        position,
        limit,
    )
    return [_recorded(row) for row in rows]


async def read_model_events(connection: Connection, position: int, limit: int) -> list[ModelEvent]:
    """Read as `read_after` does, and of each event only what read models need; for the worker role."""
    rows = await connection.fetch(
        """select position, tenant, type, schema_version, body::text, traceparent
           from events where position > $1 order by position limit $2""",
        position,
        limit,
    )
    return [ModelEvent(*row) for row in rows]


def _recorded(row: asyncpg.Record) -> RecordedEvent[str]:
    *event, actor, correlation_id, causation_id, traceparent = row
    cause = Cause(actor, correlation_id, causation_id, traceparent)
    return RecordedEvent(*event, cause)  # type: ignore[call-arg]  # mypy cannot count a record's columns


async def missing_events(connection: Connection, wanted: Collection[tuple[int, UUID]]) -> set[tuple[int, UUID]]:
    """Read those of the events, by position and id, that are not in the store; for the worker role."""
    rows = await connection.fetch(
        "select * from missing($1, $2)",
        [position for position, _ in wanted],
        [id_ for _, id_ in wanted],
    )
    return {(row["position"], row["id"]) for row in rows}


async def head(connection: Connection) -> int:
    """Read the last position of the store, 0 when it is empty; for the worker role."""
    return int(await connection.fetchval("select coalesce(max(position), 0) from events"))


async def incarnations(connection: Connection) -> list[Incarnation]:
    """Read every incarnation of the store, in order."""
    rows = await connection.fetch("select number, after_position from incarnations order by number")
    return [Incarnation(*row) for row in rows]


async def stored_answer(connection: Connection, tenant: str, actor: str, key: str) -> StoredAnswer | None:
    """Read the answer to the command with this Idempotency-Key; None where it has not been done."""
    row = await connection.fetchrow("select digest, position, answer from kept($1, $2, $3)", tenant, actor, key)
    return None if row is None else StoredAnswer(row["digest"], row["position"], row["answer"])
