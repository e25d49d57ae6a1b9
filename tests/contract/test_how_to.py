"""The how-to pages for developers show code that works, and diffs that apply to the code as it is."""

import inspect
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from pydantic import computed_field

from shared.events import Catalogue, PublicEvent
from shared.events.sessions import RelationshipOpened, hours_to_minutes
from shared.events.words import MentoringRole
from tools.reference.sources import ROOT

HOW_TO = ROOT / "docs" / "how-to"
PAGE = HOW_TO / "change-a-public-event.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
IMPORTED: dict[str, object] = {
    "Any": Any,
    "Catalogue": Catalogue,
    "ClassVar": ClassVar,
    "MentoringRole": MentoringRole,
    "PublicEvent": PublicEvent,
    "UUID": UUID,
    "computed_field": computed_field,
    "date": date,
}


def test_the_example_of_a_new_version_does_what_the_page_says() -> None:
    shown: dict[str, object] = {"__name__": "shown", **IMPORTED}

    exec(compile("\n".join(BLOCKS), str(PAGE), "exec", dont_inherit=True), shown)

    assert "assert opened." in BLOCKS[-2]
    assert "assert read." in BLOCKS[-1]


def test_the_class_and_the_upcaster_on_the_page_are_those_of_the_code() -> None:
    assert BLOCKS[:2] == [inspect.getsource(RelationshipOpened), inspect.getsource(hours_to_minutes)]


def _diffs(page: str) -> list[str]:
    return re.findall(r"^```diff\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)


def _files_of_diff(diff: str) -> list[str]:
    return re.findall(r"^\+\+\+ b/(\S+)$", diff, flags=re.MULTILINE)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the code that the diffs change, and of what their checks need."""
    copy = tmp_path / "tree"
    for folder in ("services", "shared", "alongside", "deploy", "tools", "tests/support", "tests/unit"):
        shutil.copytree(ROOT / folder, copy / folder)  # with the compiled files: they are valid, and save seconds
    return copy


def _apply(diff: str, tree: Path) -> None:
    """Apply a diff; a clone around the copy, if there is one, must not be mistaken for the tree to change."""
    done = subprocess.run(
        ["git", "apply", "--verbose", "-"],
        input=diff,
        cwd=tree,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"the diff no longer applies: {done.stderr}"


def _run(check: str, tree: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", check],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", ["add-a-field", "add-a-command"])
def test_the_diffs_of_a_page_apply_and_their_checks_pass(name: str, tree: Path) -> None:
    page = (HOW_TO / f"{name}.md").read_text(encoding="utf-8")
    checks = re.findall(r"^```python\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)

    for diff in _diffs(page):
        _apply(diff, tree)
    done = _run("\n".join(checks), tree)

    assert len(_diffs(page)) == len(checks) > 0
    assert done.returncode == 0, done.stderr


def test_a_check_fails_without_its_diff(tree: Path) -> None:
    page = (HOW_TO / "add-a-command.md").read_text(encoding="utf-8")
    (check,) = re.findall(r"^```python\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)

    done = _run(check, tree)

    assert "ImportError" in done.stderr


def test_the_page_on_fields_counts_the_files_of_each_path() -> None:
    page = (HOW_TO / "add-a-field.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| \[[^\]]+\]\(#[^)]+\) \| (\d+) \| (\d+) \|$", page, flags=re.MULTILINE)
    stored, published, solved = (set(_files_of_diff(diff)) for diff in _diffs(page))

    counts = [len(stored), len(stored | published), len(solved)]
    assert [(int(number), int(most)) for number, most in table] == list(zip(counts, (5, 7, 8), strict=True))
    assert all(count <= most for count, most in zip(counts, (5, 7, 8), strict=True))
