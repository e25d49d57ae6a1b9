"""Which fault strikes when: drawn from a seed, alone or two at a time, under load; then rest, and every check.

The same seed draws the same faults in the same order, each with the same choices of its own. What real processes make
of them is theirs: a seed that failed may have to be run again a few times.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from tests.faults.checker import Check, check
from tests.faults.clients import Clients
from tests.faults.evidence import gather_evidence
from tests.faults.pairing import open_relationships
from tests.faults.rest import at_rest
from tests.faults.scene import STRIKE_WITHIN, Fault, Scene
from tests.faults.schedules import (
    database,
    deliveries,
    kafka_away,
    killed,
    rebuilds,
    replicas,
    restored,
    three_brokers,
    versions,
)
from tests.faults.site import ASKED, Site

SCHEDULES = (killed, kafka_away, three_brokers, replicas, deliveries, database, rebuilds, restored, versions)
ALL: tuple[Fault, ...] = tuple(fault for schedule in SCHEDULES for fault in schedule.FAULTS)
CLIENTS = 6


@dataclass
class RunResult:
    """The result of a run so far: the last checks, and everything that was ever wrong.

    Each check looks at everything since the beginning. What was wrong at rest and is well later came too late: it stays
    in `broken`, as a fault that was not healed does.
    """

    seed: int
    struck: Counter[tuple[str, str]] = field(default_factory=Counter)
    checks: list[Check] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def judge(self, phase: str, checks: Sequence[Check]) -> None:
        """Record the checks that were made after a phase."""
        self.checks = list(checks)
        self.broken += [
            f"after {phase}, {check.name}: {len(check.wrong)} wrong, first {list(check.wrong[:3])}"
            for check in checks
            if check.wrong
        ]


def draw_faults(seed: str, faults: Sequence[Fault]) -> Iterator[tuple[Fault, Random]]:
    """Draw faults without end, every kind as often as any other, each with a generator of its own."""
    random = Random(seed)
    while True:
        for fault in random.sample(faults, len(faults)):
            yield fault, Random(random.getrandbits(64))


async def strike(
    scene: Scene, result: RunResult, plan: Iterable[tuple[Fault, Random]], *, at_once: int, clients: int = CLIENTS
) -> None:
    """Let the faults of a plan strike, at most `at_once` of them together, under the load of so many clients."""
    room = asyncio.Semaphore(at_once)
    async with scene.clients.load(clients):
        tasks = []
        for fault, random in plan:
            await room.acquire()
            tasks.append(asyncio.create_task(_strike(scene, result, fault, random, room)))
            await scene.commands(random.randrange(1, 12), within=3)
        await asyncio.gather(*tasks)


async def _strike(scene: Scene, result: RunResult, fault: Fault, random: Random, room: asyncio.Semaphore) -> None:
    try:
        async with asyncio.timeout(STRIKE_WITHIN):
            await fault.strike(scene, random)
        result.struck[fault.schedule, fault.name] += 1
    except Exception as error:  # noqa: BLE001  # the others go on, and the run fails at its end
        failure = f"{fault.schedule}, {fault.name}: {type(error).__name__}: {error}"
        result.broken.append(failure)
        say(f"  not healed: {failure}")
    finally:
        room.release()


async def judge_run(scene: Scene, result: RunResult, phase: str) -> None:
    """Heal what a fault that failed has left, wait for rest, and check everything."""
    await scene.site.heal()
    await at_rest(scene.site)
    result.judge(phase, [*check(scene.clients.history, await gather_evidence(scene.site)), _answers(scene)])
    overdue = [sentence for program in scene.site.programs.values() for sentence in program.overdue]
    result.broken += [sentence for sentence in overdue if sentence not in result.broken]


def _answers(scene: Scene) -> Check:
    """No fault leads to an answer about an unexpected error: a fault that may pass is answered with 503."""
    statuses = scene.clients.history.statuses()
    return Check("answers: no 500", sum(statuses.values()), ["an answer was a 500"] * statuses["500"])


async def begin_run(site: Site, seed: int) -> Scene:
    """A scene with its clients and the partnership they work on."""
    urls = {name: [program.url for program in site.of("api", name)] for name in ASKED}
    clients = Clients(urls, site.issuer, seed)
    await clients.set_up()
    clients.mentoring.pairs = await open_relationships(site, clients)
    return Scene(site, clients)


def first(number: int, plan: Iterator[tuple[Fault, Random]]) -> Iterator[tuple[Fault, Random]]:
    """So many faults of a plan."""
    return islice(plan, number)


def say(text: str) -> None:
    """Print a line of progress."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201  # progress of a long run
