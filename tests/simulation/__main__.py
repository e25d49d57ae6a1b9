# ruff: noqa: T201  # it is a command line
"""`python -m tests.simulation --timelines 100000 --seed N` runs many timelines; `--replay SEED` prints one's trace."""

import argparse
import os
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.report import SIMULATION
from tests.simulation.timeline import replay_command, run_timeline, run_timelines


def main() -> int:
    """The command line; its exit code is 1 when a timeline went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--timelines", type=int, default=1000, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="the first timeline's; the others follow")
    parser.add_argument("--replay", type=int, metavar="SEED", help="run this timeline alone and print what happens")
    parser.add_argument("--report", type=Path, help="the page to add what was found to")
    chosen = parser.parse_args()
    if chosen.replay is not None:
        return _replay(chosen.replay)
    return _many(chosen.seed, chosen.timelines, chosen.report)


def _replay(seed: int) -> int:
    result = run_timeline(seed, traced=True)
    print(*result.trace, sep="\n")
    print(*(result.wrong or ["all is well"]), sep="\n")
    return bool(result.wrong)


def _many(first: int, number: int, page: Path | None) -> int:
    begun = time.monotonic()
    strikes, commands, wrong = Counter[str](), Counter[str](), 0
    for done, result in enumerate(run_timelines(range(first, first + number)), 1):
        strikes.update(result.strikes)
        commands.update(result.commands)
        if result.wrong:
            wrong += 1
            print(f"seed {result.seed}: {result.wrong[0]}\n    {replay_command(result.seed)}", flush=True)
        if done % 1000 == 0:
            print(f"{done} timelines, {wrong} wrong, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    took = time.monotonic() - begun
    print(f"{number} timelines from seed {first}, {wrong} wrong, {took:.0f} s")
    print(f"commands: {_list_counts(commands)}")
    print(f"faults:   {_list_counts(strikes)}")
    if page is not None:
        section = _report(first, number, wrong, took, commands, strikes)
        page.write_text(page.read_text(encoding="utf-8").partition(SIMULATION)[0].rstrip() + section, encoding="utf-8")
    return wrong > 0


def _report(first: int, number: int, wrong: int, took: float, commands: Counter[str], strikes: Counter[str]) -> str:
    command = f"python -m tests.simulation --timelines {number} --seed {first}"
    return f"""

{SIMULATION}

The same relay, consumer, projector and process code on a seeded event loop, over a store and a log in memory. Matching
confirms and withdraws pairs, and sessions is where they agree, meet, set targets and release. Made by
`{command}` on {datetime.now(UTC):%d %B %Y},
in {took / 60:.0f} minutes on {os.cpu_count()} cores.

**{number:,} timelines, {wrong} of them wrong.**

| what | how many |
|---|---|
| commands | {_list_counts(commands)} |
| faults | {_list_counts(strikes)} |
"""


def _list_counts(figures: Counter[str]) -> str:
    return ", ".join(f"{figure:,} {name.strip('_').replace('_', ' ')}" for name, figure in figures.most_common())


if __name__ == "__main__":
    sys.exit(main())
