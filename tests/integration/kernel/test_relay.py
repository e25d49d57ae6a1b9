"""Stored events reach their topic in order, complete, and in the envelope that was agreed on."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Sequence
from typing import cast
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaConnectionError
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.events import Envelope
from shared.kernel.kafka import publisher as kafka
from shared.kernel.kafka.publisher import KafkaPublisher
from shared.kernel.kafka.topics import SET_ON_THE_TOPIC, Topic, create_topics
from shared.kernel.loops.follower import Follower
from shared.kernel.loops.relay import (
    MessagesRefused,
    NotAcknowledged,
    OutgoingMessage,
    Publication,
    Relay,
    RelayTransaction,
    publish_each,
)
from shared.kernel.postgres import Pool
from shared.kernel.records import Cause, Cursor, NewEvent
from tests.support.notes_service import (
    DAY,
    EVENTS,
    SOURCE,
    TENANT,
    AuthorForgotten,
    NoteAmended,
    NoteHeard,
    NoteTold,
    publish,
    store_of,
)

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Publishing:
    """A store, a topic of this test, and a relay between them."""

    def __init__(self, pool: Pool, bootstrap: str) -> None:
        self.pool = pool
        self.bootstrap = bootstrap
        self.topic = f"t{uuid4().hex[:12]}.notes.v1"
        self.cursor = f"relay-{uuid4()}"
        self.store = store_of(pool)
        publication = Publication(self.topic, SOURCE, publish_each(EVENTS, publish), frozenset({"notes.author_gone"}))
        self.publisher = KafkaPublisher(bootstrap)
        self.relay = Relay(self.publisher, [publication])

    async def prepare(self) -> None:
        await create_topics(self.bootstrap, [Topic(self.topic, 4)])
        await self.store.ensure_cursor(self.cursor)
        head = await self.pool.fetchval("select coalesce(max(position), 0) from events")
        await self.pool.execute("update cursors set position = $2 where name = $1", self.cursor, head)
        self.relay._nothing_up_to[self.topic] = head  # what is in the store already is no loss of this topic's

    async def amend(self, *words: int, note: UUID | None = None, cause: Cause | None = None) -> UUID:
        note = note or uuid4()
        cause = cause or Cause("somebody", uuid4())
        stream = f"note-{note}"
        new = [
            NewEvent(TENANT, stream, NoteAmended(happened_on=DAY, note_id=note, words=number), cause)
            for number in words
        ]
        await self.store.append(new, {(TENANT, stream): None})
        return note

    @property
    def follower(self) -> Follower[RelayTransaction]:
        return Follower(self.cursor, self.relay.handle, batch=50)

    async def run_out(self) -> None:
        while await self.follower.step(self.store):
            pass

    async def obstacle(self) -> str | None:
        ask = "select obstacle from cursors where name = $1 and obstacle_at > moved_at"
        return cast("str | None", await self.pool.fetchval(ask, self.cursor))

    async def messages(self, number: int) -> list[ConsumerRecord[bytes, bytes]]:
        """What lies in the topic, once it is at least so many; each partition in order."""
        consumer = AIOKafkaConsumer(
            self.topic, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest", group_id=None
        )
        await consumer.start()
        found: list[ConsumerRecord[bytes, bytes]] = []
        try:
            async with asyncio.timeout(20):
                while len(found) < number:
                    for records in (await consumer.getmany(timeout_ms=200)).values():
                        found += records
        finally:
            await consumer.stop()
        return found


@pytest.fixture
async def publishing(worker_pool: Pool, kafka_bootstrap: str) -> AsyncIterator[Publishing]:
    publishing = Publishing(worker_pool, kafka_bootstrap)
    async with publishing.publisher:
        await publishing.prepare()
        yield publishing


def words(messages: Sequence[ConsumerRecord[bytes, bytes]], note: UUID) -> list[int]:
    key = f"{TENANT}/note-{note}".encode()
    return [NoteTold.model_validate_json(message.value or b"").words for message in messages if message.key == key]


async def test_each_stream_comes_out_whole_and_in_order(publishing: Publishing) -> None:
    notes = [uuid4() for _ in range(12)]
    for number in range(20):
        for note in notes:
            await publishing.amend(number, note=note)
    await publishing.run_out()

    messages = await publishing.messages(240)

    assert len(messages) == 240
    assert len({message.partition for message in messages}) > 1
    for note in notes:
        assert words(messages, note) == list(range(20))
        assert len({message.partition for message in messages if str(note).encode() in (message.key or b"")}) == 1


async def test_the_envelope_says_where_an_event_comes_from(publishing: Publishing) -> None:
    cause = Cause("somebody", uuid4(), uuid4(), TRACE)
    note = await publishing.amend(5, cause=cause)
    await publishing.run_out()

    (message,) = await publishing.messages(1)

    found = Envelope.from_headers(message.headers)
    stored = await publishing.pool.fetchrow("select * from events where stream = $1", f"note-{note}")
    assert stored is not None
    assert found == Envelope(
        id=stored["id"],
        type="notes.note_told",
        version=1,
        source=SOURCE,
        subject=f"note-{note}",
        time=stored["recorded_at"],
        tenant=TENANT,
        sequence=stored["position"],
        correlation_id=cause.correlation_id,
        causation_id=cause.causation_id,
        traceparent=TRACE,
    )
    assert dict(message.headers)["content-type"] == b"application/json"
    assert "somebody" not in str(message.headers), "who acted is nobody's business outside"


async def test_a_private_event_is_not_published_and_still_moves_the_cursor(publishing: Publishing) -> None:
    note = uuid4()
    heard = NewEvent(TENANT, f"ear-{note}", NoteHeard(happened_on=DAY, note_id=note, words=1), Cause("a", uuid4()))
    await publishing.store.append([heard], {(TENANT, f"ear-{note}"): 0})
    told = await publishing.amend(7)
    await publishing.run_out()
    assert [words(await publishing.messages(1), note_id) for note_id in (note, told)] == [[], [7]]


async def test_a_tombstone_has_the_key_and_the_headers_and_no_value(publishing: Publishing) -> None:
    gone = NewEvent(TENANT, "author-ada", AuthorForgotten(happened_on=DAY, author_id="ada"), Cause("a", uuid4()))
    await publishing.store.append([gone], {(TENANT, "author-ada"): None})
    await publishing.run_out()
    (message,) = await publishing.messages(1)
    assert (message.key, message.value) == (f"{TENANT}/author-ada".encode(), None)
    assert Envelope.from_headers(message.headers).type == "notes.author_gone"


async def test_two_relays_take_turns_and_send_each_event_once(publishing: Publishing) -> None:
    note = await publishing.amend(*range(300))
    async with KafkaPublisher(publishing.bootstrap) as publisher:
        other = Relay(publisher, publishing.relay._publications)

        async def run_out(follower: Follower[RelayTransaction]) -> None:
            while not await behind():
                await follower.step(publishing.store)

        async def behind() -> bool:
            return bool(
                await publishing.pool.fetchval(
                    "select position = (select max(position) from events) from cursors where name = $1",
                    publishing.cursor,
                )
            )

        await asyncio.gather(run_out(publishing.follower), run_out(Follower(publishing.cursor, other.handle, batch=50)))
    assert words(await publishing.messages(300), note) == list(range(300))


class Flaky(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka has no types
    """A producer that fails at a chosen batch, once."""

    fail_at = 2
    made = 0

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        type(self).made += 1
        self.sent = 0

    async def send_batch(self, *arguments: object, **named: object) -> object:
        self.sent += 1
        if type(self).made == 1 and self.sent == self.fail_at:
            raise KafkaConnectionError
        return await super().send_batch(*arguments, **named)


async def test_after_a_failure_the_producer_is_made_anew_and_the_batch_sent_again(
    publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Flaky, "made", 0)
    monkeypatch.setattr(kafka, "AIOKafkaProducer", Flaky)
    notes = [await publishing.amend(*range(4)) for _ in range(12)]  # so many go to more than one partition
    complaints: list[dict[str, object]] = []
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, about: complaints.append(about))

    try:
        with pytest.raises(NotAcknowledged):
            await publishing.follower.step(publishing.store)
        gc.collect()
    finally:
        loop.set_exception_handler(before)
    assert complaints == [], "a failure that was told once is not told by the loop as well"
    await publishing.run_out()

    messages = await publishing.messages(48)
    for note in notes:
        sent = words(messages, note)
        assert list(dict.fromkeys(sent)) == list(range(4)), "in order, whatever came twice"
        assert sent[-4:] == list(range(4))
    assert Flaky.made == 2


async def test_a_relay_that_is_cancelled_between_sending_and_its_commit_sends_again(publishing: Publishing) -> None:
    note = await publishing.amend(1, 2, 3)
    acknowledged = asyncio.Event()

    async def hang(transaction: object, cursor: Cursor, events: object) -> None:
        await publishing.relay.handle(transaction, cursor, events)  # type: ignore[arg-type]  # handed on as they came
        acknowledged.set()
        await asyncio.Event().wait()

    step = asyncio.create_task(Follower(publishing.cursor, hang).step(publishing.store))
    await acknowledged.wait()
    step.cancel()
    with pytest.raises(asyncio.CancelledError):
        await step
    await publishing.run_out()

    assert words(await publishing.messages(6), note) == [1, 2, 3, 1, 2, 3]


def add_hours_ahead(message: OutgoingMessage, batch: BatchBuilder) -> bool:
    """Add a message as a clock would that is two hours ahead of the broker's."""
    ahead = int((time.time() + 7200) * 1000)
    return (
        batch.append(timestamp=ahead, key=message.key, value=message.value, headers=list(message.headers)) is not None
    )


async def settings_of(bootstrap: str, topic: str) -> dict[str, str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    finally:
        await admin.close()
    return {name: value for name, value, _, source, *_ in answer.resources[0][4] if source == SET_ON_THE_TOPIC}


async def test_the_error_of_the_broker_is_recorded_until_the_relay_goes_on(
    publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publishing.amend(1)
    with monkeypatch.context() as clock:
        clock.setattr(kafka, "_add", add_hours_ahead)
        with pytest.raises(MessagesRefused, match="InvalidTimestampError"):
            await publishing.follower._try_step(publishing.store)
        refused = await publishing.obstacle()
    await publishing.run_out()

    assert refused is not None
    assert "Kafka refuses what is sent to it: InvalidTimestampError" in refused
    assert await publishing.obstacle() is None


async def test_a_topic_that_bears_the_broker_s_time_takes_messages_of_a_clock_that_is_ahead(
    publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The topic exists already and has a setting of its own: that stays, and the broker's time comes."""
    own = {"segment.ms": "700000"}
    await create_topics(publishing.bootstrap, [Topic(other := f"{publishing.topic}.own", 1, own)])
    wanted = {"segment.ms": "600000", "message.timestamp.type": "LogAppendTime"}
    await create_topics(publishing.bootstrap, [Topic(publishing.topic, 4, wanted), Topic(other, 1, wanted)])
    note = await publishing.amend(1)
    monkeypatch.setattr(kafka, "_add", add_hours_ahead)

    await publishing.run_out()

    (message,) = await publishing.messages(1)
    assert words([message], note) == [1]
    assert abs(message.timestamp / 1000 - time.time()) < 600
    assert await settings_of(publishing.bootstrap, other) == {**own, "message.timestamp.type": "LogAppendTime"}


async def test_a_topic_that_is_missing_is_named(publishing: Publishing) -> None:
    await publishing.amend(1)
    elsewhere = Publication(f"{publishing.topic}.missing", SOURCE, publish_each(EVENTS, publish))
    relay = Relay(publishing.publisher, [elsewhere])

    with pytest.raises(MessagesRefused, match=r"no topic .*missing; `alongside topics` creates it"):
        await Follower(publishing.cursor, relay.handle)._try_step(publishing.store)

    assert await publishing.obstacle() is not None


async def test_without_a_broker_a_batch_is_given_up_in_time_and_nothing_of_it_lives_on(
    publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "ACKNOWLEDGED_WITHIN", 0.5)
    await publishing.amend(1)
    before = asyncio.all_tasks()
    async with KafkaPublisher("127.0.0.1:9") as publisher:
        alone = Relay(publisher, publishing.relay._publications)
        with pytest.raises(NotAcknowledged):
            await Follower(publishing.cursor, alone.handle).step(publishing.store)
        assert asyncio.all_tasks() == before
