"""How-to pages, typed in as they stand beside the demonstration: every command is taken, none is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Demo
from tests.e2e.test_tutorial import ROOT, steps

PAGES = ROOT / "docs" / "how-to"
WITHIN = 120
"""Seconds for a page."""

PRELUDE = """
set -euo pipefail
curl() {
    local answer
    answer=$(command curl --show-error --fail-with-body "$@") || { echo "refused: $answer" >&2; exit 1; }
    eval "$(echo "$answer" | python3 ids.py)"
    echo "$answer"
}
"""
"""As `curl`, but a refusal ends the page, and the ids of an answer go into variables: `meeting_id` into `MEETING`."""
IDS = """
import json, sys
answer = json.load(sys.stdin)
for name, value in answer.items() if isinstance(answer, dict) else ():
    if name in ("meeting_id", "entry_id", "observation_id"):
        print(f"{name.removesuffix('_id').upper()}={value}")
    if name == "target_ids" and value:
        print(f"TARGET={value[0]}")
"""


@pytest.mark.covers("S2", "S3", "S4", "S5", "S9", "S11")
@pytest.mark.timeout(WITHIN + 300)
@pytest.mark.parametrize("page", ["record-a-week", "count-days", "observe-a-lesson"])
def test_a_page_can_be_followed_in_the_demonstration(demo: Demo, page: str, tmp_path: Path) -> None:
    commands = tmp_path / "bin"
    commands.mkdir()
    alongside = commands / "alongside"
    alongside.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m alongside "$@"\n')
    alongside.chmod(0o755)
    (commands / "python3").symlink_to(sys.executable)
    (tmp_path / "ids.py").write_text(IDS)
    blocks = [
        step.commands
        for name in ("use-the-demonstration", page)
        for step in steps((PAGES / f"{name}.md").read_text(encoding="utf-8"))
    ]
    done = subprocess.run(
        ["bash", "-c", PRELUDE + "".join(blocks)],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{commands}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "ALONGSIDE_STATE": str(demo.stack.state),
        },
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )

    assert len(blocks) > 2
    assert done.returncode == 0, done.stderr[-2000:]
