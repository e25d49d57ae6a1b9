"""One timeline from its seed: everything that is drawn by chance, read from a clock or logged comes from here."""

import multiprocessing
import os
import random
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from shared.kernel import notifier
from shared.kernel.service.command_line import tune_garbage_collector
from tests.simulation.checker import find_errors
from tests.simulation.database import Database
from tests.simulation.loop import Deadlock, Endless
from tests.simulation.world import Restless, World


@dataclass
class TimelineResult:
    """What became of a timeline: every sentence that was not true in the end, and how much there was of what."""

    seed: int
    wrong: list[str]
    steps: int = 0
    commands: dict[str, int] = field(default_factory=dict)
    strikes: dict[str, int] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)


def run_timeline(seed: int, *, database: Callable[[], Database] = Database, traced: bool = False) -> TimelineResult:
    """Run the timeline of a seed: a storm, calm, the checks, then operators heal and it is checked again."""
    result = TimelineResult(seed, [])
    world = World(seed, database=database, noted=result.trace if traced else None)
    try:
        with _seed(world, seed):
            world.loop.run_until_complete(world.live())
            result.wrong += find_errors(world)
            if not result.wrong:
                world.loop.run_until_complete(world.heal())
                result.wrong += [f"after healing, {sentence}" for sentence in find_errors(world)]
            result.wrong += [
                f"{complaint['message']}: {complaint['exception']!r}" for complaint in world.loop.complaints
            ]
    except (Deadlock, Endless, Restless) as error:
        result.wrong.append(f"{type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what this seed has found
        result.wrong.append("".join(traceback.format_exception(error)))
    finally:
        world.loop.close()
    result.steps, result.strikes = world.loop.steps, world.storm.strikes
    for invocation in world.invocations:
        result.commands[invocation.outcome] = result.commands.get(invocation.outcome, 0) + 1
    return result


def run_timelines(seeds: Iterable[int]) -> Iterator[TimelineResult]:
    """The timelines of these seeds, in the order of seeds, on every core there is."""
    # begun anew now and then: what a timeline leaves behind adds up over a hundred thousand
    context = multiprocessing.get_context("spawn")
    with context.Pool(initializer=tune_garbage_collector, maxtasksperchild=100) as pool:
        yield from pool.imap(run_timeline, seeds, chunksize=10)


def replay_command(seed: int) -> str:
    """Return the command that shows a timeline again, line by line."""
    return f"python -m tests.simulation --replay {seed}"


@contextmanager
def _seed(world: World, seed: int) -> Iterator[None]:
    """Seed what the kernel draws at random, and write its log into the timeline."""
    state, urandom, logs, poll = random.getstate(), os.urandom, structlog.get_config(), notifier.POLL
    # four looks a second that find nothing are a third of all steps: most timelines go without
    notifier.POLL = poll if seed % 4 == 0 else 4 * poll
    random.seed(f"kernel {seed}")
    os.urandom = random.Random(f"ids {seed}").randbytes
    structlog.configure(processors=[_noting(world)], cache_logger_on_first_use=False)
    try:
        yield
    finally:
        notifier.POLL = poll
        random.setstate(state)
        os.urandom = urandom
        structlog.configure(**logs)


def _noting(world: World) -> Callable[[Any, str, Any], Any]:
    def note(_: Any, level: str, entry: Any) -> Any:
        entry.pop("exc_info", None)
        world.note(f"log: {entry}")
        if entry["event"] == "follower stands still" and not (entry["error"] == "Older" and world.restores):
            world.complaints.append(f"stands still: {entry}")
        raise structlog.DropEvent

    return note
