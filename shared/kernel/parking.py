"""What failed for good waits here, in order, with everything behind it in its stream, until an operator acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.events import Envelope


class Message(Protocol):
    """What the consumer reads of a Kafka record."""

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
class Parked:
    """A parked message, whole, so that it can be taken again; it has the shape of a Kafka record."""

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
    def of(cls, consumer: str, message: Message, envelope: Envelope | None, reason: str) -> "Parked":
        """The message with what could be read of it."""
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
    """The stream a message belongs to, tenant and all: its key, which is there even when nothing else can be read."""
    return storable((message.key or b"").decode(errors="replace"))


def storable(text: str) -> str:
    """The text without NUL, which PostgreSQL does not take: parking must never fail."""
    return text.replace("\0", "\ufffd")
