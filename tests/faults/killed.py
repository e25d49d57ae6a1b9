"""One half of the notes service in a process of its own, which stops for good between two commits, to be killed there.

    python killed.py consumer|relay NAME URL SETTINGS

It prints a line when it has got there.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shared.kernel.kafka.publisher import KafkaPublisher
from shared.kernel.kafka.subscription import subscribe, subscription_broker
from shared.kernel.loops.consumer import Consumer
from shared.kernel.loops.follower import Follower
from shared.kernel.loops.relay import Relay
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.records import Message
from shared.kernel.settings import Settings
from tests.support.notes_service import SERVICE, publications


async def print_and_wait(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # the test reads it
    await asyncio.Event().wait()


class BetweenTheCommits(Consumer):
    """Stops when the effect is committed in the database and the offset is not committed to Kafka."""

    async def receive(self, messages: Sequence[Message]) -> None:
        await super().receive(messages)
        await print_and_wait("committed")


async def consume(name: str, url: str, settings: Settings) -> None:
    async with await open_pool(url, size=4) as pool:
        service = replace(SERVICE, name=name)
        store = PostgresStore(pool, Keyring(settings.master_key()))
        broker = subscription_broker(settings.kafka_bootstrap_servers)
        consumer = BetweenTheCommits(service.consumer_name, store, Notifier(), service.effect, service.catalogue)
        subscribe(broker, [settings.topic("notes")], consumer, group=settings.consumer_group(name))
        await broker.start()
        await asyncio.Event().wait()


async def relay(_: str, url: str, settings: Settings) -> None:
    async with (
        await open_pool(url, size=4) as pool,
        KafkaPublisher(settings.kafka_bootstrap_servers) as publisher,
    ):
        store = PostgresStore(pool, Keyring(settings.master_key()))
        sends = Relay(publisher, publications(settings))

        async def between_the_commits(*batch: Any) -> None:
            await sends.handle(*batch)
            await print_and_wait("acknowledged")

        await store.ensure_cursor("relay")
        await Follower("relay", between_the_commits).run(store, Notifier())


if __name__ == "__main__":
    half, name, url, settings = sys.argv[1:]
    asyncio.run({"consumer": consume, "relay": relay}[half](name, url, Settings.model_validate_json(settings)))
