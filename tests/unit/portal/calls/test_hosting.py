"""What waits for a school's answer, how much its mentors give, and which half days are a day."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.portal.calls.hosting import Proposals, days_of, load_of, years_to_answer
from services.portal.calls.hosting_answers import (
    HalfDay,
    MentoringHours,
    PairProposal,
    PersonOfSchool,
    SupportProposal,
)

ITT, OTHER, UNKNOWN = uuid4(), uuid4(), uuid4()
PLACEMENT, TRAINEE = uuid4(), uuid4()


def mentor(capacity: float, load: dict[str, float] | None) -> PersonOfSchool:
    mentoring = None if load is None else {"load": load}
    person = {"person_id": uuid4(), "hours": {"capacity": capacity}, "mentoring": mentoring}
    return PersonOfSchool.model_validate(person)


def relationship(programme_id: UUID, hours: float) -> MentoringHours:
    days = {"starts_on": "2026-09-14", "ends_on": "2026-12-18"}
    ids = {"relationship_id": uuid4(), "programme_id": programme_id, "trainee_id": uuid4(), "mentor_id": uuid4()}
    return MentoringHours.model_validate({**ids, **days, "mentor_hours_per_week": hours, "role": "lead"})


def test_a_mentors_load_is_what_goes_on_here_and_what_they_have_declared_by_kind() -> None:
    going_on = [relationship(ITT, 1.5), relationship(OTHER, 0.5), relationship(UNKNOWN, 0.25)]
    load = load_of(mentor(4, {"ect": 1, "itt": 0.5}), going_on, {ITT: "itt", OTHER: "other"})
    assert load.hours == {"itt": 2.0, "ect": 1.0, "pupils": 0.0, "peers": 0.0, "other": 0.75}
    assert (load.given, load.left) == (3.75, 0.25)


def test_a_mentor_who_declared_nothing_gives_what_goes_on_and_can_give_too_much() -> None:
    load = load_of(mentor(1, None), [relationship(ITT, 1.5)], {ITT: "itt"})
    assert (load.given, load.left) == (1.5, -0.5)


def half(on: str, name: str, kind: str = "general", relationship_id: UUID = PLACEMENT) -> HalfDay:
    ids = {"relationship_id": relationship_id, "trainee_id": TRAINEE}
    return HalfDay.model_validate({**ids, "on": on, "half": name, "kind": kind, "while_away": False})


def test_two_halves_of_one_kind_are_a_day_and_all_others_are_halves() -> None:
    other = uuid4()
    halves = [
        half("2026-12-14", "morning"),
        half("2026-12-14", "afternoon"),
        half("2026-12-15", "morning"),
        half("2026-12-16", "morning"),
        half("2026-12-16", "afternoon", "intensive"),
        half("2026-12-17", "morning"),
        half("2026-12-17", "afternoon", relationship_id=other),
    ]
    parts = [(day.on.day, day.part, day.kind) for day in days_of(halves)]
    assert parts == [
        (14, "day", "general"),
        (15, "morning", "general"),
        (16, "morning", "general"),
        (16, "afternoon", "intensive"),
        (17, "morning", "general"),
        (17, "afternoon", "general"),
    ]
    assert days_of(halves)[0].key == f"{PLACEMENT}.2026-12-14.day"


def pair(accepted_by: list[str], answer_by: str | None = None) -> PairProposal:
    values: dict[str, Any] = {
        "pair_id": uuid4(),
        "trainee_id": uuid4(),
        "mentor_id": uuid4(),
        "school_urn": "990001",
        "school_name": None,
        "subject": "mathematics",
        "starts_on": "2027-01-11",
        "ends_on": "2027-03-25",
        "mentor_hours_per_week": 1.5,
        "travel_minutes": 2,
        "accepted_by": accepted_by,
        "answer_by": answer_by,
    }
    return PairProposal.model_validate(values)


def test_what_has_to_be_answered_first_comes_first_and_what_waits_for_the_trainee_last() -> None:
    late, early, waiting = pair([], "2026-12-30"), pair(["trainee"], "2026-12-21"), pair(["mentor"])
    proposals = Proposals([late, waiting, early], [])
    assert proposals.pairs_to_answer == [early, late]
    assert proposals.accepted_pairs == [waiting]
    assert proposals.number == 2


def test_a_school_answers_for_its_own_people_only() -> None:
    values: dict[str, Any] = {
        "support_id": uuid4(),
        "mentor_id": uuid4(),
        "mentee_id": uuid4(),
        "school_name": None,
        "words": "Behaviour.",
        "starts_on": "2027-01-11",
        "ends_on": "2027-03-25",
        "hours_per_week": 0.5,
        "accepted_by": [],
        "answer_by": None,
    }
    support = SupportProposal.model_validate(values)
    assert Proposals([], [support], {support.mentor_id}).supports_to_answer == [(support, "mentor", support.mentor_id)]
    assert Proposals([], [support], set()).number == 0


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2026, 12, 18), ("2026/27", "2027/28")),
        (date(2027, 8, 31), ("2026/27", "2027/28")),
        (date(2027, 9, 1), ("2027/28", "2028/29")),
        (date(2028, 2, 29), ("2027/28", "2028/29")),
    ],
)
def test_a_school_is_asked_about_this_year_and_the_next(today: date, years: tuple[str, str]) -> None:
    assert years_to_answer(today) == years
