"""Both answer a survey by themselves; neither sees the other's answers, both see where to talk."""

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.relationships import OutsideTheRelationship
from services.sessions.domain.surveys import (
    SURVEY,
    AnswerSurvey,
    SurveyAnswered,
    ViewsCompared,
    read_ratings,
    talk_about,
    write_ratings,
)
from services.sessions.projections.surveys import SURVEYS, SurveyRow
from services.sessions.publish import publish
from shared.events.practices import Survey
from shared.events.words import Side
from shared.kernel.decider import Invalid
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.sessions.examples import DAY, ENDS_ON, MENTOR_ID, MONDAY, RELATIONSHIP, RELATIONSHIP_ID, TRAINEE_ID
from tests.unit.sessions.programmes import EVERY_TEMPLATE, RETURN, programme
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S1")
assert RETURN.practice.survey is not None
ASKED: Survey = RETURN.practice.survey
FIRST, LAST = {"routines": 4, "growing": 2}, {"routines": 1, "growing": 4}


def answering(by: Side, answers: dict[str, int], others: dict[str, int] | None = None, **fields: Any) -> AnswerSurvey:
    values = {"relationship": RELATIONSHIP, "survey": ASKED, "by": by, "on": MONDAY, "answers": answers}
    return AnswerSurvey.model_validate({**values, "others": others, **fields})


def survey_answered(by: Side, answers: dict[str, int], version: int = 1) -> SurveyAnswered:
    return SurveyAnswered(
        happened_on=MONDAY,
        relationship_id=RELATIONSHIP_ID,
        version_number=version,
        by=by,
        person_id=MENTOR_ID if by == "mentor" else TRAINEE_ID,
        answers=write_ratings(answers),
    )


COMPARED = ViewsCompared(
    happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, version_number=3, talk_about=("routines",)
)


def test_the_first_to_answer_waits_and_the_second_is_compared() -> None:
    given(SURVEY).when(answering("mentor", FIRST)).then(survey_answered("mentor", FIRST))
    given(SURVEY, survey_answered("mentor", FIRST)).when(answering("trainee", LAST, FIRST)).then(
        survey_answered("trainee", LAST, 2), COMPARED
    )


def test_answers_are_sealed_each_for_whoever_gave_them_and_nothing_leaves() -> None:
    assert personal_fields(SurveyAnswered) == {"answers": "person_id"}
    assert [publish(event) for event in (survey_answered("mentor", FIRST), COMPARED)] == [None, None]


def test_whoever_answers_again_is_compared_only_once_the_other_has_too() -> None:
    # or else trying out answers would find the other's
    again = given(SURVEY, survey_answered("mentor", FIRST), survey_answered("trainee", LAST, 2), COMPARED)
    assert again.state.answers == {}
    again.when(answering("trainee", FIRST)).then(survey_answered("trainee", FIRST, 4))


@pytest.mark.parametrize(
    ("answers", "pointer", "sentence"),
    [
        ({"routines": 5, "growing": 1}, "/answers/routines", "Give a number from 1 to 4."),
        ({"routines": 1, "trust": 1}, "/answers/trust", "The survey has no such statement; it has routines, growing."),
        ({"routines": 1}, "/answers", "Answer every statement; these have no answer yet: growing."),
    ],
)
def test_answers_that_do_not_fit_are_refused(answers: dict[str, int], pointer: str, sentence: str) -> None:
    assert given(SURVEY).when(answering("mentor", answers)).refused(Invalid, pointer=pointer).detail == sentence


def test_nobody_answers_after_the_end() -> None:
    late = answering("mentor", FIRST, on=ENDS_ON + DAY)
    given(SURVEY).when(late).refused(OutsideTheRelationship, pointer="/on")


@drawn(st.dictionaries(st.sampled_from(["routines", "growing"]), st.integers(1, 4)))
def test_what_is_written_is_read_the_same(answers: dict[str, int]) -> None:
    assert read_ratings(write_ratings(answers)) == answers


@drawn(st.tuples(*[st.integers(1, 4)] * 4))
def test_both_are_told_the_same_places_to_talk(numbers: tuple[int, int, int, int]) -> None:
    mine, theirs = dict(zip(FIRST, numbers[:2], strict=True)), dict(zip(FIRST, numbers[2:], strict=True))
    assert talk_about(ASKED, mine, theirs) == talk_about(ASKED, theirs, mine)


@pytest.mark.parametrize("template", EVERY_TEMPLATE.values(), ids=EVERY_TEMPLATE)
def test_a_survey_asks_about_both_views_and_says_what_to_talk_about(template: Any) -> None:
    survey = programme(template).practice.survey
    assert (survey is not None) == (programme(template).step("survey") is not None)
    if survey is not None:
        assert {statement.view for statement in survey.statements} == {"instrumental", "developmental"}
        assert all(statement.talk_about.endswith("?") for statement in survey.statements)


def test_the_row_keeps_the_last_answers_of_each_and_the_last_comparison() -> None:
    events = [
        survey_answered("mentor", FIRST),
        survey_answered("trainee", LAST, 2),
        COMPARED,
        survey_answered("mentor", LAST, 4),
    ]
    assert rows(SURVEYS, *events) == [
        SurveyRow(
            relationship_id=RELATIONSHIP_ID,
            version=4,
            mentors=write_ratings(LAST),
            trainees=write_ratings(LAST),
            answered_by=("mentor",),
            talk_about=("routines",),
            compared_on=MONDAY,
        )
    ]
