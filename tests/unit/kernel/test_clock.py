"""The clock of a process begins on whatever day it is set to, and services go by no other."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shared.calendar import ENGLAND
from shared.kernel.unit import ProcessClock

ROOT = Path(__file__).parents[3]
BY_THE_MACHINE = re.compile(r"datetime\.now\([^)]*\)\.date\(|date\.today\(|current_date", re.IGNORECASE)
"""Ways to read the machine's day in Python and SQL; the time of recording is always its own."""


@pytest.mark.parametrize("day", [date(2026, 12, 18), date(2034, 6, 30), date(1999, 1, 1)])
def test_a_clock_that_is_set_to_a_day_goes_on_from_the_time_of_that_day(day: date) -> None:
    clock, machine = ProcessClock(), datetime.now(UTC).astimezone(ENGLAND)

    clock.set_to(day)

    there = clock().astimezone(ENGLAND)
    assert timedelta() <= there.replace(tzinfo=None) - datetime.combine(day, machine.time()) < timedelta(minutes=1)


def test_a_clock_that_is_set_to_no_day_is_that_of_the_machine() -> None:
    clock = ProcessClock()
    clock.set_to(date(2034, 6, 30))

    clock.set_to(None)

    assert abs(clock() - datetime.now(UTC)) < timedelta(minutes=1)


def test_services_go_by_no_other_clock() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "services").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if BY_THE_MACHINE.search(line)
    ]
    assert found == []
