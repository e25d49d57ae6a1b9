"""Asked to stop under load, a process ends in time, loses nothing, and has left its consumer group."""

import time
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from tests.faults import schedule
from tests.faults.conftest import SEED
from tests.faults.scene import Scene
from tests.faults.site import STOPPED_WITHIN, Program


@pytest.mark.timeout(900)  # with the start and the end of the platform
async def test_processes_that_are_asked_to_stop_under_load_end_in_time_and_leave_nothing_behind(scene: Scene) -> None:
    site, result = scene.site, schedule.RunResult(SEED)
    took: dict[str, float] = {}
    async with scene.clients.load(schedule.CLIENTS):
        await scene.commands(40)
        for program in (program for program in site.programs.values() if program.name.endswith("-1")):
            before = await _members(scene, program)
            begun = time.monotonic()
            code = await program.stop()
            took[program.name] = time.monotonic() - begun
            assert code == 0, f"{program.name} ended with {code}: {program.last_words()}"
            if program.part == "worker" and before:
                assert await _members(scene, program) == before - 1, f"{program.name} is still in its group"
            await site.restart(program)
            await scene.commands(5)
    await schedule.judge_run(scene, result, "all of it")

    assert max(took.values()) < STOPPED_WITHIN, took
    assert not result.broken, result.broken


async def _members(scene: Scene, program: Program) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=scene.site.settings.kafka_bootstrap_servers)
    await admin.start()
    try:
        (response,) = await admin.describe_consumer_groups([scene.site.settings.consumer_group(program.service)])
        (group,) = response.groups
        members: list[Any] = group[5]
        return len(members)
    finally:
        await admin.close()
