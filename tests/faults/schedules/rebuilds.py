"""Read models are rebuilt while commands go on; a rebuild is killed and begun again; two are begun at once.

The live cursor is held while the new version takes in the last events and takes its place, in one transaction.
Protected by `shared/kernel/postgres/read_models.py`, `_swap`: `select 1 from cursors where name = $1 for update`.
Protected by `shared/kernel/postgres/read_models.py`, `rebuild_read_model`: `pg_try_advisory_xact_lock(hashtext($1))`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from alongside.local.processes import Child
from tests.faults.evidence import service
from tests.faults.scene import Scene, faults
from tests.faults.site import SERVICES, connect_to, somebody_waits, until

ENDS_WITHIN = 60.0
"""Seconds that a rebuild may take."""


async def read_model_is_rebuilt(scene: Scene, random: Random) -> None:
    name, model = _some(random)
    async with scene.alone_with(f"rebuild of {name}.{model}", "postgres"), _rebuild(scene, name, model) as rebuild:
        await _succeeds(rebuild)


async def rebuild_is_killed_and_begun_again(scene: Scene, random: Random) -> None:
    """Killed when the new version is full and waits to take the live one's place."""
    name, model = _some(random)
    async with scene.alone_with(f"rebuild of {name}.{model}", "postgres"):
        async with _live_cursor_held(scene, name, model), _rebuild(scene, name, model) as rebuild:

            async def waits_for_the_swap() -> bool:
                assert rebuild.is_alive, rebuild.last_lines()
                return await somebody_waits(scene.site, name, "%cursors where name%for update%")

            await until(waits_for_the_swap, "the rebuild waits for the live cursor", ENDS_WITHIN)
            await asyncio.to_thread(rebuild.kill)
        async with _rebuild(scene, name, model) as again:
            await _succeeds(again)


async def two_rebuilds_at_once(scene: Scene, random: Random) -> None:
    """One does it; the other gives way, or does it after the first."""
    name, model = _some(random)
    async with (
        scene.alone_with(f"rebuild of {name}.{model}", "postgres"),
        _rebuild(scene, name, model) as first,
        _rebuild(scene, name, model, "second") as second,
    ):
        codes = [await _wait_for_end(command) for command in (first, second)]
        assert 0 in codes, (first.last_lines(), second.last_lines())


@asynccontextmanager
async def _live_cursor_held(scene: Scene, name: str, model: str) -> AsyncIterator[None]:
    connection = await connect_to(scene.site, name)
    try:
        async with connection.transaction():
            await connection.execute(
                """select 1 from cursors
                   where name = (select name || '@' || version from read_models where name = $1 and live) for update""",
                model,
            )
            yield
    finally:
        await connection.close()


def _some(random: Random) -> tuple[str, str]:
    name = random.choice(SERVICES)
    return name, random.choice(service(name).read_models).name


@asynccontextmanager
async def _rebuild(scene: Scene, name: str, model: str, which: str = "first") -> AsyncIterator[Child]:
    """A rebuild as a process of its own, as an operator begins one."""
    worker = scene.site.of("worker", name)[0]
    command = [sys.executable, "-m", f"services.{name}.main", "rebuild", model]
    env = worker.env | {f"DATABASE_URL_{name.upper()}_WORKER": scene.site.known.database(name, "worker")}
    child = await asyncio.to_thread(scene.site.children.start, f"rebuild-{which}-{name}-{model}", command, env)
    try:
        yield child
    finally:
        await asyncio.to_thread(scene.site.children.stop, child, timeout=0)


async def _succeeds(child: Child) -> None:
    code = await _wait_for_end(child)
    assert code == 0, f"{child.name} ended with {code}: {child.last_lines()}"


async def _wait_for_end(child: Child) -> int:
    async def has_ended() -> bool:
        return not child.is_alive

    await until(has_ended, f"{child.name} has ended", ENDS_WITHIN)
    code: int = child.process.returncode
    return code


FAULTS = faults(__name__, read_model_is_rebuilt, rebuild_is_killed_and_begun_again, two_rebuilds_at_once)
