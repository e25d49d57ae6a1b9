"""What a page offers the two to do with an observation, and what each fills in."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.portal.calls.answers import Side
from services.portal.calls.assessment_answers import ObservationOfLesson, Practice
from services.portal.calls.observations import roles_of, steps_for

TODAY = date(2026, 12, 18)


def observation(**changed: Any) -> ObservationOfLesson:
    values = {
        "observation_id": uuid4(),
        "observed": "trainee",
        "asked_by": "trainee",
        "accepted": False,
        "called_off": False,
        "planned_on": "2026-12-18",
        "held_on": None,
        "feedback_on": None,
        "standards": [],
    }
    return ObservationOfLesson.model_validate(values | changed)


@pytest.mark.parametrize(
    ("changed", "observed", "observer"),
    [
        ({}, {"move", "call_off", "focus"}, {"accept", "move", "call_off"}),
        ({"asked_by": "mentor"}, {"accept", "move", "call_off", "focus"}, {"move", "call_off"}),
        ({"accepted": True}, {"move", "call_off", "focus"}, {"move", "call_off", "note"}),
        ({"accepted": True, "planned_on": "2026-12-19"}, {"move", "call_off", "focus"}, {"move", "call_off"}),
        ({"accepted": True, "held_on": "2026-12-18"}, {"talk"}, {"note", "talk"}),
        ({"accepted": True, "held_on": "2026-12-17", "feedback_on": "2026-12-18"}, set(), {"note"}),
        ({"called_off": True}, set(), set()),
    ],
)
def test_each_of_the_two_is_offered_what_they_can_do(
    changed: dict[str, Any], observed: set[str], observer: set[str]
) -> None:
    lesson = observation(**changed)
    assert steps_for(lesson, "trainee", TODAY) == observed
    assert steps_for(lesson, "mentor", TODAY) == observer
    assert steps_for(lesson, None, TODAY) == frozenset()


@pytest.mark.parametrize(("side", "roles"), [("trainee", {"teacher"}), ("mentor", {"guide"}), (None, set())])
def test_a_side_has_the_roles_that_the_programme_gives_it(side: Side | None, roles: set[str]) -> None:
    of_programme = [
        {"id": "teacher", "title": "Teacher", "side": "mentee", "held_by": None},
        {"id": "guide", "title": "Guide", "side": "mentor", "held_by": None},
        {"id": "head", "title": "Head", "side": None, "held_by": "school_lead"},
    ]
    practice = Practice.model_validate(
        {"roles": of_programme, "steps": [], "forms": [], "curriculum": [], "feedback": None}
    )
    assert roles_of(practice, side) == roles
