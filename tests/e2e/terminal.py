"""A shell beside the platform that runs."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Terminal:
    """A shell in which the state directory of the platform is named."""

    state: Path

    def __call__(self, *words: object, typed: str = "", **environment: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "alongside", *(str(word) for word in words)],
            cwd=ROOT,
            env={**os.environ, "ALONGSIDE_STATE": str(self.state), "COLUMNS": "250", **environment},
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def says(self, *words: object) -> str:
        """What a command that goes well prints."""
        said = self(*words)
        assert (said.code, said.err.strip()) == (0, ""), said
        return said.out


def rows(table: str) -> dict[str, list[str]]:
    """The cells of a printed table, by the first of each row."""
    cells = ([cell.strip() for cell in line.strip("│").split("│")] for line in table.splitlines() if "│" in line)
    return {first: rest for first, *rest in cells}
