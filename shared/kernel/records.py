"""The plain values of the event store: events, causes, appends, cursors, high-water marks, tasks, parked messages.

The protocols in `store` take and return them; PostgreSQL and the store in memory keep them.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Literal, NamedTuple, Protocol, TypeVar
from uuid import UUID, uuid4

from pydantic import BaseModel
from pydantic_core import to_json

from shared.events import Catalogue, Envelope
from shared.events.catalogue import version_of
from shared.kernel.decider import DomainError

E = TypeVar("E")
StreamKey = tuple[str, str]
"""A stream with its tenant: (tenant, stream)."""
RowKey = tuple[object, ...]
"""The tenant and the key of a read model's row: (tenant, *key)."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an event is recorded.

    The actor is an opaque id. `correlation_id` identifies the chain of commands and events, `causation_id` the event
    that this one answers, `traceparent` the OpenTelemetry trace.
    """

    actor: str
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None


class ReceivedBody(NamedTuple):
    """The JSON of an event as another service published it, and the version that it is stored as."""

    schema_version: int
    json: bytes


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append, with its stream and cause.

    `received` is stored in place of the event's own version and JSON, with every field that this version does not know.
    It must hold no personal text: nothing in it is sealed.
    """

    tenant: str
    stream: str
    event: BaseModel
    cause: Cause
    id: UUID = field(default_factory=uuid4)
    received: ReceivedBody | None = None

    @property
    def schema_version(self) -> int:
        """The version that the event is stored as."""
        return version_of(self.event) if self.received is None else self.received.schema_version


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """An event as it is read from its stream; `body` is JSON that is not decoded yet."""

    tenant: str
    stream: str
    version: int
    type: str
    schema_version: int
    body: str


@dataclass(frozen=True, slots=True)
class RecordedEvent(Generic[E]):
    """A stored event with everything that the store knows about it. `recorded_at` is UTC."""

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


@dataclass(slots=True)
class ModelEvent:
    """A stored event as read models read it; `body` is JSON. `decode` keeps what it returns."""

    position: int
    tenant: str
    type: str
    schema_version: int
    body: str
    traceparent: str | None
    event: BaseModel | None = None

    @classmethod
    def of(cls, stored: RecordedEvent[str]) -> "ModelEvent":
        """Return what read models need of a stored event."""
        trace = stored.cause.traceparent
        return cls(stored.position, stored.tenant, stored.type, stored.schema_version, stored.body, trace)

    def decode(self, catalogue: Catalogue[BaseModel]) -> BaseModel:
        """Decode the event, once for all read models with the same class of it; raises `Undecodable`."""
        if self.event is None or catalogue.classes.get(self.type) is not type(self.event):
            self.event = catalogue.decode(self.type, self.schema_version, self.body)
        return self.event


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """An Idempotency-Key of an actor, with the digest of the request and the answer to store for it."""

    tenant: str
    actor: str
    key: str
    digest: bytes
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer stored for an Idempotency-Key, with the digest of its request and the position of its last event."""

    digest: bytes
    position: int | None
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AppendRequest:
    """The events that one command decided, the stream versions that it decided on, and its Idempotency-Key.

    A version of None matches any; a stream without a new event is only compared. `as_of` is when reading for the
    command began, by the clock of the event loop. A connection opened after that may lead to another store: a backup
    restored under the same name in the meantime.
    """

    new: Sequence[NewEvent]
    expected: Mapping[StreamKey, int | None]
    key: IdempotencyKey | None = None
    as_of: float = math.inf


@dataclass(frozen=True, slots=True)
class AppendResult:
    """The result of an append: its last position (None where there was no event), and the answer for its key.

    `replayed` says that the key was used before: then position and answer are those of the first time.
    """

    position: int | None
    answer: dict[str, Any] | None
    replayed: bool


class Conflict(Exception):
    """A stream has more events than when it was loaded: load, decide and append again."""


class KeyReused(DomainError):
    """The same Idempotency-Key was used before with another body."""

    status = 422


def json_digest(value: object) -> bytes:
    """Return a digest of JSON values, which tells whether an Idempotency-Key is used with the same body again."""
    return hashlib.sha256(to_json(value)).digest()


class Cursor(NamedTuple):
    """How far a follower of the store is: the last position that it has handled."""

    name: str
    position: int


class SourcePartition(NamedTuple):
    """The partition of a topic, and the source, that a high-water mark belongs to.

    A service that publishes to two topics is two sources, each with an order of its own.
    """

    source: str
    topic: str
    partition: int


class HighWaterMark(NamedTuple):
    """A high-water mark: a consumer has handled every event of a place up to it, so an event at or below it repeats.

    It only grows. The incarnation is compared first: a store that was put back to an older backup uses its later
    positions a second time.
    """

    incarnation: int
    position: int


BEGINNING = HighWaterMark(1, 0)
"""The high-water mark below every event."""


class Unheard(NamedTuple):
    """What a consumer has passed over of a type of events in a place: everything after a mark, up to its own.

    A reader with this version of the reaction will hear it.
    """

    version: int
    mark: HighWaterMark


class Incarnation(NamedTuple):
    """A period of a store's life: it begins after a position, and ends when a restored backup begins the next one."""

    number: int
    after: int


def incarnation_of(incarnations: Iterable[Incarnation], position: int) -> int:
    """Return the number of the incarnation that the event at this position belongs to: the last one begun before it."""
    return max(one.number for one in incarnations if one.after < position)


@dataclass(frozen=True, slots=True)
class Task:
    """A command that a process asked for: the name of its handler, its arguments, and when it is due (UTC).

    `id` is derived from the event that asked for it, `stream` is the process's own. `body` is JSON with opaque ids
    only. `attempts` counts the failures so far.
    """

    id: UUID
    tenant: str
    stream: str
    name: str
    body: Mapping[str, Any]
    due_at: datetime
    cause: Cause
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """The outcome of a task. One that waits for another attempt says until when; `reason` names no person."""

    id: UUID
    status: Literal["done", "refused", "waiting", "failed"]
    reason: str | None = None
    due_at: datetime | None = None


class Message(Protocol):
    """The parts of a Kafka record that the consumer reads."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """A message that failed for good, or waits behind one; kept whole, in the shape of a Kafka record, for a replay."""

    consumer: str
    topic: str
    partition: int
    offset: int
    source: str
    stream: str
    sequence: int | None
    type: str | None
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    reason: str
    id: int | None = None
    parked_at: datetime | None = None

    @classmethod
    def of(cls, consumer: str, message: Message, envelope: Envelope | None, reason: str) -> "ParkedMessage":
        """Make a parked message from a message; if it has no readable envelope, its topic takes the place of its
        source.
        """
        return cls(
            consumer=consumer,
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            source=envelope.source if envelope else message.topic,
            stream=stream_of(message),
            sequence=envelope.sequence if envelope else None,
            type=envelope.type if envelope else None,
            key=message.key,
            value=message.value,
            headers=message.headers,
            reason=reason,
        )


def stream_of(message: Message) -> str:
    """Return the stream of a message, with its tenant: the message's key, which can be read even when nothing else
    can.
    """
    return replace_nul((message.key or b"").decode(errors="replace"))


def replace_nul(text: str) -> str:
    """Replace NUL, which PostgreSQL does not store: parking must never fail."""
    return text.replace("\0", "\ufffd")
