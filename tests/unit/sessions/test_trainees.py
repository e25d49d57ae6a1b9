"""Who mentors a trainee, who may assess them, and what a merged record brings."""

import pytest

from services.sessions.domain.trainees import (
    TRAINEE,
    AddMentor,
    AdmitAssessor,
    AssessorAdmitted,
    Events,
    MentorsDoNotAssess,
    MentorsRehomed,
    RehomeMentors,
)
from tests.support.given import given
from tests.unit.sessions.example_events import JOINED
from tests.unit.sessions.examples import (
    ASSESSMENT_ID,
    MENTOR_ID,
    MONDAY,
    OTHER_RELATIONSHIP_ID,
    STARTS_ON,
    STRANGER_ID,
    TRAINEE_ID,
    TUTOR_ID,
)


def admit(assessor_id: object) -> AdmitAssessor:
    return AdmitAssessor.model_validate(
        {"trainee_id": TRAINEE_ID, "assessor_id": assessor_id, "assessment_id": ASSESSMENT_ID, "on": MONDAY}
    )


def assessor_admitted(assessor_id: object) -> AssessorAdmitted:
    fields = admit(assessor_id).model_dump(exclude={"on", "excepted"})
    return AssessorAdmitted(happened_on=MONDAY, **fields)


@pytest.mark.covers("S8")
def test_somebody_who_does_not_mentor_the_trainee_may_assess() -> None:
    given(TRAINEE, JOINED).when(admit(TUTOR_ID)).then(assessor_admitted(TUTOR_ID))


@pytest.mark.covers("S8")
def test_the_mentor_does_not_assess() -> None:
    refusal = given(TRAINEE, JOINED).when(admit(MENTOR_ID)).refused(MentorsDoNotAssess)
    assert refusal.detail == "You mentor this trainee, so somebody else writes the assessment."


@pytest.mark.covers("S8")
def test_the_mentor_of_another_relationship_of_the_trainee_does_not_assess_either() -> None:
    other = JOINED.model_copy(update={"mentor_id": STRANGER_ID, "relationship_id": OTHER_RELATIONSHIP_ID})
    given(TRAINEE, JOINED, other).when(admit(STRANGER_ID)).refused(MentorsDoNotAssess)


def test_the_mentor_assesses_by_an_exception() -> None:
    excepted = admit(MENTOR_ID).model_copy(update={"excepted": True})
    given(TRAINEE, JOINED).when(excepted).then(assessor_admitted(MENTOR_ID))


def test_a_mentor_may_assess_where_the_programme_allows_it() -> None:
    allowed = JOINED.model_copy(update={"assessor_is_not_mentor": False})
    given(TRAINEE, allowed).when(admit(MENTOR_ID)).then(assessor_admitted(MENTOR_ID))


@pytest.mark.parametrize("before", [[], [assessor_admitted(MENTOR_ID)]])
def test_a_mentor_joins_a_trainee_whom_another_person_assessed_before(before: list[Events]) -> None:
    join = AddMentor(on=STARTS_ON, **JOINED.model_dump(exclude={"happened_on"}))
    given(TRAINEE, *before).when(join).then(JOINED)


def test_a_mentor_joins_once_for_each_relationship() -> None:
    join = AddMentor(on=STARTS_ON, **JOINED.model_dump(exclude={"happened_on"}))
    given(TRAINEE, JOINED).when(join).then()


REHOME = RehomeMentors(
    trainee_id=TRAINEE_ID,
    relationships=frozenset({OTHER_RELATIONSHIP_ID}),
    barred=frozenset({STRANGER_ID}),
    on=MONDAY,
)
REHOMED = MentorsRehomed(
    happened_on=MONDAY, trainee_id=TRAINEE_ID, relationships=(OTHER_RELATIONSHIP_ID,), barred=(STRANGER_ID,)
)


@pytest.mark.covers("R7", "S8")
def test_a_person_barred_under_a_merged_record_does_not_assess_under_the_kept_record() -> None:
    given(TRAINEE, JOINED).when(REHOME).then(REHOMED)
    given(TRAINEE, JOINED, REHOMED).when(admit(STRANGER_ID)).refused(MentorsDoNotAssess)


@pytest.mark.covers("R7", "S8")
def test_the_assessments_of_a_merged_record_are_those_of_the_kept_one_too() -> None:
    rehome = REHOME.model_copy(update={"assessments": frozenset({ASSESSMENT_ID})})
    rehomed = REHOMED.model_copy(update={"assessments": (ASSESSMENT_ID,)})
    given(TRAINEE, JOINED, REHOMED).when(rehome).then(rehomed)
    assert given(TRAINEE, JOINED, REHOMED, rehomed).state.assessments == {ASSESSMENT_ID}
    given(TRAINEE, JOINED, REHOMED, rehomed).when(rehome).then()
    given(TRAINEE, JOINED, assessor_admitted(STRANGER_ID), REHOMED).when(rehome).then()


@pytest.mark.covers("R7")
def test_a_merged_record_is_taken_over_once() -> None:
    given(TRAINEE, JOINED, REHOMED).when(REHOME).then()
