"""A placement season of the demo partnership, run over HTTP through the services as processes."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from alongside.client import PlatformClient
from alongside.demo.season import SeasonResult, run_season
from alongside.demo.season_report import print_season
from tests.e2e.conftest import Demo
from tests.e2e.terminal import Terminal

TENANT = "aire-valley-season"


@pytest.fixture(scope="module")
def result(demo: Demo) -> Iterator[SeasonResult]:
    with PlatformClient(demo.addresses, demo.stack.issuer, TENANT) as client:
        yield run_season(client, Console(quiet=True))


@pytest.mark.timeout(240)  # with the season itself, on a busy machine
@pytest.mark.covers("M3", "M4", "M9")
def test_scenarios_are_compared_before_anything_is_proposed(result: SeasonResult) -> None:
    first, *others = result.scenarios["scenarios"]

    assert first["name"] == "The programme's own weights"
    assert first["placed"] == result.rounds[0]["placed"]
    assert all(scenario["placed"] == first["placed"] for scenario in others), "weights never change how many are placed"
    assert any(change["trainees"] for change in result.scenarios["changes"])


@pytest.mark.covers("M4")
def test_every_pair_and_everybody_without_one_is_explained(result: SeasonResult) -> None:
    for pair in result.rounds[0]["pairs"]:
        assert sum(term["cost"] for term in pair["why"]["terms"]) == pair["cost"]
    helped = [trainee for trainee in result.rounds[-1]["unplaced_trainees"] if trainee["remedies"]]
    assert len(helped) >= 3


@pytest.mark.covers("M6")
def test_the_repair_after_a_school_drops_out_withdraws_exactly_the_pairs_of_the_preview(
    result: SeasonResult,
) -> None:
    leaves = result.departures[0]
    withdrawn = result.repair["withdrawn"]

    assert len(withdrawn) == result.preview["moved"] == leaves["broken"] + leaves["moved_too"]
    assert {pair["trainee_id"] for pair in withdrawn} == {
        change["trainee_id"] for change in result.preview["changes"] if change["before"]
    }
    assert sum(pair["school_urn"] == leaves["school_urn"] for pair in withdrawn) == leaves["broken"]
    assert result.open_relationships == result.rounds[0]["placed"] + result.rounds[1]["placed"] - 1 - leaves["lost"], (
        "one said no"
    )


@pytest.mark.covers("M8")
def test_a_second_placement_is_never_at_the_first_school(result: SeasonResult) -> None:
    pairs = result.spring["pairs"]

    assert len(pairs) >= 5
    assert all(pair["school_urn"] != result.autumn_pairs[pair["trainee_id"]]["school_urn"] for pair in pairs)


@pytest.mark.covers("M4")
def test_a_lead_reads_a_round_by_name(result: SeasonResult, alongside: Terminal, tmp_path: Path) -> None:
    first = result.rounds[0]
    file = tmp_path / "round.csv"

    alongside.output_of("rounds", "show", first["round_id"], "--csv", str(file), "--tenant", TENANT)

    lines = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    placed = {result.names[pair["trainee_id"]] for pair in first["pairs"]}
    assert {line["trainee"] for line in lines if line["mentor"]} == placed
    assert {line["trainee"] for line in lines} <= set(result.names.values())
    assert all(line["why"] for line in lines)
    assert f'"{first["round_id"]}"' in alongside.output_of("rounds", "list", "--json", "--tenant", TENANT)


@pytest.mark.covers("M6", "M9")
def test_a_lead_tries_compares_and_previews_at_the_command_line(result: SeasonResult, alongside: Terminal) -> None:
    here = ("--tenant", TENANT)
    on = ("--on", "2026-12-01")
    ids = [
        alongside.output_of("rounds", "try", "Spring placement", name, "--variant", variant, *on, *here)
        .split()[1]
        .rstrip(":")
        for name, variant in (("As it is", "{}"), ("Far", '{"weights": {"travel": 3}}'))
    ]

    compared = alongside.output_of("rounds", "compare", *ids, *here)
    assert "As it is" in compared
    assert "Far" in compared
    breaks = json.loads(alongside.output_of("rounds", "departures", "Spring placement", *on, "--json", *here))
    school = max(breaks, key=lambda each: int(each["broken"]))["school_urn"]
    moves = alongside.output_of("rounds", "repair", "Spring placement", "--school", school, *on, *here)
    assert "would be ended" in moves
    kept = next(pair for pair in result.spring["pairs"] if pair["school_urn"] != school)
    assert "is locked" in alongside.output_of("rounds", "lock", kept["pair_id"], *on, *here)
    assert "is unlocked" in alongside.output_of("rounds", "lock", kept["pair_id"], "--off", *on, *here)
    unknown = alongside("rounds", "solve", "Summer placement", *here)
    assert "Autumn placement, Spring placement" in unknown.err


def test_the_season_as_printed_says_who_moved_and_why(result: SeasonResult) -> None:
    out = StringIO()

    print_season(result, Console(file=out, width=200))

    printed = out.getvalue()
    assert all(result.names[change["trainee_id"]] in printed for change in result.preview["changes"])
    assert "The school leaves" in printed
    leaves = result.schools[result.departures[0]["school_urn"]]["name"]
    assert f"12 September: {leaves} drops out" in printed
    table = printed.partition("What breaks if a school leaves")[2].partition("└")[0]
    broken = [(-int(row.split("│")[2]), row.split("│")[1].strip()) for row in table.splitlines() if "│" in row]
    assert broken[0][1] == leaves
    assert broken[1:] == sorted(broken[1:])
