"""The demo partnership's autumn, run over HTTP through the services as processes."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from alongside.demo.assessments import WITH_JOURNAL
from alongside.demo.autumn_report import print_autumn
from alongside.demo.feedback import SEEN_BY_TUTOR
from alongside.demo.observations import OBSERVED, RELEASED
from alongside.demo.personas import LEAD, school_lead
from alongside.demo.relationships import PAUSED_WEEKS
from alongside.demo.reviews import REVIEW_WEEKS
from alongside.demo.steps import FIRST_MONDAY
from alongside.demo.weeks import WEEKS
from alongside.local.stack import LAST_DAY_OF_THE_DEMO
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
    assert sum(school["due"] for school in schools) == (WEEKS - 1) * placed - len(PAUSED_WEEKS)


@pytest.mark.covers("S1", "M6")
def test_a_mentee_who_broke_off_has_another_mentor_who_was_not_told_why(demo: Demo) -> None:
    refusals = dict(demo.result.refused)
    assert refusals["A mentor asks why the mentee broke off"] == "There is no such break-off."
    assert (
        "Sign your agreement first"
        in refusals["A mentor records what was discussed before both have signed their agreement"]
    )
    relationships = demo.result.relationships
    (ended,) = (each for each in relationships if each["ended_because"] == "ended_by_them")
    (anew,) = (
        each for each in relationships if each["trainee_id"] == ended["trainee_id"] and not each["ended_because"]
    )
    assert anew["mentor_id"] != ended["mentor_id"]
    assert anew["starts_on"] > ended["ends_on"]
    pair = demo.client.get(LEAD, "matching", f"/pairs/{anew['relationship_id']}")
    assert (pair["status"], pair["mentor_id"]) == ("confirmed", anew["mentor_id"])
    assert all(each["agreed_on"] for each in relationships)
    assert demo.result.term.planned["paused"] == len(PAUSED_WEEKS)


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


@pytest.mark.covers("S4", "S11")
def test_what_was_observed_is_read_by_a_tutor_only_where_the_trainee_released_it(demo: Demo) -> None:
    refusals = dict(demo.result.refused)
    assert refusals["A tutor opens an observation that the trainee keeps"] == "There is no such observation."
    term = demo.result.term
    assert (term.items["observation"], term.released["observation", "tutor"]) == (OBSERVED, RELEASED)


@pytest.mark.covers("S8")
def test_an_assessment_is_returned_another_corrected_after_an_appeal_and_a_plan_achieved(demo: Demo) -> None:
    term = demo.result.term
    assert (term.assessments["returned"], term.assessments["corrected"], term.assessments["upheld"]) == (1, 1, 1)
    assert term.support_plans == {"achieved": 1}
    assert set(term.versions) == {1, 2}
    assert term.versions[2] == 2


@pytest.mark.covers("S7", "S11")
def test_feedback_is_given_without_a_grade_and_released_or_not(demo: Demo) -> None:
    term, placed = demo.result.term, demo.result.report["standings"]["placed"]
    assert term.items["feedback"] == placed + SEEN_BY_TUTOR
    assert 0 < term.released["feedback", "tutor"] < term.items["feedback"]
    assert "no grade" in dict(demo.result.refused)["A tutor writes a grade into feedback"]


@pytest.mark.covers("S6")
def test_trainees_answer_an_instrument_three_times_and_release_the_answers_or_not(demo: Demo) -> None:
    term, placed = demo.result.term, demo.result.report["standings"]["placed"]
    # whoever broke off begins anew with the other mentor
    assert term.measures == {"baseline": placed + 1, "repeat": placed - 1, "end": placed}
    assert 0 < len(term.confidence) < placed
    assert all(first < last for first, last in term.confidence)


@pytest.mark.covers("S10")
def test_every_relationship_is_reviewed_and_some_again_soon(demo: Demo) -> None:
    term, placed = demo.result.term, demo.result.report["standings"]["placed"]
    assert term.reviewed[1] + term.reviewed[2] == placed
    assert term.reviewed[2] > 0
    assert term.last_reviews.total() == placed
    due = demo.client.get(LEAD, "sessions", "/reviews/due", by=f"{FIRST_MONDAY + timedelta(weeks=REVIEW_WEEKS[-1])}")
    placements = {each["relationship_id"] for each in demo.result.relationships}
    assert not placements & {each["relationship_id"] for each in due}


@pytest.mark.covers("S9")
def test_the_days_of_every_placement_are_confirmed_by_its_school(demo: Demo) -> None:
    half_days = demo.result.term.half_days
    assert set(half_days) == {"accepted", "confirmed"}
    assert half_days.total() > 2000


@pytest.mark.covers("M7", "S1", "S2", "S4", "S6", "S8", "S10", "S13", "S14", "S15")
def test_four_other_kinds_of_mentoring_run_their_own_forms_on_the_same_engine(demo: Demo) -> None:
    programmes = {
        programme["programme_id"]: programme["template"]
        for programme in demo.client.get(LEAD, "referral", "/programmes")
    }
    others = {programmes[other.relationship["programme_id"]]: other for other in demo.result.others}
    assert list(others) == ["ect-induction", "pupil-mentoring", "peer-review", "mentor-supervision"]
    for other in others.values():
        path = f"/relationships/{other.relationship['relationship_id']}"
        shown = demo.client.get(LEAD, "sessions", path)
        assert shown["agreed_on"]
        assert {meeting["status"] for meeting in shown["meetings"]} == {"held"}
    assert others["ect-induction"].relationship["role"] == "school_mentor"
    assert others["pupil-mentoring"].relationship["role"] == "pupil_mentor"
    went = {template: other.how_it_went for template, other in others.items()}
    assert "1.5 days of absence, progress review submitted, " in went["ect-induction"]
    assert "of 6 terms served" in went["ect-induction"]
    assert "counsellor taken up, review: close" in went["pupil-mentoring"]
    assert "a summary agreed for the coordinator: questioning" in went["peer-review"]
    assert "1 self-review by the mentor standards, of which the supervisor can read none" in went["mentor-supervision"]


@pytest.mark.covers("S2")
def test_a_planned_meeting_was_moved_and_held_on_the_other_day(demo: Demo) -> None:
    moved = [
        meeting
        for relationship in demo.result.relationships
        for meeting in demo.client.get(LEAD, "sessions", f"/relationships/{relationship['relationship_id']}/series")[
            "meetings"
        ]
        if meeting["status"] == "moved"
    ]
    assert [(meeting["reason"], meeting["outcome"]) for meeting in moved] == [("school_event", "held")]


def test_the_report_in_full_names_everybody(demo: Demo) -> None:
    out = StringIO()

    print_autumn(demo.result, Console(file=out, width=200), in_full=True)

    for placement in demo.result.report["placements"]:
        assert demo.result.names[placement["trainee_id"]] in out.getvalue()
    for other in demo.result.others:
        assert demo.result.names[other.relationship["trainee_id"]] in out.getvalue()
        assert other.story[-1]["what"] in out.getvalue()


def test_the_report_is_one_screen(demo: Demo) -> None:
    out = StringIO()

    print_autumn(demo.result, Console(file=out, width=80))

    assert len(out.getvalue().splitlines()) <= 50


def test_the_readme_quotes_what_is_printed(demo: Demo) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    quoted = readme.partition("<!-- demo: begin -->")[2].partition("<!-- demo: end -->")[0]
    lines = [line for line in quoted.splitlines() if line and not line.startswith(("```", "──"))]
    out = StringIO()

    print_autumn(demo.result, Console(file=out, width=200))

    assert lines
    assert set(lines) <= {line.rstrip() for line in out.getvalue().splitlines()}


def test_it_is_the_last_day_of_the_demo_in_every_service_in_whatever_year(demo: Demo) -> None:
    programme_id = demo.result.report["programme"]["programme_id"]
    assert demo.client.get(LEAD, "referral", f"/programmes/{programme_id}")["on"] == f"{LAST_DAY_OF_THE_DEMO}"
    induction = demo.result.others[0].relationship
    due = demo.client.get(school_lead(induction["school_urn"]), "sessions", "/reviews/due")
    assert induction["relationship_id"] in {each["relationship_id"] for each in due if each["due_on"] == "2026-12-07"}
