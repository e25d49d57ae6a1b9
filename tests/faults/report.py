"""What a run of the fault suite has shown, as a page: faults by kind, commands by outcome, checks, memory."""

import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence

from tests.faults.scene import Scene
from tests.faults.schedule import RunResult

LIMIT = 200 * 1024 * 1024
"""Bytes that no process of a service may exceed."""

SIMULATION = "## Simulated timelines"
"""The heading of the page's last part, which a run of the simulation writes."""
INTRODUCTION = """\
Real processes under load, struck by faults that are drawn from a seed, brought to rest, and compared with what was
acknowledged. Not a proof: the next seed may find what this one did not."""
OUTCOMES = """\
Acknowledged: stored once, with all its events. Refused: nothing is stored. Unknown (the client gave up before it
learned what became of it): once, or not at all."""


def report(result: RunResult, scene: Scene, seconds: float) -> str:
    """The page, in Markdown; it names no place of the machine it was made on."""
    history = scene.clients.history
    outcomes: Counter[tuple[str, str]] = Counter((command.kind, command.outcome) for command in history.commands)
    kinds = sorted({kind for kind, _ in outcomes})
    wrong = result.broken
    made = (
        f"Made by `make faults SEED={result.seed}` on {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"in {seconds / 60:.0f} minutes: **{sum(result.struck.values())} faults, {len(history.commands)} commands "
        f"in {history.asked} requests, {len(wrong)} checks broken.**"
    )
    parts = [
        "# What the fault suite has shown",
        INTRODUCTION,
        made,
        "## Faults",
        _table(
            ("schedule", "fault", "times"),
            [(schedule, name, str(times)) for (schedule, name), times in sorted(result.struck.items())],
        ),
        "## Commands",
        OUTCOMES,
        _table(
            ("command", "acknowledged", "refused", "unknown"),
            [(kind, *(str(outcomes[kind, each]) for each in ("ok", "refused", "unknown"))) for kind in kinds],
        ),
        f"Requests by answer: {', '.join(f'{status}: {n}' for status, n in sorted(history.statuses().items()))}.",
        "## Checks",
        _table(
            ("check", "looked at", "wrong"),
            [(check.name, str(check.looked_at), str(len(check.wrong))) for check in result.checks],
        ),
        "\n".join(f"- {sentence}" for sentence in wrong),
        "## Memory at its peak",
        f"Resident, the most that any run of the process had; the limit is {LIMIT >> 20} MB.",
        _table(
            ("process", "MB"), [(program.name, str(program.peak >> 20)) for program in scene.site.programs.values()]
        ),
        f"Processes that ended by themselves and were started again: {len(scene.site.ended)}.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
