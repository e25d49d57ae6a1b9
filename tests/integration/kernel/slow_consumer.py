"""A consumer in a process of its own whose effect is slow; after each batch it says how much it has taken and weighs.

python slow_consumer.py NAME URL SETTINGS
"""

import asyncio
import json
import sys
from collections.abc import Sequence

import psutil

from shared.kernel.kafka.subscription import subscribe, subscription_broker
from shared.kernel.loops.consumer import BatchOutcome, Consumer, EffectTransaction, IncomingEvent
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import open_pool
from shared.kernel.reactions import catalogue_of
from shared.kernel.settings import Settings
from tests.support.notes_service import REACTIONS, store_of

PAUSE = 0.03
"""Seconds that a batch takes: much longer than Kafka needs to hand over the next."""


async def main(name: str, url: str, settings: Settings) -> None:
    taken = 0

    async def slowly(_: EffectTransaction, batch: Sequence[IncomingEvent]) -> BatchOutcome:
        nonlocal taken
        await asyncio.sleep(PAUSE)
        taken += len(batch)
        print(json.dumps({"taken": taken, "bytes": psutil.Process().memory_info().rss}), flush=True)  # noqa: T201  # the test reads it

        async def nothing() -> None:
            return

        return BatchOutcome({}, nothing)

    async with await open_pool(url, size=4) as pool:
        broker = subscription_broker(settings.kafka_bootstrap_servers)
        subscribe(
            broker,
            [settings.topic("notes")],
            Consumer(name, store_of(pool), Notifier(), slowly, catalogue_of(REACTIONS)),
            group=name,
        )
        await broker.start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    name, url, settings = sys.argv[1:]
    asyncio.run(main(name, url, Settings.model_validate_json(settings)))
