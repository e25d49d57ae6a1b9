"""The demo partnership's autumn, run over HTTP through four services as processes."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from alongside.demo.autumn import WEEKS, WITH_JOURNAL
from alongside.demo.autumn_report import print_autumn
from alongside.demo.personas import LEAD
from alongside.demo.relationships import PAUSED_WEEKS
from tests.e2e.conftest import Demo


@pytest.mark.covers("R1", "R3", "R4", "R5", "M1", "M3", "M4", "M5", "S2", "S3", "S8", "P1", "P2")
def test_the_report_names_every_trainees_pair_or_the_reason_there_is_none(demo: Demo) -> None:
    placements = demo.result.report["placements"]

    assert len(placements) == 36
    for placement in placements:
        if placement["standing"] == "placed":
            assert placement["mentor_id"] in demo.result.names
            assert placement["school_name"]
        else:
            assert placement["standing"] == "unplaced"
            assert placement["explanation"]


def test_some_are_hard_to_place_and_the_reasons_differ(demo: Demo) -> None:
    report = demo.result.report

    assert report["standings"]["placed"] > 25
    assert len(report["unplaced_by_reason"]) >= 3


def test_meetings_due_are_held_missed_or_not_recorded(demo: Demo) -> None:
    schools = demo.result.report["meetings_by_school"]
    for school in schools:
        assert school["due"] == school["held"] + school["missed"] + school["not_recorded"]
    placed = demo.result.report["standings"]["placed"]
    assert sum(school["due"] for school in schools) == WEEKS * placed - len(PAUSED_WEEKS)


@pytest.mark.covers("S1", "M6")
def test_a_mentee_who_broke_off_has_another_mentor_who_was_not_told_why(demo: Demo) -> None:
    refusals = dict(demo.result.refused)
    assert refusals["A mentor asks why the mentee broke off"] == "There is no such break-off."
    assert (
        "Sign your agreement first"
        in refusals["A mentor records what was discussed before both have signed their agreement"]
    )
    relationships = demo.client.get(LEAD, "sessions", "/relationships", limit=1000)
    (ended,) = (each for each in relationships if each["ended_because"] == "ended_by_them")
    (anew,) = (
        each for each in relationships if each["trainee_id"] == ended["trainee_id"] and not each["ended_because"]
    )
    assert anew["mentor_id"] != ended["mentor_id"]
    assert anew["starts_on"] > ended["ends_on"]
    assert all(each["agreed_on"] for each in relationships)


@pytest.mark.covers("S8")
def test_a_mentor_who_assesses_their_trainee_is_refused_with_the_reason(demo: Demo) -> None:
    refusals = dict(demo.result.refused)

    assert "somebody else writes the assessment" in refusals["A mentor assesses their own trainee"]


@pytest.mark.covers("S5", "S8", "S11")
def test_a_tutor_assesses_by_what_was_released_to_them_and_by_nothing_else(demo: Demo) -> None:
    refusals = dict(demo.result.refused)
    attempt = "A tutor rests an assessment on a journal entry that its owner keeps to themselves"
    assert refusals[attempt] == "An assessment rests only on what the trainee has released to you."
    assessments = [
        assessment
        for trainee_id in {placement["trainee_id"] for placement in demo.result.report["placements"]}
        for assessment in demo.client.get(LEAD, "sessions", "/assessments", trainee_id=trainee_id)
    ]
    assert sum(len(assessment["evidence"]) for assessment in assessments) == WITH_JOURNAL - 1


def test_the_printed_report_names_everybody(demo: Demo) -> None:
    out = StringIO()

    print_autumn(demo.result, Console(file=out, width=200))

    for placement in demo.result.report["placements"]:
        assert demo.result.names[placement["trainee_id"]] in out.getvalue()


def test_the_readme_quotes_what_is_printed(demo: Demo) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    quoted = readme.partition("<!-- demo: begin -->")[2].partition("<!-- demo: end -->")[0]
    lines = [line for line in quoted.splitlines() if line and not line.startswith(("```", "──"))]
    out = StringIO()

    print_autumn(demo.result, Console(file=out, width=200))

    assert lines
    assert set(lines) <= set(out.getvalue().splitlines())
