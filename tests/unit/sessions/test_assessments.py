"""An assessment judges all eight standards."""

from datetime import date

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
from services.sessions.domain.people import Erased
from services.sessions.domain.relationships import OutsideTheRelationship
from shared.events.words import Standard
from shared.kernel.decider import Invalid
from tests.support.given import given
from tests.unit.sessions.example_events import SUBMITTED
from tests.unit.sessions.examples import (
    ASSESSMENT_ID,
    DAY,
    ENDS_ON,
    ERASED,
    MONDAY,
    ON_TRACK,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STARTS_ON,
    TRAINEE_ID,
    TUTOR_ID,
)

SUBMIT = SubmitAssessment(
    relationship=RELATIONSHIP,
    assessment_id=ASSESSMENT_ID,
    assessor_id=TUTOR_ID,
    assessment=NewAssessment(relationship_id=RELATIONSHIP_ID, kind="interim", judgements=ON_TRACK, on=MONDAY),
)


def submission_with(**fields: object) -> SubmitAssessment:
    return SUBMIT.model_copy(update={"assessment": SUBMIT.assessment.model_copy(update=fields)})


@pytest.mark.covers("S8")
def test_an_assessment_judges_every_standard() -> None:
    given(ASSESSMENT).when(SUBMIT).then(SUBMITTED)


@pytest.mark.covers("S8")
@drawn(st.sets(st.sampled_from(STANDARDS), min_size=1))
def test_the_standards_without_a_judgement_are_named(left_out: set[Standard]) -> None:
    judgements = {standard: "on_track" for standard in STANDARDS if standard not in left_out}
    refusal = given(ASSESSMENT).when(submission_with(judgements=judgements)).refused(Invalid, pointer="/judgements")
    assert {standard for standard in STANDARDS if standard in refusal.detail} == left_out


def test_a_comment_on_a_standard_is_kept_with_it() -> None:
    comment = StandardCommented(
        happened_on=MONDAY,
        assessment_id=ASSESSMENT_ID,
        trainee_id=TRAINEE_ID,
        standard="TS7",
        comment="Routines are calm.",
    )
    commented = submission_with(comments={"TS7": "Routines are calm."})
    given(ASSESSMENT).when(commented).then(SUBMITTED, comment)


def test_an_assessment_is_submitted_once() -> None:
    given(ASSESSMENT, SUBMITTED).when(SUBMIT).refused(AlreadySubmitted)


@pytest.mark.parametrize("on", [STARTS_ON - DAY, ENDS_ON + DAY])
def test_a_trainee_is_assessed_on_a_day_of_the_relationship(on: date) -> None:
    given(ASSESSMENT).when(submission_with(on=on)).refused(OutsideTheRelationship, pointer="/on")


def test_a_trainee_who_was_erased_is_not_assessed() -> None:
    given(ASSESSMENT).when(SUBMIT.model_copy(update={"relationship": ERASED})).refused(Erased)
