"""Read models are rebuilt while commands go on; a rebuild is killed and begun again; two are begun at once.

The live cursor is held while the new version takes in the last events and takes its place, in one transaction.
Protected by `shared/kernel/projector.py`, `_swap`: `select 1 from cursors where name = $1 for update`.
Protected by `shared/kernel/projector.py`, `rebuild`: `select pg_try_advisory_lock(hashtext($1))`.
"""

import asyncio
import sys
from random import Random

from alongside.stack.processes import Child
from tests.faults.evidence import service
from tests.faults.scene import Scene, faults
from tests.faults.site import SERVICES, connected, until

ENDS_WITHIN = 60.0
"""Seconds that a rebuild may take."""


async def read_model_is_rebuilt(scene: Scene, random: Random) -> None:
    name, model = _some(random)
    async with scene.alone_with(f"rebuild of {name}.{model}", "postgres"):
        assert await _ended(await _rebuild(scene, name, model)) == 0


async def rebuild_is_killed_and_begun_again(scene: Scene, random: Random) -> None:
    """Killed when the new version is full and waits to take the live one's place."""
    name, model = _some(random)
    async with scene.alone_with(f"rebuild of {name}.{model}", "postgres"):
        connection = await connected(scene.site, name)
        try:
            async with connection.transaction():
                live = await connection.fetchval(
                    "select name || '@' || version from read_models where name = $1 and live", model
                )
                await connection.execute("select 1 from cursors where name = $1 for update", live)
                child = await _rebuild(scene, name, model)

                async def waits_for_the_swap() -> bool:
                    assert child.alive, child.last_lines()
                    return bool(
                        await connection.fetchval(
                            """select count(*) from pg_stat_activity where datname = current_database()
                               and wait_event_type = 'Lock' and query like '%cursors where name%for update%'"""
                        )
                    )

                await until(waits_for_the_swap, "the rebuild waits for the live cursor", 30)
                await asyncio.to_thread(child.kill)
        finally:
            await connection.close()
        assert await _ended(await _rebuild(scene, name, model)) == 0


async def two_rebuilds_at_once(scene: Scene, random: Random) -> None:
    """One does it; the other gives way, or does it after the first."""
    name, model = _some(random)
    async with scene.alone_with(f"rebuild of {name}.{model}", "postgres"):
        two = await _rebuild(scene, name, model), await _rebuild(scene, name, model, "second")
        codes = [await _ended(one) for one in two]
        assert 0 in codes, [one.last_lines() for one in two]


def _some(random: Random) -> tuple[str, str]:
    name = random.choice(SERVICES)
    return name, random.choice(service(name).read_models).name


async def _rebuild(scene: Scene, name: str, model: str, which: str = "first") -> Child:
    worker = scene.site.of("worker", name)[0]
    command = [sys.executable, "-m", f"services.{name}.main", "rebuild", model]
    label = f"rebuild-{which}-{name}-{model}"
    env = worker.env | {f"DATABASE_URL_{name.upper()}_WORKER": scene.site.known.database(name, "worker")}
    return await asyncio.to_thread(scene.site.children.start, label, command, env)


async def _ended(child: Child) -> int:
    async def gone() -> bool:
        return not child.alive

    await until(gone, f"{child.name} has ended", ENDS_WITHIN)
    code: int = child.process.returncode
    return code


FAULTS = faults(__name__, read_model_is_rebuilt, rebuild_is_killed_and_begun_again, two_rebuilds_at_once)
