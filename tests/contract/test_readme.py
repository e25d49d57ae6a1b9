"""The README's capability table names what tests show, and nothing else."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_capability_table_and_the_tests_name_the_same_ids() -> None:
    named = set(
        re.findall(r"^\| ([RMSPI]\d+) \|", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    shown = {
        capability
        for file in (ROOT / "tests").rglob("test_*.py")
        for mark in re.findall(r"mark\.covers\(([^)]*)\)", file.read_text(encoding="utf-8"))
        for capability in re.findall(r'"([RMSPI]\d+)"', mark)
    }

    assert named == shown


def test_every_make_command_of_the_readme_and_contributing_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))

    for page in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"`?make ([a-z]+)\b", (ROOT / page).read_text(encoding="utf-8")))
        assert named <= targets
