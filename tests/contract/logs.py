"""What every log must do with what is published: Kafka and the log in memory pass these same tests.

Whoever runs them makes a subclass with the fixtures `publisher` and `topic` (a fresh one, of several partitions) and
says how what lies in it is read.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from shared.events import Envelope
from shared.kernel.loops.relay import OutgoingMessage, PublishedEvent, Publisher
from shared.kernel.records import HighWaterMark, Message

KEYS = [f"tenant/note-{number}".encode() for number in range(24)]


def outgoing(topic: str, key: bytes, value: bytes | None, *headers: tuple[str, bytes]) -> OutgoingMessage:
    return OutgoingMessage(topic, key, value, headers)


def _headers(id_: UUID, source: str, sequence: int) -> Sequence[tuple[str, bytes]]:
    return Envelope(
        id=id_,
        type="test.told",
        version=1,
        source=source,
        subject="note",
        time=datetime(2026, 9, 14, tzinfo=UTC),
        tenant="tenant",
        sequence=sequence,
        correlation_id=id_,
    ).headers()


class Publishers:
    """The tests; `TestX(Publishers)` runs them over X."""

    async def read(self, topic: str, number: int) -> Sequence[Message]:
        """Return the messages of the topic, once there are at least `number`; each partition in order."""
        raise NotImplementedError

    async def test_every_acknowledged_message_is_read_in_order_from_its_partition(
        self, publisher: Publisher, topic: str
    ) -> None:
        sent = [outgoing(topic, key, f"{number}".encode()) for number in range(20) for key in KEYS]
        for first in range(0, len(sent), 100):
            await publisher.publish(sent[first : first + 100])
        messages = await self.read(topic, len(sent))
        assert len(messages) == len(sent)
        for key in KEYS:
            assert [message.value for message in messages if message.key == key] == [b"%d" % n for n in range(20)]
        place = {(item.key, item.value): nth for nth, item in enumerate(sent)}
        for partition in {message.partition for message in messages}:
            theirs = [message for message in messages if message.partition == partition]
            assert [message.offset for message in theirs] == list(range(len(theirs)))
            order = [place[message.key or b"", message.value] for message in theirs]
            assert order == sorted(order)

    async def test_the_key_decides_the_partition(self, publisher: Publisher, topic: str) -> None:
        for _ in range(3):
            await publisher.publish([outgoing(topic, key, b"x") for key in KEYS])
        messages = await self.read(topic, 3 * len(KEYS))
        partitions = {key: {message.partition for message in messages if message.key == key} for key in KEYS}
        assert {len(numbers) for numbers in partitions.values()} == {1}
        assert len(set.union(*partitions.values())) > 1

    async def test_headers_and_bytes_come_out_as_they_went_in(self, publisher: Publisher, topic: str) -> None:
        headers = (("ce_id", b"1"), ("odd", b"\xff\x00"), ("ce_id", b"2"), ("empty", b""))
        await publisher.publish([outgoing(topic, b"k\xff", b"\x00\xfe", *headers), outgoing(topic, b"k\xff", b"")])
        first, second = await self.read(topic, 2)
        assert (first.topic, first.key, first.value) == (topic, b"k\xff", b"\x00\xfe")
        assert tuple(first.headers) == headers
        assert (second.value, list(second.headers)) == (b"", [])

    async def test_last_returns_the_last_event_of_a_source_in_each_partition(
        self, publisher: Publisher, topic: str
    ) -> None:
        assert list(await publisher.last(topic, "urn:test:a")) == []
        sent = [(uuid4(), source, nth) for nth in range(1, 201) for source in ("urn:test:a", "urn:test:b")]
        await publisher.publish(
            [outgoing(topic, KEYS[nth % 24], b"x", *_headers(id_, source, nth)) for id_, source, nth in sent]
        )
        await publisher.publish([outgoing(topic, key, b"x", *_headers(uuid4(), "urn:test:a", 0)) for key in KEYS])
        await publisher.publish([outgoing(topic, key, b"no event") for key in KEYS * 40])

        last = await publisher.last(topic, "urn:test:a")

        ends = {}
        for message in await self.read(topic, 400 + 24 + 40 * 24):
            envelope = dict(message.headers)
            if envelope.get("ce_source") == b"urn:test:a" and int(envelope["ce_sequence"]):
                mark = HighWaterMark(1, int(envelope["ce_sequence"]))
                ends[message.partition] = PublishedEvent(mark, UUID(envelope["ce_id"].decode()))
        assert sorted(last) == sorted(ends.values())
        assert max(last) == (HighWaterMark(1, 200), next(id_ for id_, *of in sent if of == ["urn:test:a", 200]))

    async def test_a_message_without_a_value_stays_without_one(self, publisher: Publisher, topic: str) -> None:
        await publisher.publish([outgoing(topic, b"key", None, ("ce_id", b"1"))])
        (message,) = await self.read(topic, 1)
        assert (message.key, message.value, list(message.headers)) == (b"key", None, [("ce_id", b"1")])
