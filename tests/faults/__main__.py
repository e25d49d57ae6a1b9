"""The long form: each schedule alone, then all of them mixed, three faults at a time; a report at the end.

python -m tests.faults --seed 4 [--faults 200] [--only SCHEDULE] [--hasty] [--report docs/reference/faults.md]
"""

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import uvloop

from tests.faults import schedule
from tests.faults.report import SIMULATION, report
from tests.faults.scene import Fault, Scene
from tests.faults.site import run_site

Plan = Iterator[tuple[Fault, Random]]

ALONE = 1
"""How often each fault of a schedule strikes while the schedule is run alone."""
MIXED = "mixed"
MIXED_AT_ONCE = 3
PART = 25
"""Faults after which everything is brought to rest and checked."""


async def run(seed: int, faults: int, only: str | None, *, long: bool) -> tuple[schedule.RunResult, str]:
    """Everything; the findings, and the report's text."""
    begun = time.monotonic()
    result = schedule.RunResult(seed)
    state = Path(mkdtemp(prefix="alongside-faults-"))
    async with run_site(state, long=long) as site:
        scene = await schedule.begin_run(site, seed)
        for module in schedule.SCHEDULES:
            name = module.FAULTS[0].schedule
            if only in (None, name):
                plan = schedule.draw_faults(f"{seed} {name}", module.FAULTS)
                await _phase(scene, result, name, schedule.first(ALONE * len(module.FAULTS), plan), 1)
        left = faults - sum(result.struck.values())
        if only in (None, MIXED) and left > 0:
            site.long = False  # a minute without Kafka was had above; what counts here is what meets what
            plan = schedule.draw_faults(f"{seed} mixed", schedule.ALL)
            for part in range(0, left, PART):
                now = schedule.first(min(PART, left - part), plan)
                await _phase(scene, result, MIXED, now, MIXED_AT_ONCE)
        await scene.clients.close()
    if result.broken:
        schedule.say(f"what the processes said is kept in {state / 'logs'}")
    else:
        await asyncio.to_thread(shutil.rmtree, state)
    return result, report(result, scene, time.monotonic() - begun)


async def _phase(scene: Scene, result: schedule.RunResult, name: str, plan: Plan, at_once: int) -> None:
    begun = time.monotonic()
    await schedule.strike(scene, result, plan, at_once=at_once)
    struck = time.monotonic()
    await schedule.judge_run(scene, result, name)
    schedule.say(
        f"{name}: {sum(result.struck.values())} faults so far, {len(scene.clients.history.commands)} commands, "
        f"{struck - begun:.0f} s struck, {time.monotonic() - struck:.0f} s to rest, {len(result.broken)} wrong"
    )
    for sentence in result.broken:
        schedule.say(f"  {sentence}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--only", help="one schedule by its name, or `mixed`")
    parser.add_argument("--hasty", action="store_true", help="let a minute be five seconds")
    parser.add_argument("--report", type=Path, help="the file to write the report to")
    chosen = parser.parse_args()
    schedule.say(f"seed {chosen.seed}")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result, text = runner.run(run(chosen.seed, chosen.faults, chosen.only, long=not chosen.hasty))
    print(text)  # noqa: T201  # the report
    if chosen.report is not None:
        _write(text, chosen.report)
    if result.broken:
        sys.exit(f"seed {chosen.seed} broke something: make faults SEED={chosen.seed} replays it")


def _write(text: str, page: Path) -> None:
    """Write the page anew, but for what a run of the simulation has added to it."""
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    _, heading, simulation = before.partition(SIMULATION)
    page.write_text(text + (f"\n{heading}{simulation}" if heading else ""), encoding="utf-8")


if __name__ == "__main__":
    main()
