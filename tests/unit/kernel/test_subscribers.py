"""What every subscriber must say for itself, because the defaults lose or repeat events."""

import asyncio
import inspect
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from aiokafka.structs import ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from shared.events import Catalogue
from shared.kernel.kafka.subscription import METADATA_AGE, keep_bytes, keep_raw_batch, subscribe, subscription_broker
from shared.kernel.loops.consumer import BATCH, MAX_POLL_INTERVAL, RETRY_FOR, Consumer
from shared.kernel.postgres.status import STALLED_AFTER
from shared.kernel.settings import Settings
from tests.support.notes_service import SERVICE


def subscribers(topics: Sequence[str] = ("alongside.notes.v1",)) -> list[Any]:
    broker = subscription_broker("127.0.0.1:9")
    consumer = Consumer("ears", None, None, None, Catalogue(()))  # type: ignore[arg-type]  # never called
    subscribe(broker, topics, consumer, group="listeners")
    return list(broker.subscribers)


def test_each_says_its_acknowledgement_offset_batch_and_decoder_itself() -> None:
    found = subscribers()
    assert len(found) == 1
    for subscriber in found:
        assert subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
        connection = subscriber._connection_args
        assert connection["auto_offset_reset"] == "earliest"
        assert connection["max_poll_interval_ms"] == MAX_POLL_INTERVAL * 1000
        assert connection["enable_auto_commit"] is False
        assert subscriber.group_id == "listeners"
        assert subscriber.max_records == BATCH
        assert subscriber._call_options.parser is keep_raw_batch
        assert subscriber._call_options.decoder is keep_bytes


def test_metadata_is_refreshed_before_a_consumer_counts_as_stalled() -> None:
    asked_every = subscription_broker("127.0.0.1:9,127.0.0.1:10")._connection_kwargs["metadata_max_age_ms"] / 1000
    assert asked_every == METADATA_AGE < STALLED_AFTER / 2


def test_the_defaults_would_be_at_most_once_from_the_latest_offset() -> None:
    broker = KafkaBroker("127.0.0.1:9", logger=None)

    @broker.subscriber("alongside.notes.v1", group_id="ears")
    async def receive(message: bytes) -> None: ...

    (one,) = list[Any](broker.subscribers)
    assert one.ack_policy is not AckPolicy.NACK_ON_ERROR
    assert one._connection_args["auto_offset_reset"] != "earliest"


def test_the_decoder_is_a_coroutine_because_another_would_run_in_a_thread() -> None:
    assert inspect.iscoroutinefunction(keep_bytes)


def test_retries_end_before_kafka_gives_the_partitions_away() -> None:
    assert RETRY_FOR <= MAX_POLL_INTERVAL / 3


async def test_a_batch_is_handed_over_as_raw_records() -> None:
    class Raw:
        body = object()

    raw = Raw()
    assert await asyncio.wait_for(keep_bytes(raw), 1) is raw.body  # type: ignore[arg-type]  # all that it reads


async def test_a_batch_with_a_header_that_is_no_text_comes_through_whole() -> None:
    headers = ((("ce_subject", b"\xff\xfe"),), (("ce_id", None),), ())
    batch = tuple(_record(offset, of_record) for offset, of_record in enumerate(headers))
    (one,) = subscribers()

    message = await keep_raw_batch(batch, one._parser)

    assert message.raw_message is batch


def _record(offset: int, headers: Sequence[Any]) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord("alongside.notes.v1", 0, offset, 0, 0, b"a key", b"{}", None, 5, 2, headers)


def test_every_service_that_listens_reacts_to_something() -> None:
    assert SERVICE.catalogue.classes
    for name in ("referral", "matching", "sessions", "reporting"):
        service = import_module(f"services.{name}.main").SERVICE
        assert bool(service.listens_to) == bool(service.catalogue.classes), name


def test_deployments_that_share_a_broker_share_no_group() -> None:
    ours, theirs = (Settings.model_construct(alongside_topic_prefix=prefix) for prefix in ("alongside", "other"))

    assert ours.consumer_group("matching") == "alongside-matching"
    assert theirs.consumer_group("matching") == "other-matching"
