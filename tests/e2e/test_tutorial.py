"""The tutorial, typed in as it stands: every block of both pages in one shell, and what it prints is what they show."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import Demo

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / "tutorial" / f"{name}.md" for name in ("first-round", "first-placement")]
LEFT_OUT = "…"
WITHIN = 240
"""Seconds for both pages."""


@dataclass(frozen=True)
class Step:
    """A block of shell, and what the page shows under it (None: nothing is shown)."""

    heading: str
    commands: str
    shown: str | None


def steps(page: str) -> list[Step]:
    """The page's `sh` blocks in order, each with the `json` or `text` block that follows it."""
    found: list[Step] = []
    heading = ""
    for part in re.finditer(
        r"^## (?P<heading>[^\n]+)$|^```(?P<kind>\w+)\n(?P<block>.*?)^```$", page, re.DOTALL | re.MULTILINE
    ):
        match part["kind"]:
            case None:
                heading = part["heading"]
            case "sh":
                found.append(Step(heading, part["block"], None))
            case "json" | "text":
                last = found.pop()
                assert last.shown is None, f"two outputs under one block in {heading}"
                found.append(Step(last.heading, last.commands, part["block"]))
    return found


def pattern(shown: str) -> re.Pattern[str]:
    """What the page shows, where a line of `…` stands for any lines, and `…` within a line for any words."""
    lines = [
        r"(?:.*\n)*?" if line == LEFT_OUT else re.escape(line).replace(LEFT_OUT, ".*") + "\n"
        for line in shown.splitlines()
    ]
    return re.compile("".join(lines))


def type_in(page: list[Step], folder: Path, environment: dict[str, str]) -> list[str]:
    """Type the steps into one shell that stops at the first failure, and return what each step printed."""
    marker = "@@ next step @@"
    script = "set -euo pipefail\n" + "".join(f"{step.commands}echo '{marker}'\n" for step in page)
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=WITHIN, check=False
    )
    printed = done.stdout.replace("\ufeff", "").replace("\r", "").split(f"{marker}\n")
    assert done.returncode == 0, f"under “{page[len(printed) - 1].heading}”: {done.stderr[-2000:]}"
    return printed[:-1]


@pytest.fixture
def shell(demo: Demo, tmp_path: Path) -> dict[str, str]:
    """The environment of a reader's second terminal, beside the platform that runs."""
    commands = tmp_path / "bin"
    commands.mkdir()
    alongside = commands / "alongside"
    alongside.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m alongside "$@"\n')
    alongside.chmod(0o755)
    (commands / "python3").symlink_to(sys.executable)
    return {
        **os.environ,
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "ALONGSIDE_STATE": str(demo.stack.state),
    }


@pytest.mark.covers("R1", "R3", "R4", "R8", "M4", "M5", "S1", "S2", "S3", "S4", "S7", "S8", "S9", "S10", "S11", "P2")
@pytest.mark.timeout(WITHIN + 60)
def test_the_tutorial_prints_what_it_shows(shell: dict[str, str], tmp_path: Path) -> None:
    page = [step for each in PAGES for step in steps(each.read_text(encoding="utf-8"))]
    folder = tmp_path / "empty"
    folder.mkdir()

    printed = type_in(page, folder, shell)

    assert len(printed) == len(page) > 35
    for step, out in zip(page, printed, strict=True):
        if step.shown is None:
            assert out == "", f"under “{step.heading}” the page does not show what this prints:\n{out}"
        else:
            assert pattern(step.shown).fullmatch(out), (
                f"under “{step.heading}” the page shows:\n{step.shown}\nnot:\n{out}"
            )
