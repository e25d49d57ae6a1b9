"""Kafka is away for a minute while commands go on; Kafka is lost with its log, and filled again from the stores.

No cursor moves past what was not acknowledged; commands do not know of Kafka at all.
Protected by `shared/kernel/kafka/publisher.py`, `publish`: `raise NotAcknowledged(type(error).__name__) from error`.
"""

import asyncio
from random import Random

from alongside.operations.republish import republish_events
from tests.faults.scene import Scene, faults
from tests.faults.site import SERVICES


async def kafka_is_away(scene: Scene, random: Random) -> None:
    """Stopped in order; commands are acknowledged all the while."""
    async with scene.alone_with("kafka"):
        await asyncio.to_thread(scene.site.kafka.stop)
        before = _count_acknowledged(scene)
        await asyncio.sleep(scene.site.minute())
        acknowledged = _count_acknowledged(scene) - before
        await asyncio.to_thread(scene.site.kafka.start)
        # other faults may be under way: what counts is that some command got through
        assert acknowledged, "no command was acknowledged while Kafka was away"


def _count_acknowledged(scene: Scene) -> int:
    return scene.clients.history.outcomes()["ok"]


async def kafka_is_lost(scene: Scene, random: Random) -> None:
    """As the runbook has it: stop the workers, let the relays begin again, make the topics, start the workers.

    A consumer that went on would read the new log from where it was in the old one, and one event published before the
    old ones are republished would make repeats of those that nobody had yet.
    """
    workers = scene.site.of("worker")
    async with scene.alone_with("kafka", "postgres", *(worker.name for worker in workers)):
        await asyncio.to_thread(scene.site.kafka.lose)
        await scene.commands(random.randrange(2, 30))
        await asyncio.gather(*(worker.stop() for worker in workers))
        await asyncio.to_thread(scene.site.kafka.start)
        for service in SERVICES:
            await republish_events(scene.site.known, service)
        await scene.site.create_topics()
        await scene.site.restart(*workers)


FAULTS = faults(__name__, kafka_is_away, kafka_is_lost)
