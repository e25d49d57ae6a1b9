"""From a request through store, relay, Kafka and consumer to the projection."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.kernel.loops.consumer import Consumer
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import parking
from shared.kernel.reactions import react_with
from tests.support.notes_service import REACTIONS, SERVICE, TENANT, Notes, note_message, store_events, store_of
from tests.support.services import eventually


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """Every finished span of this process; the provider of a process can be set once, so another's is used."""
    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[InMemorySpanExporter]:
    exporter.clear()
    yield exporter
    exporter.clear()


async def count_heard(notes: Notes, note: str) -> int:
    answer = await notes.client.get("/notes", headers=notes.bearer())
    return next((int(row["heard"]) for row in answer.json() if row["note_id"] == note), 0)


async def test_one_trace_runs_from_the_request_to_the_projection(spans: InMemorySpanExporter, walking: Notes) -> None:
    note = await walking.write("Ada Lovelace")

    async def has_arrived() -> bool:
        return await count_heard(walking, note) == 1

    await eventually(has_arrived)
    stored = await store_events(walking.urls["worker"])
    events = {row["type"]: row for row in stored if str(note) in row["stream"]}
    traces = {row["traceparent"].split("-")[1] for row in events.values()}

    assert set(events) == {"notes.note_written", "notes.note_heard"}
    assert len(traces) == 1
    assert len({row["correlation_id"] for row in events.values()}) == 1
    assert events["notes.note_heard"]["causation_id"] == events["notes.note_written"]["id"]
    names = [span.name for span in spans.get_finished_spans() if f"{span.context.trace_id:032x}" in traces]
    assert {"POST /notes", "react notes.note_told", "project notes"} <= set(names)
    assert names.count("project notes") == 2
    roots = [
        span for span in spans.get_finished_spans() if f"{span.context.trace_id:032x}" in traces and span.parent is None
    ]
    assert [span.name for span in roots] == ["POST /notes"]


async def test_no_span_says_what_a_person_typed(spans: InMemorySpanExporter, walking: Notes) -> None:
    await walking.client.post("/broken", json={"author_id": "a", "text": "Ada Lovelace"}, headers=walking.bearer())
    (span,) = [span for span in spans.get_finished_spans() if span.name == "POST /broken"]
    assert span.attributes is not None
    assert 500 in span.attributes.values()
    assert "Lovelace" not in "".join(span.to_json() for span in spans.get_finished_spans())


async def test_an_event_that_cannot_be_decoded_waits_aside_until_it_is_replayed(walking: Notes) -> None:
    bad, good = await walking.write(), await walking.write()

    async def both_heard() -> bool:
        return (await count_heard(walking, bad), await count_heard(walking, good)) == (1, 1)

    await eventually(both_heard)
    stuck = note_message(UUID(bad), 10**6, value=b"not json")
    async with AIOKafkaProducer(bootstrap_servers=walking.settings.kafka_bootstrap_servers) as producer:
        await producer.send_and_wait(
            walking.settings.topic("notes"), stuck.value, key=stuck.key, headers=list(stuck.headers)
        )
    assert walking.pool is not None
    pool = walking.pool

    async def has_parked(number: int) -> bool:
        return len(await parking.list_parked(pool)) == number

    await eventually(lambda: has_parked(1))
    await pool.execute("update high_water set position = 0 where position = 1000000")  # its number was made up
    await walking.amend(bad, 2)
    await walking.amend(good, 2)
    await eventually(lambda: has_parked(2))

    async def good_goes_on() -> bool:
        return await count_heard(walking, good) == 2

    await eventually(good_goes_on)
    assert await count_heard(walking, bad) == 1

    first, behind = await parking.list_parked(pool)
    assert first.id is not None
    consumer = Consumer(
        SERVICE.consumer_name, store_of(pool), Notifier(), react_with("notes", REACTIONS), SERVICE.catalogue
    )
    assert await consumer.replay(first.topic, first.stream) == 0
    await parking.discard(pool, first.id)
    assert await consumer.replay(behind.topic, behind.stream) == 1

    async def bad_goes_on() -> bool:
        return await count_heard(walking, bad) == 2

    await eventually(bad_goes_on)
    assert first.stream == f"{TENANT}/note-{bad}"
