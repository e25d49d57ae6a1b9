"""What is looked at when all is at rest: everything stored, everything published, every row of every read model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import TypeAdapter

from shared.events import BrokenEnvelope, Envelope
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.readmodel import ReadModel
from shared.kernel.records import RecordedEvent
from shared.kernel.service.definition import Service
from tests.faults.site import SERVICES, Site, connect_to

TOPICS = ("referral", "people", "matching", "sessions")
FAULTY = "urn:alongside:faults"
"""The source of what the suite itself puts into topics: no event of anybody's."""


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event; its body as JSON text."""

    position: int
    id: UUID
    tenant: str
    stream: str
    version: int
    type: str
    schema_version: int
    body: str
    actor: str
    causation_id: UUID | None


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a topic."""

    partition: int
    offset: int
    key: str
    value: bytes | None
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Due:
    """What a stored event must have in a topic."""

    event: Event
    type: str
    key: str
    value: bytes | None


@dataclass
class Evidence:
    """By service, by topic, by (service, read model)."""

    events: dict[str, list[Event]] = field(default_factory=dict)
    recorded: dict[str, list[RecordedEvent[str]]] = field(default_factory=dict)
    versions: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)
    due: dict[str, list[Due]] = field(default_factory=dict)
    topics: dict[str, list[Message]] = field(default_factory=dict)
    rows: dict[tuple[str, str], dict[tuple[object, ...], dict[str, Any]]] = field(default_factory=dict)
    parked: dict[str, list[str]] = field(default_factory=dict)


def service(name: str) -> Service:
    """A service, put together as its processes are."""
    found: Service = import_module(f"services.{name}.main").SERVICE
    return found


async def gather_evidence(site: Site) -> Evidence:
    """Read everything that the checks compare: stores, topics, read models, parked messages."""
    evidence = Evidence()
    for name in SERVICES:
        await _look_into(site, name, evidence)
    for topic in TOPICS:
        evidence.topics[topic] = await topic_of(site, topic)
    return evidence


async def _look_into(site: Site, name: str, evidence: Evidence) -> None:
    connection = await connect_to(site, name)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            evidence.events[name] = [
                Event(*row)
                for row in await connection.fetch(
                    """select position, id, tenant, stream, version, type, schema_version, body::text,
                              actor, causation_id from events order by position"""
                )
            ]
            evidence.versions[name] = {
                (row["tenant"], row["stream"]): row["version"] for row in await connection.fetch("table streams")
            }
            evidence.parked[name] = [
                f"{row['type'] or 'a message without a type'}: {row['reason']}"
                for row in await connection.fetch("select type, reason from parked where status = 'parked' order by id")
            ]
            for model in service(name).read_models:
                evidence.rows[name, model.name] = await _rows(connection, model)
    finally:
        await connection.close()
    await _what_is_due(site, name, evidence)


async def _rows(connection: Any, model: ReadModel) -> dict[tuple[object, ...], dict[str, Any]]:
    found = {}
    for record in await connection.fetch(f"select {', '.join(model.columns)} from reading.{model.name}"):
        row = normal(dict(record))
        found[tuple(row[name] for name in ("tenant", *model.key))] = row
    return found


def normal(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON would say it, whether it comes from a table or from a fold."""
    dumped: dict[str, Any] = TypeAdapter(dict[str, Any]).dump_python(dict(row), mode="json")
    return {name: value.rstrip("Z") if isinstance(value, str) else value for name, value in dumped.items()}


async def _what_is_due(site: Site, name: str, evidence: Evidence) -> None:
    """What the service's publications make of its events, by the same code that publishes them."""
    async with await open_pool(site.known.database(name, "worker"), size=1) as pool:
        store = PostgresStore(pool, Keyring(site.settings.master_key()))
        async with store.transaction() as transaction:
            stored = await transaction.read_after(0, len(evidence.events[name]))
            evidence.recorded[name] = stored
            for publication in service(name).publications(site.settings):
                published = await publication.publish(transaction, stored)
                evidence.due[publication.topic.split(".")[1]] = [
                    Due(
                        event,
                        public.type,
                        f"{event.tenant}/{event.stream}",
                        None if public.type in publication.tombstones else public.model_dump_json().encode(),
                    )
                    for event, public in zip(evidence.events[name], published, strict=True)
                    if public is not None
                ]


async def topic_of(site: Site, name: str) -> list[Message]:
    """Everything in a topic but what the suite put there to be parked; each partition in order."""
    topic = site.settings.topic(name)
    messages: list[Message] = []
    consumer = AIOKafkaConsumer(bootstrap_servers=site.settings.kafka_bootstrap_servers, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in sorted(await _partitions(consumer, topic))]
        ends = await consumer.end_offsets(partitions)
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        waiting = {at for at in partitions if ends[at] > 0}
        while waiting:
            for records in (await consumer.getmany(*waiting, timeout_ms=500)).values():
                messages += [message for record in records if (message := _message(record)) is not None]
            for at in list(waiting):
                if await consumer.position(at) >= ends[at]:
                    waiting.discard(at)
    finally:
        await consumer.stop()
    return messages


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    await consumer._client.force_metadata_update()
    partitions: set[int] = await consumer._client._wait_on_metadata(topic)
    return partitions


def _message(record: Any) -> Message | None:
    try:
        envelope = Envelope.from_headers(record.headers)
    except BrokenEnvelope:
        return None
    if envelope.source == FAULTY:
        return None
    return Message(record.partition, record.offset, (record.key or b"").decode(), record.value, envelope)
