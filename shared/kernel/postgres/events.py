"""The SQL of streams and events: whole streams in, whole streams out, one statement to append.

`append` is the SQL function of `migrations/0002_append.sql`; read there why position order is commit order.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from shared.events.catalogue import type_of, version_of
from shared.kernel.personal import Keyring, seal, subjects_of
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.store import Appended, Cause, Conflict, Kept, Key, KeyReused, New, Recorded, Stored, StreamOf


async def append(
    connection: Connection,
    keyring: Keyring,
    new: Sequence[New],
    expected: Mapping[StreamOf, int | None],
    key: Key | None = None,
) -> Appended:
    """Append events to their streams; the last statement of whatever transaction the connection is in.

    `expected` has the version of every stream by (tenant, stream), None for "whatever it is". Raises `Conflict` or
    `KeyReused`; then nothing is stored.
    """
    bodies = await _sealed(connection, keyring, new)
    added = dict.fromkeys(expected, 0)
    for item in new:
        added[item.tenant, item.stream] += 1
    streams = [stream for stream, count in added.items() if count]
    try:
        row = await connection.fetchrow(
            "select * from append($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20)",
            [tenant for tenant, _ in streams],
            [stream for _, stream in streams],
            [expected[stream] for stream in streams],
            [added[stream] for stream in streams],
            [item.tenant for item in new],
            [item.stream for item in new],
            [item.id for item in new],
            [type_of(item.event) for item in new],
            [version_of(item.event) for item in new],
            bodies,
            [item.event.happened_on for item in new],  # type: ignore[attr-defined]  # every event has it
            [item.cause.actor for item in new],
            [item.cause.correlation_id for item in new],
            [item.cause.causation_id for item in new],
            [item.cause.traceparent for item in new],
            *((key.tenant, key.actor, key.key, key.digest, key.answer) if key else (None,) * 5),
        )
    except asyncpg.PostgresError as error:
        match error.sqlstate:
            case "AL409":
                raise Conflict from None
            case "AL422":
                raise KeyReused("This Idempotency-Key came before with another body; use a new key.") from None
        raise
    assert row is not None
    return Appended(row["last_position"], row["answer"], row["replayed"])


async def _sealed(connection: Connection, keyring: Keyring, new: Sequence[New]) -> list[dict[str, Any]]:
    subjects: dict[str, set[str]] = {}
    for item in new:
        if wanted := subjects_of(item.event):
            subjects.setdefault(item.tenant, set()).update(wanted)
    keys = {}
    for tenant, wanted in subjects.items():
        async with connection.transaction():
            await name_tenants(connection, [tenant])
            keys[tenant] = await keyring.keys_for_writing(connection, tenant, wanted)
    return [seal(item.event, item.id, keys.get(item.tenant, {})) for item in new]


async def read_streams(connection: Connection, streams: Sequence[StreamOf]) -> list[Stored]:
    """Every event of the streams, given as (tenant, stream); each stream in order."""
    rows = await connection.fetch(
        "select tenant, stream, version, type, schema_version, body::text from read_streams($1, $2)",
        [tenant for tenant, _ in streams],
        [stream for _, stream in streams],
    )
    return [Stored(*row) for row in rows]


async def read_after(connection: Connection, position: int, limit: int) -> list[Recorded[str]]:
    """At most `limit` events of every tenant after a position, in the order of positions; for the worker role."""
    rows = await connection.fetch(
        """select position, id, tenant, stream, version, type, schema_version, body::text as body,
                  happened_on, recorded_at, actor, correlation_id, causation_id, traceparent
           from events where position > $1 order by position limit $2""",
        position,
        limit,
    )
    return [_recorded(row) for row in rows]


def _recorded(row: asyncpg.Record) -> Recorded[str]:
    columns = dict(row)
    cause = Cause(*(columns.pop(name) for name in ("actor", "correlation_id", "causation_id", "traceparent")))
    return Recorded(cause=cause, **columns)


async def head(connection: Connection) -> int:
    """The last position of the store, 0 when it is empty; for the worker role."""
    return int(await connection.fetchval("select coalesce(max(position), 0) from events"))


async def kept(connection: Connection, tenant: str, actor: str, key: str) -> Kept | None:
    """What was answered to the command with this Idempotency-Key, if it has been done."""
    async with connection.transaction():
        await name_tenants(connection, [tenant])
        row = await connection.fetchrow(
            "select digest, position, answer from answers where tenant = $1 and actor = $2 and key = $3",
            tenant,
            actor,
            key,
        )
    return None if row is None else Kept(row["digest"], row["position"], row["answer"])
