"""Distribute the tests of a run over processes: whole modules, the slowest first."""

import os
from collections.abc import Sequence

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    **dict.fromkeys(("tests/e2e/test_restore.py", "tests/e2e/test_version_before.py"), "tests/e2e/ without the demo"),
    "tests/e2e/": "tests/e2e/",
    "tests/faults/test_short_form.py": "tests/faults/ on the site",
    "tests/faults/test_shutdown.py": "tests/faults/ on the site",
}
"""Modules, by the beginning of their paths, that share something slow to start: they stay in one process.

The first beginning that fits counts.
"""

SLOWEST_FIRST = (
    "tests/faults/",
    "tests/e2e/",
    "tests/simulation/",
    "tests/integration/",
    "tests/unit/matching/solver/",
)
"""Begun late, a slow module would keep one process busy when the others have nothing left to do."""


class WholeModules(LoadScopeScheduling):  # type: ignore[misc]  # it carries no types
    """Gives each process one module after the other, in the order of collection; the modules `TOGETHER` go to one
    process.
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return next((group for start, group in TOGETHER.items() if module.startswith(start)), module)


def sort_slowest_first(items: list[pytest.Item]) -> None:
    """Put the tests of the slowest folders first; those of a module keep their order."""

    def rank(item: pytest.Item) -> int:
        matching = (nth for nth, start in enumerate(SLOWEST_FIRST) if item.nodeid.startswith(start))
        return next(matching, len(SLOWEST_FIRST))

    items.sort(key=rank)


def number_of_processes(arguments: Sequence[str]) -> int:
    """Return the number of processes: one for each core, or none besides pytest itself if only single files or
    tests are run.
    """
    if arguments and all(argument.partition("::")[0].endswith(".py") for argument in arguments):
        return 0
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
