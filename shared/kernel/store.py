"""The event store: whole streams in, whole streams out, one statement to append.

`append` is the SQL function of `migrations/0002_append.sql`; read there why position order is commit order.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import asyncpg
from pydantic import BaseModel
from pydantic_core import to_json

from shared.events.catalogue import type_of, version_of
from shared.kernel.decider import DomainError
from shared.kernel.personal import Keyring, seal, subjects_of
from shared.kernel.postgres import Connection, name_tenants

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is recorded: who acted (an opaque id), the chain it belongs to, the event it answers, its trace."""

    actor: str
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E]):
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


class Conflict(Exception):
    """A stream has moved on since it was loaded: load, decide and append again."""


class KeyReused(DomainError):
    """The same Idempotency-Key came before with another body."""

    status = 422


def digest(value: object) -> bytes:
    """A digest of JSON values, to see whether a key comes with the same body again."""
    return hashlib.sha256(to_json(value)).digest()


async def append(
    connection: Connection,
    keyring: Keyring,
    new: Sequence[New],
    expected: Mapping[tuple[str, str], int | None],
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


async def read_streams(connection: Connection, streams: Sequence[tuple[str, str]]) -> list[Stored]:
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
