"""Two replicas of each worker: rolled, rebalanced in the middle of a batch, frozen past their session and thawed.

Whose partition it is Kafka says; whose turn it is the database does: the second waits for the first, and finds the
mark moved.
Protected by `shared/kernel/postgres/store.py`, `lock_marks`: `order by source, topic, partition for update`.
Protected by `shared/kernel/postgres/store.py`, `lock_cursor`: `for update skip locked`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from tests.faults.scene import Scene, faults
from tests.faults.site import SERVICES, Program, connect_to, somebody_waits, until

PAST_THE_SESSION = 12.0
"""Seconds: Kafka gives a member of a consumer group up after ten."""
CONSUMING = ("matching", "sessions", "reporting")


async def workers_are_rolled(scene: Scene, random: Random) -> None:
    """Each replica stopped in order and started again, while the other goes on."""
    workers = scene.site.of("worker", random.choice(SERVICES))
    async with scene.alone_with(*(worker.name for worker in workers)):
        for worker in workers:
            await worker.stop()
            await scene.site.restart(worker)


async def group_is_rebalanced_in_the_middle_of_a_batch(scene: Scene, random: Random) -> None:
    """One replica leaves while the other waits with its batch half taken; then the batch goes on."""
    stays, leaves = _replicas(scene, random)
    async with scene.alone_with(stays.name, leaves.name, "postgres"):
        async with _batch_held(scene, stays.service):
            await leaves.stop()
        await scene.commands(random.randrange(2, 10))
        await scene.site.restart(leaves)


async def worker_is_frozen_and_thawed_as_a_zombie(scene: Scene, random: Random) -> None:
    """With a batch in its hands it loses its partitions, and goes on with that batch when others have them."""
    zombie, other = _replicas(scene, random)
    async with scene.alone_with(zombie.name, other.name, "postgres"):
        async with _batch_held(scene, zombie.service):
            assert zombie.child is not None
            zombie.child.freeze()
        try:
            await asyncio.sleep(PAST_THE_SESSION)
        finally:
            zombie.child.thaw()
        await zombie.ready()


def _replicas(scene: Scene, random: Random) -> list[Program]:
    workers = scene.site.of("worker", random.choice(CONSUMING))
    return random.sample(workers, 2)


@asynccontextmanager
async def _batch_held(scene: Scene, service: str) -> AsyncIterator[None]:
    """Hold the service's marks, for which every batch asks first, and go on when a batch waits for them."""
    connection = await connect_to(scene.site, service)
    try:
        async with connection.transaction():
            await connection.execute("select 1 from high_water for update")

            async def waits() -> bool:
                return await somebody_waits(scene.site, service, "%high_water%")

            with contextlib.suppress(AssertionError):  # nothing comes in: the fault is then a milder one
                await until(waits, "a batch waits", 5)
            yield
    finally:
        await connection.close()


FAULTS = faults(
    __name__,
    workers_are_rolled,
    group_is_rebalanced_in_the_middle_of_a_batch,
    worker_is_frozen_and_thawed_as_a_zombie,
)
