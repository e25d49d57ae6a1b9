"""What a page offers somebody to do with an assessment: by its state, and by who they are in the programme."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.portal.calls.answers import Relationship
from services.portal.calls.assessment_answers import Appeal, Assessment, Practice
from services.portal.calls.assessments import AssessmentView
from services.portal.calls.second_look_answers import OpinionsOnAssessment
from services.portal.calls.support_plan_answers import SupportPlan

TODAY = date(2026, 12, 18)
TUTOR, TRAINEE, MENTOR, COORDINATOR, LEAD = (uuid4() for _ in range(5))
ROLES = [
    {"id": "trainee", "title": "Trainee", "side": "mentee", "held_by": None},
    {"id": "mentor", "title": "Mentor", "side": "mentor", "held_by": None},
    {"id": "coordinator", "title": "Coordinator", "side": None, "held_by": "school_lead"},
    {"id": "tutor", "title": "Tutor", "side": None, "held_by": "tutor"},
    {"id": "provider", "title": "Provider", "side": None, "held_by": "partnership_lead"},
]
PLAN = {
    "kind": "interim",
    "scale": [{"id": "on_track", "text": "On track"}],
    "comment_within": 5,
    "received_by": ["provider"],
    "appeals_decided_by": ["provider"],
    "nothing_unexpected": False,
    "support_plan": {"written_by": ["tutor"]},
}
STEP = {
    "by": ["tutor"],
    "form": None,
    "signed_by": ["tutor", "coordinator", "trainee"],
    "kind": None,
    "title": "Interim assessment",
    "assesses": PLAN,
}
PRACTICE = Practice.model_validate({"roles": ROLES, "steps": [STEP], "forms": [], "curriculum": [], "feedback": None})
RELATIONSHIP = Relationship.model_validate(
    {
        "relationship_id": uuid4(),
        "programme_id": uuid4(),
        "trainee_id": TRAINEE,
        "mentor_id": MENTOR,
        "starts_on": "2026-09-14",
        "ends_on": "2026-12-18",
        "amend_within_days": 14,
        "agreement_first": True,
        "agreed_on": None,
        "paused_on": None,
        "role": "lead",
    }
)
PEOPLE = {
    "tutor": (TUTOR, "tutor"),
    "another tutor": (uuid4(), "tutor"),
    "trainee": (TRAINEE, "trainee"),
    "mentor": (MENTOR, "mentor"),
    "coordinator": (COORDINATOR, "school_lead"),
    "provider": (LEAD, "partnership_lead"),
}


def assessment(state: str, signed_by: tuple[str, ...] = (), on: str = "2026-12-11", **changed: Any) -> Assessment:
    signatures = [{"role": role, "title": role, "person_id": uuid4(), "on": on} for role in signed_by]
    values = {
        "assessment_id": uuid4(),
        "version": 1,
        "relationship_id": RELATIONSHIP.relationship_id,
        "trainee_id": TRAINEE,
        "assessor_id": TUTOR,
        "kind": "interim",
        "title": "Interim assessment",
        "state": state,
        "on": on,
        "judgements": {},
        "comments": {},
        "answers": {},
        "evidence": [],
        "observations": [],
        "observed_on": [],
        "mentor_excepted": False,
        "comment": None,
        "commented_on": None,
        "signatures": signatures,
        "next_to_sign": None,
        "submitted_on": None,
        "acknowledged_on": None,
        "returned_on": None,
        "returned_because": None,
        "corrected_because": None,
        "unexpected": {},
    }
    return Assessment.model_validate(values | changed)


def steps(of: Assessment, person: str, appeal: dict[str, Any] | None = None) -> set[str]:
    appeals = () if appeal is None else (Appeal.model_validate({"version": 1, "steps": [], **appeal}),)
    view = AssessmentView([of], RELATIONSHIP, PRACTICE, appeals)
    person_id, role = PEOPLE[person]
    return set(view.steps_for(view.person(person_id, role), TODAY))


@pytest.mark.parametrize(
    ("state", "signed_by", "offers"),
    [
        ("drafting", (), {"tutor": {"write", "share"}}),
        ("shared", (), {"tutor": {"write", "sign"}, "trainee": {"comment"}}),
        ("commented", (), {"tutor": {"write", "sign"}, "trainee": {"comment"}}),
        ("signing", ("tutor",), {"coordinator": {"sign", "return"}}),
        ("signing", ("tutor", "coordinator"), {"trainee": {"sign", "return"}}),
        ("signed", ("tutor", "coordinator", "trainee"), {"tutor": {"submit"}}),
        (
            "submitted",
            ("tutor", "coordinator", "trainee"),
            {"tutor": {"correct"}, "provider": {"return", "acknowledge"}},
        ),
        ("acknowledged", ("tutor", "coordinator", "trainee"), {"tutor": {"correct"}}),
        ("returned", (), {"tutor": {"write"}}),
    ],
)
def test_each_is_offered_what_is_their_turn(
    state: str, signed_by: tuple[str, ...], offers: dict[str, set[str]]
) -> None:
    version = assessment(state, signed_by)
    assert {person: steps(version, person) for person in PEOPLE} == {
        person: offers.get(person, set()) for person in PEOPLE
    }


@pytest.mark.parametrize(
    ("appeal", "trainee", "provider"),
    [
        ({"until": "2026-12-18", "state": None}, {"appeal"}, set()),
        ({"until": "2026-12-17", "state": None}, set(), set()),
        ({"until": None, "state": None}, set(), set()),
        ({"until": "2027-01-13", "state": "made"}, {"withdraw"}, {"decide"}),
        ({"until": "2027-01-13", "state": "withdrawn"}, {"appeal"}, set()),
        ({"until": "2027-01-13", "state": "upheld"}, set(), set()),
    ],
)
def test_an_appeal_is_offered_until_its_day_and_decided_by_whom_the_programme_names(
    appeal: dict[str, Any], trainee: set[str], provider: set[str]
) -> None:
    version = assessment("acknowledged", ("tutor", "coordinator", "trainee"))
    assert steps(version, "trainee", appeal) == trainee
    assert steps(version, "provider", appeal) == provider
    assert "decide" not in steps(version, "tutor", appeal) | steps(version, "coordinator", appeal)


def test_the_assessment_before_is_the_last_other_one_that_was_submitted() -> None:
    this = assessment("drafting", on="2026-12-11")
    first, second, later, draft = (
        assessment(state, on=on)
        for state, on in (
            ("acknowledged", "2026-10-01"),
            ("submitted", "2026-11-01"),
            ("submitted", "2026-12-12"),
            ("drafting", "2026-12-01"),
        )
    )
    view = AssessmentView([this], RELATIONSHIP, PRACTICE, (), [this, later, draft, second, first])
    assert view.before is second
    assert AssessmentView([this], RELATIONSHIP, PRACTICE, (), [this, draft]).before is None


@pytest.mark.parametrize(
    ("state", "writer", "mentee"),
    [
        (None, {"write"}, set()),
        ("drafting", {"write", "share"}, set()),
        ("shared", {"write", "review", "close"}, {"acknowledge"}),
        ("acknowledged", {"write", "review", "close"}, set()),
        ("closed", {"reopen"}, set()),
    ],
)
def test_a_support_plan_is_taken_on_by_those_who_write_it_and_read_by_the_trainee(
    state: str | None, writer: set[str], mentee: set[str]
) -> None:
    written: dict[str, Any] = {
        "version": 1,
        "state": state,
        "author_id": TUTOR,
        "written_on": "2026-12-14",
        "shared_on": None,
        "acknowledged_on": None,
        "goals": [],
        "review_on": [],
    }
    about: dict[str, Any] = {"asked_for": True, "due_on": None, "overdue": False, "next_review_on": None, "steps": []}
    plan = SupportPlan.model_validate({**about, "versions": [written] if state else []})
    view = AssessmentView([assessment("submitted")], RELATIONSHIP, PRACTICE, support_plan=plan)
    offers = {
        person: set(view.support_steps_for(view.person(*who))) for person, who in PEOPLE.items() if person != "mentor"
    }
    assert offers == {
        "tutor": writer,
        "another tutor": writer,
        "trainee": mentee,
        "coordinator": set(),
        "provider": set(),
    }


@pytest.mark.parametrize(
    ("state", "offers"),
    [
        (None, {"trainee": {"ask"}, "provider": {"ask"}}),
        ("withdrawn", {"trainee": {"ask"}, "provider": {"ask"}}),
        ("asked", {"trainee": {"withdraw"}, "another tutor": {"write"}}),
        ("written", {}),
    ],
)
def test_a_second_opinion_is_asked_for_and_written_by_a_tutor_who_took_no_part(
    state: str | None, offers: dict[str, set[str]]
) -> None:
    step = {"on": "2026-12-14", "person_id": TRAINEE, "state": state, "reason": None, "summary": None, "judgements": {}}
    opinion = {"version": 1, "state": state, "steps": [step]}
    opinions = OpinionsOnAssessment.model_validate({"possible": True, "opinions": [opinion] if state else []})
    view = AssessmentView([assessment("submitted")], RELATIONSHIP, PRACTICE, opinions=opinions)
    found = {person: set(view.opinion_steps_for(view.person(*who))) for person, who in PEOPLE.items()}
    assert found == {person: offers.get(person, set()) for person in PEOPLE}


def test_signatures_stand_in_the_order_of_the_programme() -> None:
    version = assessment("signing", ("tutor",))
    view = AssessmentView([version], RELATIONSHIP, PRACTICE)
    assert [(role.id, signature is not None) for role, signature in view.signers(version)] == [
        ("tutor", True),
        ("coordinator", False),
        ("trainee", False),
    ]


def test_a_kind_that_the_programme_does_not_have_offers_nothing_to_sign() -> None:
    version = assessment("shared", kind="final")
    view = AssessmentView([version], RELATIONSHIP, PRACTICE)
    assert (view.step, view.signers(version), list(view.levels)) == (None, [], [])
    assert view.steps_for(view.person(UUID(int=1), "school_lead"), TODAY) == frozenset()
