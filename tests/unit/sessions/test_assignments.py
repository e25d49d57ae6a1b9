"""A lead assigns tutors and assessors to a trainee, each from a day to a day."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.assignments import (
    ASSIGNMENTS,
    AlreadyAssigned,
    Assign,
    Assignment,
    AssignmentDays,
    AssignmentSet,
    ChangeAssignment,
    EndAssignments,
    ExceptionExplained,
    NewAssignment,
    TakeOverAssignments,
)
from shared.events.words import AssignedRole
from shared.kernel.decider import Invalid, NotFound
from tests.support.given import given
from tests.unit.sessions.examples import DAY, ENDS_ON, MONDAY, STARTS_ON, STRANGER_ID, TRAINEE_ID, TUTOR_ID, WEEK

ASSIGNMENT_ID = UUID("00000000-0000-4000-8000-000000000101")
OTHER_ID = UUID("00000000-0000-4000-8000-000000000102")
KEPT_ID = UUID("00000000-0000-4000-8000-000000000103")


def assignment_set(
    starts_on: date = STARTS_ON,
    ends_on: date | None = None,
    role: AssignedRole = "tutor",
    assignment_id: UUID = ASSIGNMENT_ID,
    person_id: UUID = TUTOR_ID,
) -> AssignmentSet:
    return AssignmentSet(
        happened_on=MONDAY,
        assignment_id=assignment_id,
        trainee_id=TRAINEE_ID,
        person_id=person_id,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def assign(
    starts_on: date = STARTS_ON,
    ends_on: date | None = None,
    role: AssignedRole = "tutor",
    exception: str | None = None,
    *,
    mentors: bool = False,
) -> Assign:
    return Assign(
        assignment_id=OTHER_ID,
        assignment=NewAssignment(
            trainee_id=TRAINEE_ID,
            person_id=TUTOR_ID,
            role=role,
            starts_on=starts_on,
            ends_on=ends_on,
            exception=exception,
            on=MONDAY,
        ),
        mentors=mentors,
    )


EXPLAINED = ExceptionExplained(
    happened_on=MONDAY, assignment_id=OTHER_ID, trainee_id=TRAINEE_ID, reason="sealed: nobody else knows the subject"
)


def change(starts_on: date = STARTS_ON, ends_on: date | None = None) -> ChangeAssignment:
    days = AssignmentDays(starts_on=starts_on, ends_on=ends_on, on=MONDAY)
    return ChangeAssignment(assignment_id=ASSIGNMENT_ID, days=days)


@pytest.mark.covers("S8")
def test_somebody_is_assigned_from_a_day_on() -> None:
    given(ASSIGNMENTS).when(assign()).then(assignment_set(assignment_id=OTHER_ID))


def test_nobody_is_assigned_to_themselves() -> None:
    own = NewAssignment(trainee_id=TRAINEE_ID, person_id=TRAINEE_ID, role="tutor", starts_on=STARTS_ON, on=MONDAY)
    assigning = Assign(assignment_id=OTHER_ID, assignment=own, mentors=False)
    given(ASSIGNMENTS).when(assigning).refused(Invalid, pointer="/person_id")


@pytest.mark.covers("S8")
def test_a_mentor_is_an_assessor_only_with_a_reason_for_the_exception() -> None:
    given(ASSIGNMENTS).when(assign(role="assessor", mentors=True)).refused(Invalid, pointer="/exception")
    given(ASSIGNMENTS).when(assign(exception="why", mentors=True)).refused(Invalid, pointer="/exception")
    excepted = assignment_set(role="assessor", assignment_id=OTHER_ID).model_copy(update={"excepted": True})
    given(ASSIGNMENTS).when(assign(role="assessor", exception=EXPLAINED.reason, mentors=True)).then(excepted, EXPLAINED)
    known = given(ASSIGNMENTS, excepted, EXPLAINED)
    assert known.state.lets_mentor_assess({TUTOR_ID}, MONDAY)
    assert not known.state.lets_mentor_assess({TUTOR_ID}, STARTS_ON - DAY)
    assert not known.state.lets_mentor_assess({STRANGER_ID}, MONDAY)


def test_a_mentor_may_be_a_tutor_who_does_not_assess() -> None:
    given(ASSIGNMENTS).when(assign(mentors=True)).then(assignment_set(assignment_id=OTHER_ID))


@pytest.mark.parametrize(
    ("starts_on", "ends_on"), [(MONDAY, None), (STARTS_ON - WEEK, STARTS_ON), (ENDS_ON, ENDS_ON + WEEK)]
)
def test_somebody_is_not_assigned_twice_on_a_day(starts_on: date, ends_on: date | None) -> None:
    known = assignment_set(ends_on=ENDS_ON)
    refusal = given(ASSIGNMENTS, known).when(assign(starts_on, ends_on)).refused(AlreadyAssigned, pointer="/starts_on")
    assert "from 14 September 2026 to 18 December 2026" in refusal.detail


def test_somebody_is_assigned_again_after_the_end_and_as_something_else_at_any_time() -> None:
    known = given(ASSIGNMENTS, assignment_set(ends_on=ENDS_ON))
    known.when(assign(ENDS_ON + DAY)).then(assignment_set(ENDS_ON + DAY, assignment_id=OTHER_ID))
    known.when(assign(role="assessor")).then(assignment_set(role="assessor", assignment_id=OTHER_ID))


@pytest.mark.covers("S8")
def test_an_assignment_ends_and_is_taken_back() -> None:
    known = given(ASSIGNMENTS, assignment_set())
    known.when(change(ends_on=ENDS_ON)).then(assignment_set(ends_on=ENDS_ON))
    known.when(change(ends_on=STARTS_ON - DAY)).then(assignment_set(ends_on=STARTS_ON - DAY))
    known.when(change()).then()
    known.when(change(ends_on=STARTS_ON - 2 * DAY)).refused(Invalid, pointer="/ends_on")


def test_an_assignment_that_was_taken_back_is_in_nobodys_way() -> None:
    taken_back = assignment_set(ends_on=STARTS_ON - DAY)
    given(ASSIGNMENTS, taken_back).when(assign()).then(assignment_set(assignment_id=OTHER_ID))


def test_there_is_nothing_to_change_of_an_assignment_that_is_not_there() -> None:
    given(ASSIGNMENTS).when(change()).refused(NotFound)


@pytest.mark.covers("R7")
def test_the_assignments_of_a_merged_record_are_taken_over_once() -> None:
    theirs = {ASSIGNMENT_ID: Assignment(TRAINEE_ID, TUTOR_ID, "tutor", STARTS_ON, None)}
    taking = TakeOverAssignments(trainee_id=KEPT_ID, assignments=theirs, on=MONDAY)
    taken = assignment_set().model_copy(update={"trainee_id": KEPT_ID})
    given(ASSIGNMENTS).when(taking).then(taken)
    given(ASSIGNMENTS, taken).when(taking).then()


@pytest.mark.covers("R8")
def test_the_assignments_of_an_erased_person_end_the_day_before() -> None:
    others = assignment_set(assignment_id=OTHER_ID, person_id=STRANGER_ID)
    past = assignment_set(ends_on=STARTS_ON, assignment_id=KEPT_ID)
    known = given(ASSIGNMENTS, assignment_set(), others, past)
    ended, others_ended = (each.model_copy(update={"ends_on": MONDAY - DAY}) for each in (assignment_set(), others))
    known.when(EndAssignments(people=frozenset({TUTOR_ID}), on=MONDAY)).then(ended)
    known.when(EndAssignments(people=None, on=MONDAY)).then(ended, others_ended)


@drawn(first=st.integers(-3, 3), length=st.none() | st.integers(0, 5), on=st.integers(-9, 9), taken_back=st.booleans())
def test_somebody_is_what_they_are_assigned_as_on_the_days_of_the_assignment_alone(
    first: int, length: int | None, on: int, *, taken_back: bool
) -> None:
    starts_on = MONDAY + first * DAY
    ends_on = starts_on - DAY if taken_back else None if length is None else starts_on + length * DAY
    state = ASSIGNMENTS.evolve(ASSIGNMENTS.initial(), assignment_set(starts_on, ends_on))
    holds = not taken_back and first <= on and (length is None or on <= first + length)
    day = MONDAY + on * DAY
    assert state.roles_of({TUTOR_ID}, day) == (frozenset({"tutor"}) if holds else frozenset())
    assert state.roles_of({STRANGER_ID}, day) == frozenset()
