"""An assessment judges all eight standards, and is written by somebody who does not mentor the trainee."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.assessments import (
    ASSESSMENT,
    STANDARDS,
    AlreadySubmitted,
    NewAssessment,
    StandardCommented,
    SubmitAssessment,
)
from services.sessions.domain.trainees import (
    TRAINEE,
    AddMentor,
    AdmitAssessor,
    AssessorAdmitted,
    Events,
    MentorsDoNotAssess,
)
from shared.events.words import Standard
from shared.kernel.decider import Invalid
from tests.support.given import given
from tests.unit.sessions.example_events import JOINED, SUBMITTED
from tests.unit.sessions.examples import (
    ASSESSMENT_ID,
    DAY,
    MENTOR_ID,
    MONDAY,
    ON_TRACK,
    OTHER_RELATIONSHIP_ID,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STARTS_ON,
    STRANGER_ID,
    TRAINEE_ID,
    TUTOR_ID,
)

SUBMIT = SubmitAssessment(
    relationship=RELATIONSHIP,
    assessment_id=ASSESSMENT_ID,
    assessor_id=TUTOR_ID,
    assessment=NewAssessment(relationship_id=RELATIONSHIP_ID, kind="interim", judgements=ON_TRACK, on=MONDAY),
)


def changed(**fields: object) -> SubmitAssessment:
    return SUBMIT.model_copy(update={"assessment": SUBMIT.assessment.model_copy(update=fields)})


def admit(assessor_id: object) -> AdmitAssessor:
    return AdmitAssessor.model_validate(
        {"trainee_id": TRAINEE_ID, "assessor_id": assessor_id, "assessment_id": ASSESSMENT_ID, "on": MONDAY}
    )


def admitted(assessor_id: object) -> AssessorAdmitted:
    fields = admit(assessor_id).model_dump(exclude={"on"})
    return AssessorAdmitted(happened_on=MONDAY, **fields)


@pytest.mark.covers("S8")
def test_an_assessment_judges_every_standard() -> None:
    given(ASSESSMENT).when(SUBMIT).then(SUBMITTED)


@pytest.mark.covers("S8")
@drawn(st.sets(st.sampled_from(STANDARDS), min_size=1))
def test_the_standards_without_a_judgement_are_named(left_out: set[Standard]) -> None:
    judgements = {standard: "on_track" for standard in STANDARDS if standard not in left_out}
    refusal = given(ASSESSMENT).when(changed(judgements=judgements)).refused(Invalid, pointer="/judgements")
    assert {standard for standard in STANDARDS if standard in refusal.detail} == left_out


def test_a_comment_on_a_standard_is_kept_with_it() -> None:
    comment = StandardCommented(
        happened_on=MONDAY,
        assessment_id=ASSESSMENT_ID,
        trainee_id=TRAINEE_ID,
        standard="TS7",
        comment="Routines are calm.",
    )
    commented = changed(comments={"TS7": "Routines are calm."})
    given(ASSESSMENT).when(commented).then(SUBMITTED, comment)


def test_an_assessment_is_submitted_once() -> None:
    given(ASSESSMENT, SUBMITTED).when(SUBMIT).refused(AlreadySubmitted)


def test_nothing_is_assessed_before_the_relationship_begins() -> None:
    early = changed(on=STARTS_ON - DAY)
    given(ASSESSMENT).when(early).refused(Invalid, pointer="/on")


@pytest.mark.covers("S8")
def test_somebody_who_does_not_mentor_the_trainee_may_assess() -> None:
    given(TRAINEE, JOINED).when(admit(TUTOR_ID)).then(admitted(TUTOR_ID))


@pytest.mark.covers("S8")
def test_the_mentor_does_not_assess() -> None:
    refusal = given(TRAINEE, JOINED).when(admit(MENTOR_ID)).refused(MentorsDoNotAssess)
    assert refusal.detail == "You mentor this trainee, so somebody else writes the assessment."


@pytest.mark.covers("S8")
def test_the_mentor_of_another_relationship_of_the_trainee_does_not_assess_either() -> None:
    other = JOINED.model_copy(update={"mentor_id": STRANGER_ID, "relationship_id": OTHER_RELATIONSHIP_ID})
    given(TRAINEE, JOINED, other).when(admit(STRANGER_ID)).refused(MentorsDoNotAssess)


def test_a_mentor_may_assess_where_the_programme_allows_it() -> None:
    allowed = JOINED.model_copy(update={"assessor_is_not_mentor": False})
    given(TRAINEE, allowed).when(admit(MENTOR_ID)).then(admitted(MENTOR_ID))


@pytest.mark.parametrize("before", [[], [admitted(MENTOR_ID)]])
def test_a_mentor_joins_whoever_has_assessed_before(before: list[Events]) -> None:
    join = AddMentor(on=STARTS_ON, **JOINED.model_dump(exclude={"happened_on"}))
    given(TRAINEE, *before).when(join).then(JOINED)


def test_a_mentor_joins_once_for_each_relationship() -> None:
    join = AddMentor(on=STARTS_ON, **JOINED.model_dump(exclude={"happened_on"}))
    given(TRAINEE, JOINED).when(join).then()
