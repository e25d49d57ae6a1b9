"""Any process is killed at any moment, and started again.

A command that is asked again has one effect, because its key goes in with its events.
Protected by `shared/kernel/postgres/functions/append.sql`, `append`:
`insert into answers as a (tenant, actor, key, digest, answer)`.
What relay and read models had done is done again from the cursor, which moves with the work or not at all.
Protected by `shared/kernel/loops/follower.py`, `step`:
`await transaction.move_cursors([cursor.name], events[-1].position)`.
"""

import asyncio
from random import Random

from tests.faults.scene import Scene, faults
from tests.faults.site import SERVICES


async def api_is_killed(scene: Scene, random: Random) -> None:
    async with scene.alone_with_some(scene.site.of("api"), random) as api:
        await api.kill()
        await scene.commands(random.randrange(2, 15))
        await scene.site.restart(api)


async def worker_is_killed(scene: Scene, random: Random) -> None:
    async with scene.alone_with_some(scene.site.of("worker"), random) as worker:
        await worker.kill()
        await scene.commands(random.randrange(2, 15))
        await scene.site.restart(worker)


async def postgres_is_killed(scene: Scene, random: Random) -> None:
    async with scene.alone_with("postgres"):
        await asyncio.to_thread(scene.site.postgres.kill)
        await scene.commands(random.randrange(2, 15))
        await scene.site.start_postgres()


async def kafka_is_killed(scene: Scene, random: Random) -> None:
    """All brokers at once."""
    async with scene.alone_with("kafka"):
        await asyncio.to_thread(scene.site.kafka.kill)
        await scene.commands(random.randrange(2, 30))
        await asyncio.to_thread(scene.site.kafka.start)


async def all_of_a_service_is_killed(scene: Scene, random: Random) -> None:
    """Every replica of a worker and PostgreSQL with them, as where a machine loses its power."""
    workers = scene.site.of("worker", random.choice(SERVICES))
    async with scene.alone_with("postgres", *(worker.name for worker in workers)):
        await asyncio.gather(asyncio.to_thread(scene.site.postgres.kill), *(worker.kill() for worker in workers))
        await scene.commands(random.randrange(2, 15))
        await scene.site.start_postgres()
        await scene.site.restart(*workers)


FAULTS = faults(
    __name__, api_is_killed, worker_is_killed, postgres_is_killed, kafka_is_killed, all_of_a_service_is_killed
)
