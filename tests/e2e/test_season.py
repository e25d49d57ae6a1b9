"""A placement season of the demo partnership, walked over HTTP through four services as processes."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from alongside.client import Services
from alongside.demo import season
from alongside.demo.season import Season
from alongside.demo.season_report import print_season
from tests.e2e.conftest import Demo
from tests.e2e.terminal import Terminal

TENANT = "aire-valley-season"


@pytest.fixture(scope="module")
def walked(demo: Demo) -> Iterator[Season]:
    with Services(demo.known, demo.stack.issuer, TENANT) as services:
        yield season.walk(services, Console(quiet=True))


@pytest.mark.timeout(240)  # with the season itself, on a busy machine
@pytest.mark.covers("M3", "M4", "M9")
def test_scenarios_are_compared_before_anything_is_proposed(walked: Season) -> None:
    first, *others = walked.scenarios["scenarios"]

    assert first["name"] == "As the rules stand"
    assert first["placed"] == walked.rounds[0]["placed"]
    assert all(one["placed"] == first["placed"] for one in others), "weights never change how many are placed"
    assert any(change["trainees"] for change in walked.scenarios["changes"])


@pytest.mark.covers("M4")
def test_every_pair_and_everybody_without_one_is_explained(walked: Season) -> None:
    for pair in walked.rounds[0]["pairs"]:
        assert sum(term["cost"] for term in pair["why"]["terms"]) == pair["cost"]
    helped = [one for one in walked.rounds[-1]["unplaced_trainees"] if one["remedies"]]
    assert len(helped) >= 3


@pytest.mark.covers("M6")
def test_a_school_that_drops_out_is_repaired_as_the_preview_said_with_no_pair_parted_elsewhere(walked: Season) -> None:
    leaves = walked.departures[0]
    withdrawn = walked.repaired["withdrawn"]

    assert len(withdrawn) == walked.preview["moved"] == leaves["broken"] + leaves["moved_too"]
    assert {one["trainee_id"] for one in withdrawn} == {
        one["trainee_id"] for one in walked.preview["changes"] if one["before"]
    }
    assert sum(one["school_urn"] == leaves["school_urn"] for one in withdrawn) == leaves["broken"]
    assert walked.kept == walked.rounds[0]["placed"] + walked.rounds[1]["placed"] - 1 - leaves["lost"], "one said no"


@pytest.mark.covers("M8")
def test_a_second_placement_is_never_at_the_first_school(walked: Season) -> None:
    pairs = walked.second["pairs"]

    assert len(pairs) >= 5
    assert all(pair["school_urn"] != walked.first[pair["trainee_id"]]["school_urn"] for pair in pairs)


@pytest.mark.covers("M4")
def test_a_lead_reads_a_round_by_name(walked: Season, alongside: Terminal, tmp_path: Path) -> None:
    first = walked.rounds[0]
    file = tmp_path / "round.csv"

    alongside.says("rounds", "show", first["round_id"], "--csv", str(file), "--tenant", TENANT)

    lines = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    placed = {walked.names[pair["trainee_id"]] for pair in first["pairs"]}
    assert {line["trainee"] for line in lines if line["mentor"]} == placed
    assert {line["trainee"] for line in lines} <= set(walked.names.values())
    assert all(line["why"] for line in lines)
    assert f'"{first["round_id"]}"' in alongside.says("rounds", "list", "--json", "--tenant", TENANT)


@pytest.mark.covers("M6", "M9")
def test_a_lead_tries_compares_and_previews_at_the_command_line(walked: Season, alongside: Terminal) -> None:
    here = ("--tenant", TENANT)
    on = ("--on", "2026-12-01")
    ids = [
        alongside.says("rounds", "try", "Spring placement", name, "--variant", variant, *on, *here)
        .split()[1]
        .rstrip(":")
        for name, variant in (("As it is", "{}"), ("Far", '{"weights": {"travel": 3}}'))
    ]

    compared = alongside.says("rounds", "compare", *ids, *here)
    assert "As it is" in compared
    assert "Far" in compared
    breaks = json.loads(alongside.says("rounds", "departures", "Spring placement", *on, "--json", *here))
    school = max(breaks, key=lambda one: int(one["broken"]))["school_urn"]
    moves = alongside.says("rounds", "repair", "Spring placement", "--school", school, *on, *here)
    assert "would be parted" in moves
    kept = next(pair for pair in walked.second["pairs"] if pair["school_urn"] != school)
    assert "stays" in alongside.says("rounds", "lock", kept["pair_id"], *on, *here)
    assert "moved again" in alongside.says("rounds", "lock", kept["pair_id"], "--off", *on, *here)
    unknown = alongside("rounds", "solve", "Summer placement", *here)
    assert "Autumn placement, Spring placement" in unknown.err


def test_the_season_as_printed_says_who_moved_and_why(walked: Season) -> None:
    out = StringIO()

    print_season(walked, Console(file=out, width=200))

    said = out.getvalue()
    assert all(walked.names[one["trainee_id"]] in said for one in walked.preview["changes"])
    assert "The school leaves" in said
