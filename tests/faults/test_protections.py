"""Each schedule says which lines protect from it; they are there, where it says."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.faults.schedule import SCHEDULES

ROOT = Path(__file__).parents[2]
PROTECTED = re.compile(r"Protected by `([^`]+)`, `([^`]+)`:\s+`([^`]+)`")


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.__name__.rpartition(".")[2])
def test_a_schedule_names_the_line_that_protects_from_it(schedule: ModuleType) -> None:
    protected = PROTECTED.findall(schedule.__doc__ or "")
    assert protected
    for file, function, line in protected:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"\b(def|function) {function}\b", text), f"{file} has no {function}"
        assert line in text, f"{file} has no line {line}"
