"""What the command line shows of rounds: scenarios among them, and schools by name."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from typer.testing import CliRunner

from alongside.cli import rounds

COUNTS = {"state": "solved", "asked_on": "2026-07-01", "placed": 3, "unplaced": 1}
ROUNDS = [
    {"round_id": f"round-{nth}", "kind": "round", "asked_at": f"2026-07-01T10:0{nth}:00Z"} | COUNTS for nth in (1, 3, 5)
]
SCENARIO = {"scenario_id": "scenario-2", "name": "Shorter journeys", "asked_at": "2026-07-01T10:02:00Z"} | COUNTS
DEPARTURE = {"school_urn": "990007", "broken": 3, "placed_elsewhere": 2, "lost": 1, "moved_too": 0}


class FakePlatform:
    """A platform with three rounds, of which a page holds two, a scenario, and a school with three pairs."""

    def get(self, _who: object, _service: str, path: str, *, after: str = "", **_: object) -> Any:
        match path:
            case "/rounds":
                return [round_ for round_ in ROUNDS if str(round_["round_id"]) > after][:2]
            case "/scenarios":
                return [] if after else [SCENARIO]
            case "/programmes":
                return [{"programme_id": "p", "title": "Autumn placement"}]
            case "/departures":
                return {"departures": [DEPARTURE]}
            case "/schools/990007":
                return {"urn": "990007", "name": "Northfield Academy"}
        raise AssertionError(path)


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def connect(_tenant: str) -> Iterator[FakePlatform]:
        yield FakePlatform()

    monkeypatch.setattr(rounds, "connect_to_platform", connect)


def output_of(*words: str) -> str:
    answer = CliRunner().invoke(rounds.app, ["rounds", *words])
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_scenarios_are_listed_among_the_rounds_of_all_pages() -> None:
    listed = [round_["round_id"] for round_ in json.loads(output_of("list", "--json"))]
    assert sorted(listed) == ["round-1", "round-3", "round-5", "scenario-2"]

    lines = output_of("list").splitlines()
    order = [line for line in lines if "round-" in line or "scenario-" in line]
    assert ["scenario-2" in line for line in order] == [False, True, False, False]
    assert "Shorter journeys" in order[1]


def test_a_school_that_might_leave_has_its_name_beside_its_urn() -> None:
    assert "Northfield Academy (990007)" in output_of("departures", "Autumn placement")
