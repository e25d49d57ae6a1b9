"""The short form: a fault of every schedule under load, then rest and every check; the long one is `make faults`."""

import pytest

from tests.faults import schedule
from tests.faults.conftest import SEED
from tests.faults.report import LIMIT
from tests.faults.scene import Scene

AT_LEAST = 15
SHORT = {
    "api is killed",
    "worker is killed",
    "postgres is killed",
    "kafka is away",
    "kafka is lost",
    "leader is killed",
    "workers are rolled",
    "group is rebalanced in the middle of a batch",
    "worker is frozen and thawed as a zombie",
    "messages come again after later ones",
    "poison among good events",
    "consumers database fails",
    "disk is full",
    "connections are cut under commands",
    "connections are cut under workers",
    "pool is exhausted",
    "read model is rebuilt",
    "rebuild is killed and begun again",
    "database is put back to an older backup",
    "older matching works with todays",
    "reporting goes back and comes again",
}
"""Those that need seconds and no minutes."""
CLIENTS = 3
"""Half the load of the long form: the cores are shared with other tests."""
LOOKED_AT = ("commands", "referral: stored", "reporting: published", "matching: published", "answers")


@pytest.mark.timeout(900)  # with the start and the end of the platform
async def test_nothing_acknowledged_is_lost_doubled_or_out_of_order_whatever_is_struck(scene: Scene) -> None:
    faults = [fault for fault in schedule.ALL if fault.name in SHORT]
    assert {fault.name for fault in faults} == SHORT
    result = schedule.RunResult(SEED)

    plan = schedule.first(len(faults), schedule.draw_faults(f"{SEED}", faults))
    await schedule.strike(scene, result, plan, at_once=3, clients=CLIENTS)
    await schedule.judge_run(scene, result, "all of it")

    assert not result.broken, f"python -m tests.faults --seed {SEED} strikes for longer: {result.broken}"
    assert sum(result.struck.values()) >= AT_LEAST
    assert scene.clients.history.outcomes()["ok"] > 100
    assert min(check.looked_at for check in result.checks if check.name.startswith(LOOKED_AT)) > 100
    peaks = {program.name: program.peak for program in scene.site.programs.values()}
    assert max(peaks.values()) < LIMIT, peaks
