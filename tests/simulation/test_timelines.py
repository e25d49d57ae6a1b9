"""A thousand timelines: whatever strikes, nothing acknowledged is lost, doubled or reordered, and all of it heals.

The lines that protect it: `append` compares, sets, locks and inserts in one statement (`functions/append.sql`);
a follower moves its cursor in the transaction of its batch (`Follower.step`); a consumer's mark moves in the
transaction of the effect (`Consumer._new_messages`); what fails is parked there, with what is behind it (`effect_of`).
`test_protections.py` takes them out, one at a time.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.timeline import TimelineResult, replay_command, run_timeline, run_timelines

FIRST = int(os.environ.get("ALONGSIDE_SEED", "0"))
TIMELINES = 1000
KEPT = [
    tuple(line.split(maxsplit=1))
    for line in (Path(__file__).parent / "seeds.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def describe(result: TimelineResult) -> str:
    return "\n".join([f"seed {result.seed}: {replay_command(result.seed)}", *result.wrong])


@pytest.mark.timeout(600)
def test_in_a_thousand_timelines_nothing_is_lost_doubled_or_reordered_and_everything_heals() -> None:
    wrong = [describe(result) for result in run_timelines(range(FIRST, FIRST + TIMELINES)) if result.wrong]
    assert not wrong, "\n".join(wrong[:5])


@pytest.mark.parametrize(("seed", "fault"), KEPT)
def test_a_fault_found_by_a_seed_stays_mended(seed: str, fault: str) -> None:
    result = run_timeline(int(seed))
    assert not result.wrong, f"{fault}\n{describe(result)}"


def test_a_timeline_has_commands_of_every_outcome_and_faults_of_every_kind() -> None:
    results = [run_timeline(seed) for seed in range(40)]
    assert set().union(*(result.commands for result in results)) == {"done", "refused", "unknown", "unchanged"}
    assert {"cut", "kill", "freeze", "slow", "late"} <= set().union(*(result.strikes for result in results))


def test_a_seed_tells_the_same_byte_for_byte_in_every_process() -> None:
    def trace(hash_seed: str) -> bytes:
        return subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--replay", "7"],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout

    one = trace("1")
    assert one == trace("2")
    assert len(one.splitlines()) > 500
