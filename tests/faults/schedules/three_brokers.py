"""Of three brokers one is killed, frozen or cut off; all are restarted one after the other.

What counts as published is on two brokers at least.
Protected by `shared/kernel/kafka/publisher.py`, `_start`: `acks="all"`.
Nothing that was given up is sent behind the back of the producer that comes after.
Protected by `shared/kernel/kafka/publisher.py`, `_stop`: `accumulator.fail_all(NotAcknowledged())`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.faults.evidence import TOPICS
from tests.faults.scene import Scene, faults
from tests.faults.site import Site, until

PAST_THE_SESSION = (4.0, 7.0)
"""Seconds: the controllers give a broker up after three."""


async def leader_is_killed(scene: Scene, random: Random) -> None:
    async with scene.alone_with("kafka"):
        topic = await _topic(scene.site, "referral")
        leader = random.choice(topic)["leader"]
        node = leader if leader in scene.site.brokers else random.choice(list(scene.site.brokers))
        await asyncio.to_thread(scene.site.kafka.brokers[node].kill)
        await scene.commands(random.randrange(5, 40))
        await asyncio.to_thread(scene.site.kafka.start_one, node)
        await _in_sync(scene.site)


async def broker_is_frozen(scene: Scene, random: Random) -> None:
    """Its connections stay open; nothing comes out of them."""
    async with scene.alone_with("kafka"):
        broker = scene.site.kafka.brokers[random.choice(list(scene.site.brokers))]
        broker.freeze()
        try:
            await asyncio.sleep(random.uniform(*PAST_THE_SESSION))
        finally:
            broker.thaw()
        await _in_sync(scene.site)


async def broker_is_cut_off(scene: Scene, random: Random) -> None:
    """Neither clients nor the other brokers reach it; the controllers do, and believe it well."""
    async with scene.alone_with("kafka"):
        proxy = scene.site.brokers[random.choice(list(scene.site.brokers))]
        proxy.close()
        try:
            await asyncio.sleep(random.uniform(*PAST_THE_SESSION))
        finally:
            proxy.open()
        await _in_sync(scene.site)


async def brokers_are_rolled(scene: Scene, random: Random) -> None:
    """Each stopped in order and started again, the next when it has caught up."""
    async with scene.alone_with("kafka"):
        for node in random.sample(sorted(scene.site.brokers), len(scene.site.brokers)):
            await asyncio.to_thread(scene.site.kafka.brokers[node].stop)
            await asyncio.to_thread(scene.site.kafka.start_one, node)
            await _in_sync(scene.site)


async def _in_sync(site: Site) -> None:
    """Until every partition has all its replicas again: a second broker may go then."""

    async def all_there() -> bool:
        try:
            partitions = [partition for topic in TOPICS for partition in await _topic(site, topic)]
            return all(len(partition["isr"]) == len(site.brokers) for partition in partitions)
        except (KafkaError, OSError):
            return False

    await until(all_there, "all replicas are in sync", 90)


async def _topic(site: Site, name: str) -> list[dict[str, Any]]:
    async with _admin(site) as admin:
        (topic,) = await admin.describe_topics([site.settings.topic(name)])
        partitions: list[dict[str, Any]] = topic["partitions"]
        return partitions


@asynccontextmanager
async def _admin(site: Site) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=site.settings.kafka_bootstrap_servers, request_timeout_ms=5000)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


FAULTS = faults(__name__, leader_is_killed, broker_is_frozen, broker_is_cut_off, brokers_are_rolled)
