"""An older version of a service works beside today's, and takes over and gives back, as in a roll and a roll back.

What the older one passes over is heard by today's, once; its read models never take the place of a newer edition.
Protected by `shared/kernel/loops/consumer.py`, `_new_messages`: `if read.envelope.type not in unheard.get(place, ()):`.
Protected by `shared/kernel/postgres/read_models.py`, `_is_current`: `live["edition"] > model.edition`.
"""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from tests.faults.evidence import service
from tests.faults.scene import Scene, faults
from tests.faults.site import Program, connect_to


async def older_matching_works_with_todays(scene: Scene, random: Random) -> None:
    """Of three members of the group one passes over half of what comes; then all workers of today are rolled."""
    workers = scene.site.of("worker", "matching")
    async with scene.alone_with("postgres", *(worker.name for worker in workers)), _older(scene, "matching"):
        await scene.commands(random.randrange(10, 30))
        await workers[0].stop()
        await scene.commands(random.randrange(5, 15))
        await scene.site.restart(workers[0])


async def older_reporting_comes_back_with_todays(scene: Scene, random: Random) -> None:
    """It serves what it can, and leaves the read models to today's workers."""
    workers = scene.site.of("worker", "reporting")
    async with scene.alone_with("postgres", *(worker.name for worker in workers)), _older(scene, "reporting"):
        await scene.commands(random.randrange(5, 15))
        assert await _editions(scene) == _todays(), "an older edition took the place of a newer one"


async def reporting_goes_back_and_comes_again(scene: Scene, random: Random) -> None:
    """The operator gives the read models to the older version; then today's comes while the older one still works."""
    workers = scene.site.of("worker", "reporting")
    async with scene.alone_with("postgres", *(worker.name for worker in workers)):
        for worker in workers:
            await worker.stop()
        connection = await connect_to(scene.site, "reporting")
        try:
            await connection.execute("update read_models set edition = 0")
        finally:
            await connection.close()
        async with _older(scene, "reporting"):
            await scene.commands(random.randrange(5, 15))
            await scene.site.restart(*workers)
            assert await _editions(scene) == _todays()
            await scene.commands(random.randrange(5, 15))


@asynccontextmanager
async def _older(scene: Scene, name: str) -> AsyncIterator[Program]:
    """A worker of the older version, ready."""
    today = scene.site.of("worker", name)[0]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    older = Program(
        f"{name}-worker-older",
        name,
        "worker",
        port,
        {**today.env, "ALONGSIDE_PORT": str(port)},
        today.database,
        today.children,
        module=("tests.faults.older", name),
    )
    await older.start()
    try:
        await older.ready()
        yield older
    finally:
        await older.stop()


def _todays() -> dict[str, int]:
    return {model.name: model.edition for model in service("reporting").read_models}


async def _editions(scene: Scene) -> dict[str, int]:
    connection = await connect_to(scene.site, "reporting")
    try:
        rows = await connection.fetch("select name, edition from read_models where live order by name")
    finally:
        await connection.close()
    return {row["name"]: row["edition"] for row in rows}


FAULTS = faults(
    __name__,
    older_matching_works_with_todays,
    older_reporting_comes_back_with_todays,
    reporting_goes_back_and_comes_again,
)
