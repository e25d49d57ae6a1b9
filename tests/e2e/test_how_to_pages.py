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
answer = sys.stdin.read()
answer = json.loads(answer) if answer.strip() and not answer.startswith("<!doctype html>") else None
first = answer[0] if answer and isinstance(answer, list) else answer
NAMES = (
    "meeting_id", "entry_id", "observation_id", "nudge_id", "assignment_id", "assessment_id", "moderation_id",
    "circle_id", "recognition_id", "draft", "code",
)
for name, value in first.items() if isinstance(first, dict) else ():
    if name in NAMES:
        print(f"{name.removesuffix('_id').upper()}={value}")
    if name in ("target_ids", "waiting") and value:
        print(f"{'TARGET' if name == 'target_ids' else 'ITEM'}={value[0]}")
"""
SOMEBODY = "trainee:T26-001"
OTHERS = {
    "agree-and-begin": ("trainee:T26-005", ""),
    "mentor-a-pupil": ("mentee:P26-01", "PUPIL=$TRAINEE"),
    "peer-review": ("mentor:M-010", "OBSERVED=$TRAINEE OBSERVER=$MENTOR COORDINATOR=$SCHOOL"),
    "run-an-induction": ("mentee:E26-01", "TEACHER_ID=$(alongside token --as mentee:E26-01 --id) TUTOR=$SCHOOL"),
}
"""Pages for other people than `SOMEBODY`: their names at the command line, and what is to be sent then."""
HANDS_OVER = """
curl -s "$SESSIONS/relationships" -H "Authorization: Bearer $TRAINEE" > both.json
RELATIONSHIP=$(pick 'next(each["relationship_id"] for each in it if each["ended_because"])' < both.json)
NEXT=$(pick 'next(each["relationship_id"] for each in it if not each["ended_because"])' < both.json)
curl -s "$SESSIONS/relationships/$RELATIONSHIP" -H "Authorization: Bearer $TRAINEE" > relationship.json
TARGET=$(pick 'it["targets"][0]["target_id"]' < relationship.json)
MENTOR_ID=$(pick 'it["mentor_id"]' < relationship.json)
REFERENCE=$(curl -s "$REFERRAL/people/$MENTOR_ID" -H "Authorization: Bearer $LEAD" | pick 'it["reference"]')
MENTOR=$(alongside token --as mentor:$REFERENCE)
"""
"""What the page about the demonstration says of handing over."""
ABOUT_THEM, ASSESS, SUPPORT = (
    step.commands for step in steps((PAGES / "use-the-demonstration.md").read_text(encoding="utf-8"))
)


@pytest.mark.covers("S2", "S3", "S4", "S5", "S9", "S11")
@pytest.mark.timeout(WITHIN + 300)
@pytest.mark.parametrize("page", ["record-a-week", "count-days", "observe-a-lesson"])
def test_a_page_can_be_followed_in_the_demonstration(demo: Demo, page: str, tmp_path: Path) -> None:
    follow(demo, page, ABOUT_THEM, tmp_path)


@pytest.mark.covers("S1", "S8", "S12", "S13", "S15")
@pytest.mark.timeout(WITHIN + 300)
@pytest.mark.parametrize("page", OTHERS)
def test_a_page_for_other_people_can_be_followed_as_the_demonstration_says(
    demo: Demo, page: str, tmp_path: Path
) -> None:
    name, then = OTHERS[page]
    row = f"({page}.md) | `{name}` | {f'`{then}` ' if then else ''}|"
    assert row in (PAGES / "use-the-demonstration.md").read_text(encoding="utf-8")

    follow(demo, page, f"{ABOUT_THEM.replace(SOMEBODY, name)}{then}\n", tmp_path)


@pytest.mark.covers("S1")
@pytest.mark.timeout(WITHIN + 300)
def test_whoever_broke_off_can_hand_over(demo: Demo, tmp_path: Path) -> None:
    follow(demo, "hand-over", f"{ABOUT_THEM.replace(SOMEBODY, 'trainee:T26-003')}{HANDS_OVER}", tmp_path)


@pytest.mark.covers("S8")
@pytest.mark.timeout(WITHIN + 300)
def test_an_assessment_can_be_followed_from_draft_to_correction(demo: Demo, tmp_path: Path) -> None:
    follow(demo, "assess-a-trainee", f"{ABOUT_THEM}{ASSESS}", tmp_path)

    for name in ("assessment.pdf", "first-version.pdf"):
        assert (tmp_path / name).read_bytes().startswith(b"%PDF"), name


@pytest.mark.covers("S14")
@pytest.mark.timeout(WITHIN + 300)
def test_a_mentor_is_in_a_circle_and_gets_a_document_that_is_verified(demo: Demo, tmp_path: Path) -> None:
    follow(demo, "support-mentors", f"{ABOUT_THEM}{SUPPORT}", tmp_path)

    assert (tmp_path / "document.pdf").read_bytes().startswith(b"%PDF")


def follow(demo: Demo, page: str, about_them: str, tmp_path: Path) -> None:
    """Type a page in after what makes its variables; every command of it must be taken."""
    commands = tmp_path / "bin"
    commands.mkdir()
    alongside = commands / "alongside"
    alongside.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m alongside "$@"\n')
    alongside.chmod(0o755)
    (commands / "python3").symlink_to(sys.executable)
    (tmp_path / "ids.py").write_text(IDS)
    blocks = [step.commands for step in steps((PAGES / f"{page}.md").read_text(encoding="utf-8"))]
    done = subprocess.run(
        ["bash", "-c", PRELUDE + about_them + "".join(blocks)],
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

    assert blocks
    assert done.returncode == 0, done.stderr[-2000:]
