"""A full disk, connections that break in any statement, a pool that is exhausted: 503, and nothing half stored.

An append is one statement, whatever it holds.
Protected by `shared/kernel/postgres/functions/append.sql`, `append`: `perform pg_advisory_xact_lock(20110901);`.
Trouble that may pass is a 503.
Protected by `shared/kernel/http/problems.py`, `install_error_handlers`: `for transient in TRANSIENT_ERRORS:`.
"""

import asyncio
from random import Random
from typing import Literal

from tests.faults.proxy import Cut
from tests.faults.scene import Scene, faults
from tests.faults.site import Program, connect_to

STATEMENTS = 12
"""A command sends no more messages to PostgreSQL than these, as a rule."""
WHEN: tuple[Literal["before", "half", "answered"], ...] = ("before", "half", "answered")
BURST = 40
"""Commands at once: more than an API has connections."""


async def disk_is_full(scene: Scene, random: Random) -> None:
    """Really full: the file system that holds all of PostgreSQL has not a byte left, for tables or for its log."""
    disk = scene.site.disk
    if disk is None:
        return
    async with scene.alone_with("postgres"):
        await asyncio.to_thread(disk.fill)
        try:
            await scene.commands(random.randrange(20, 60), within=6)
        finally:
            await asyncio.to_thread(disk.empty)
            await scene.site.start_postgres()


async def connections_are_cut_under_commands(scene: Scene, random: Random) -> None:
    async with scene.alone_with_some(scene.site.of("api"), random) as api:
        await _cut(api, random)


async def connections_are_cut_under_workers(scene: Scene, random: Random) -> None:
    async with scene.alone_with_some(scene.site.of("worker"), random) as worker:
        await _cut(worker, random)


async def _cut(program: Program, random: Random) -> None:
    """Six times, in the append or at any other place; before it, in the middle of it, or when it was answered."""
    for _ in range(6):
        at: int | Literal["append"] = random.randrange(STATEMENTS) if random.random() < 0.5 else "append"
        cut = program.database.arm(Cut(at, random.choice(WHEN)))
        try:
            await asyncio.wait_for(cut.done.wait(), 3)
        except TimeoutError:
            program.database.disarm()  # no command has come that far: a relay that has nothing to append


async def pool_is_exhausted(scene: Scene, random: Random) -> None:
    """Somebody holds the lock of the append, so that every connection waits; then more commands come."""
    async with scene.alone_with("postgres"):
        connection = await connect_to(scene.site, "referral")
        try:
            async with connection.transaction():
                await connection.execute("select pg_advisory_xact_lock(20110901)")
                burst = asyncio.create_task(scene.clients.burst(BURST))
                await asyncio.sleep(7)
            await burst
        finally:
            await connection.close()


async def network_swallows_everything(scene: Scene, random: Random) -> None:
    """For a few seconds nothing comes through to PostgreSQL or back, and nothing breaks."""
    async with scene.alone_with_some(list(scene.site.programs.values()), random) as program:
        program.database.hold()
        try:
            await asyncio.sleep(random.uniform(1, 5))
        finally:
            program.database.open()


FAULTS = faults(
    __name__,
    disk_is_full,
    connections_are_cut_under_commands,
    connections_are_cut_under_workers,
    pool_is_exhausted,
    network_swallows_everything,
)
