"""Run the command line against a platform that is running.

Each command is a process forked from one that has imported what commands use; importing it again would take ten times
as long as most commands take. The tutorial's test runs `python -m alongside` itself.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from alongside.local.platform import SERVICES

ROOT = Path(__file__).parents[2]
WIDTH = "250"
WRITTEN = os.O_WRONLY | os.O_CREAT | os.O_APPEND
WITHIN = 60
"""Seconds that a command may take."""

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["alongside.cli.app", *(f"services.{service}.main" for service in SERVICES)])


@dataclass(frozen=True)
class CommandResult:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Terminal:
    """Runs `alongside` commands with the state directory of a running platform."""

    state: Path

    def __call__(self, *words: object, typed: str = "", **environment: str) -> CommandResult:
        variables = {**os.environ, "ALONGSIDE_STATE": str(self.state), "COLUMNS": WIDTH, **environment}
        with TemporaryDirectory() as name:
            streams = Path(name)
            (streams / "in").write_text(typed, encoding="utf-8")
            process = _FORKS.Process(target=_run, args=([str(word) for word in words], variables, streams))
            process.start()
            process.join(WITHIN)
            if process.exitcode is None:
                process.kill()
                process.join()
                raise TimeoutError(f"alongside {words} took more than {WITHIN} seconds")
            out, err = ((streams / file).read_text(encoding="utf-8") for file in ("out", "err"))
            return CommandResult(process.exitcode, out, err)

    def output_of(self, *words: object) -> str:
        """Run a command that must succeed, and return what it prints."""
        result = self(*words)
        assert (result.code, result.err.strip()) == (0, ""), result
        return result.out


def _run(words: Sequence[str], variables: Mapping[str, str], streams: Path) -> None:
    """Run a command in the process that was forked for it."""
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(variables)
    for number, (file, flags) in enumerate((("in", os.O_RDONLY), ("out", WRITTEN), ("err", WRITTEN))):
        os.dup2(os.open(streams / file, flags, 0o600), number)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode, encoding="utf-8") for number, mode in enumerate("rww"))
    sys.argv = ["alongside", *words]

    from alongside.cli import console
    from alongside.cli.app import app

    for stream in (console.out, console.err):
        stream.width = int(variables["COLUMNS"])
    app()


def rows(table: str) -> dict[str, list[str]]:
    """The other cells of each row of a printed table, by its first cell."""
    cells = ([cell.strip() for cell in line.strip("│").split("│")] for line in table.splitlines() if "│" in line)
    return {first: rest for first, *rest in cells}
