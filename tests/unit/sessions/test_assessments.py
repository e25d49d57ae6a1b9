"""An assessment goes from its first draft to the end step by step, each by whom the programme names."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.assessment_rules import DueAssessment, due_in, expected_number, must_assess, rules_of
from services.sessions.domain.assessment_versions import (
    STANDARDS,
    AssessmentChanged,
    AssessmentNotComplete,
    AssessmentTakenOver,
    AssessmentText,
    NotInThisState,
    NotYourSignature,
    StillAssigned,
    Takeover,
)
from services.sessions.domain.assessments import (
    ASSESSMENT,
    AcknowledgeAssessment,
    CommentOnAssessment,
    Events,
    ReturnAssessment,
    ShareAssessment,
    SignAssessment,
    SubmitAssessment,
    TakeOverAssessment,
)
from services.sessions.domain.induction_rules import DueInInduction
from services.sessions.domain.people import Erased
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import OutsideTheRelationship
from shared.calendar import working_days_after
from shared.events.words import AssessmentKind, Standard
from shared.kernel.decider import Invalid, NotFound
from tests.support.given import given
from tests.unit.sessions import example_events
from tests.unit.sessions.example_assessments import (
    ACKNOWLEDGED,
    BY_COORDINATOR,
    BY_TRAINEE,
    BY_TUTOR,
    COMMENTED,
    INDUCTION,
    LEAD_ID,
    LEVELS,
    PLACEMENT,
    RETURNED,
    RULES,
    SHARED,
    SIGNED,
    SUBMITTED,
    assessment_written,
    text_of,
    write,
)
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    ERASED,
    MONDAY,
    RELATIONSHIP,
    STARTS_ON,
    STRANGER_ID,
    TRAINEE_ID,
    TUTOR_ID,
)
from tests.unit.sessions.programmes import RETURN

pytestmark = pytest.mark.covers("S8")
REPEATING = replace(
    PLACEMENT,
    practice=PLACEMENT.practice.model_copy(
        update={
            "steps": tuple(
                step.model_copy(update={"assesses": step.assesses.model_copy(update={"due_after_weeks": (6, 12)})})
                if step.assesses is not None and step.assesses.kind == "interim"
                else step
                for step in PLACEMENT.practice.steps
            )
        }
    ),
)
"""A programme of placements with two interim assessments."""

SHARE = ShareAssessment(rules=RULES, on=MONDAY)
COMMENT = CommentOnAssessment(comment="sealed: I agree.", on=MONDAY)
SUBMIT = SubmitAssessment(rules=RULES, on=MONDAY)
ACKNOWLEDGE = AcknowledgeAssessment(person_id=LEAD_ID, on=MONDAY)


def sign(role: str, person_id: Any, *, version: int = 1, on: date = MONDAY) -> SignAssessment:
    return SignAssessment(rules=RULES, roles=frozenset({role}), person_id=person_id, version=version, on=on)


def send_back(*roles: str, receives: bool = False) -> ReturnAssessment:
    return ReturnAssessment(
        rules=RULES,
        roles=frozenset(roles),
        receives=receives,
        person_id=LEAD_ID,
        reason="sealed: TS7 has no comment.",
        on=MONDAY,
    )


def test_a_draft_need_not_be_complete() -> None:
    given(ASSESSMENT).when(write(levels={"TS1": "on_track"})).then(assessment_written(levels={"TS1": "on_track"}))
    given(ASSESSMENT, assessment_written()).when(write(levels={})).then(assessment_written(levels={}))


def test_comments_and_answers_are_one_text() -> None:
    of: dict[str, Any] = {"comments": {"TS7": "Routines are calm."}, "answers": {"comment": "Three visits."}}
    event = assessment_written(text=text_of(**of), filled=("comment",), observed_on=(MONDAY,))
    given(ASSESSMENT).when(write(**of, observed_on=(MONDAY,))).then(event)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"levels": {"TS3": "outstanding"}}, "/judgements/TS3"),
        ({"levels": {"TS3": "met"}}, "/judgements/TS3"),
        ({"answers": {"colour": "red"}}, "/answers/colour"),
        ({"answers": {"comment": 3}}, "/answers/comment"),
    ],
)
def test_what_the_programme_does_not_have_is_refused_with_the_field(fields: dict[str, Any], pointer: str) -> None:
    given(ASSESSMENT).when(write(**fields)).refused(Invalid, pointer=pointer)


@pytest.mark.parametrize("on", [STARTS_ON - DAY, ENDS_ON + DAY])
def test_a_trainee_is_assessed_on_a_day_of_the_relationship(on: date) -> None:
    given(ASSESSMENT).when(write(on=on)).refused(OutsideTheRelationship, pointer="/on")


def test_a_trainee_who_was_erased_is_not_assessed() -> None:
    given(ASSESSMENT).when(write(command_relationship=ERASED)).refused(Erased)
    given(ASSESSMENT, *SIGNED, RETURNED).when(write(command_relationship=ERASED)).refused(Erased)


@drawn(st.sets(st.sampled_from(STANDARDS), min_size=1))
def test_what_is_shared_judges_every_standard(left_out: set[Standard]) -> None:
    draft = assessment_written(levels={standard: "on_track" for standard in STANDARDS if standard not in left_out})
    refusal = given(ASSESSMENT, draft).when(SHARE).refused(AssessmentNotComplete, pointer="/judgements")
    assert {standard for standard in STANDARDS if standard in refusal.detail} == left_out


def test_what_is_shared_has_an_answer_in_each_field_that_is_not_optional() -> None:
    share = ShareAssessment(rules=rules_of(INDUCTION, "ect_formal_1"), on=MONDAY)
    draft = assessment_written(filled=("strengths",))
    given(ASSESSMENT, draft).when(share).refused(AssessmentNotComplete, pointer="/answers/development")
    given(ASSESSMENT, assessment_written(filled=("strengths", "development", "on_track"))).when(share).then(SHARED)


def test_the_steps_of_a_placements_assessment() -> None:
    given(ASSESSMENT, *SIGNED[:1]).when(SHARE).then(SHARED)
    given(ASSESSMENT, *SIGNED[:2]).when(COMMENT).then(COMMENTED)
    given(ASSESSMENT, *SIGNED[:3]).when(sign("tutor", TUTOR_ID)).then(BY_TUTOR)
    given(ASSESSMENT, *SIGNED[:4]).when(sign("coordinator", STRANGER_ID)).then(BY_COORDINATOR)
    given(ASSESSMENT, *SIGNED[:5]).when(sign("trainee", TRAINEE_ID)).then(BY_TRAINEE)
    given(ASSESSMENT, *SIGNED).when(SUBMIT).then(SUBMITTED)
    given(ASSESSMENT, *SIGNED, SUBMITTED).when(ACKNOWLEDGE).then(ACKNOWLEDGED)


@pytest.mark.parametrize(
    ("events", "command"),
    [
        ((*SIGNED[:2],), SHARE),
        ((*SIGNED[:3],), SHARE),
        ((*SIGNED[:4],), sign("tutor", TUTOR_ID)),
        ((*SIGNED, SUBMITTED), SUBMIT),
        ((*SIGNED, SUBMITTED, ACKNOWLEDGED), ACKNOWLEDGE),
    ],
)
def test_a_step_is_taken_once(events: Sequence[Events], command: Any) -> None:
    given(ASSESSMENT, *events).when(command).then()


@pytest.mark.parametrize(
    ("events", "command"),
    [
        ((assessment_written(),), COMMENT),
        ((assessment_written(),), SUBMIT),
        ((assessment_written(),), ACKNOWLEDGE),
        ((assessment_written(),), sign("tutor", TUTOR_ID)),
        (SIGNED[:4], SHARE),
        (SIGNED[:4], COMMENT),
        (SIGNED[:5], SUBMIT),
        (SIGNED, ACKNOWLEDGE),
        ((*SIGNED, SUBMITTED, ACKNOWLEDGED), SUBMIT),
        ((*SIGNED, RETURNED), SHARE),
        (SIGNED[:4], write()),
        (SIGNED, write()),
        ((*SIGNED, SUBMITTED), write()),
        ((*SIGNED, SUBMITTED, ACKNOWLEDGED), write()),
        (SIGNED[:2], write(command_reason="sealed: why")),
        (SIGNED, write(command_reason="sealed: why")),
        ((*SIGNED, SUBMITTED, ACKNOWLEDGED), send_back(receives=True)),
        ((assessment_written(),), send_back("tutor", receives=True)),
    ],
)
def test_a_step_that_comes_too_early_or_too_late_is_refused(events: Sequence[Events], command: Any) -> None:
    given(ASSESSMENT, *events).when(command).refused(NotInThisState)


@pytest.mark.parametrize("command", [SHARE, COMMENT, SUBMIT, ACKNOWLEDGE, sign("tutor", TUTOR_ID), send_back("tutor")])
def test_there_is_nothing_to_do_with_an_assessment_that_is_not_there(command: Any) -> None:
    given(ASSESSMENT).when(command).refused(NotFound)


def test_the_roles_sign_in_the_order_of_the_programme() -> None:
    shared = given(ASSESSMENT, *SIGNED[:3])
    refusal = shared.when(sign("trainee", TRAINEE_ID)).refused(NotYourSignature)
    assert refusal.detail == "In this programme the roles sign in order. Next signs: University tutor."
    given(ASSESSMENT, *SIGNED[:4]).when(sign("trainee", TRAINEE_ID)).refused(NotYourSignature)


def test_nobody_signs_for_two_roles() -> None:
    given(ASSESSMENT, *SIGNED[:4]).when(sign("coordinator", TUTOR_ID)).refused(NotYourSignature)


def test_the_last_version_is_signed() -> None:
    given(ASSESSMENT, *SIGNED[:3]).when(sign("tutor", TUTOR_ID, version=2)).refused(
        AssessmentChanged, pointer="/version"
    )


@pytest.mark.parametrize(("days", "allowed"), [(0, False), (5, False), (6, True)])
def test_it_is_signed_without_a_comment_only_after_the_days_in_which_the_trainee_can_comment(
    days: int, allowed: bool
) -> None:
    on = working_days_after(MONDAY, days) if days else MONDAY
    outcome = given(ASSESSMENT, *SIGNED[:2]).when(sign("tutor", TUTOR_ID, on=on))
    if allowed:
        outcome.then(BY_TUTOR.model_copy(update={"happened_on": on}))
    else:
        assert "28 September 2026" in outcome.refused(NotInThisState, pointer="/on").detail


def test_no_step_is_before_the_one_that_it_follows() -> None:
    given(ASSESSMENT, assessment_written()).when(SHARE.model_copy(update={"on": MONDAY - DAY})).refused(
        Invalid, pointer="/on"
    )
    given(ASSESSMENT, *SIGNED, RETURNED).when(write(on=MONDAY - DAY)).refused(Invalid, pointer="/on")


def test_what_is_written_anew_has_to_be_shared_and_commented_anew() -> None:
    anew = assessment_written(levels={**LEVELS, "TS7": "needs_support"})
    given(ASSESSMENT, *SIGNED[:3], anew).when(sign("tutor", TUTOR_ID)).refused(NotInThisState)
    given(ASSESSMENT, *SIGNED[:3]).when(write(levels={**LEVELS, "TS7": "needs_support"})).then(anew)


@pytest.mark.parametrize(
    ("events", "command"),
    [
        (SIGNED[:4], send_back("coordinator")),
        (SIGNED[:3], send_back("tutor")),
        (SIGNED, send_back(receives=True)),
        ((*SIGNED, SUBMITTED), send_back(receives=True)),
    ],
)
def test_whoever_signs_next_or_receives_it_returns_it(events: Sequence[Events], command: ReturnAssessment) -> None:
    given(ASSESSMENT, *events).when(command).then(RETURNED)


def test_nobody_else_returns_it() -> None:
    given(ASSESSMENT, *SIGNED[:4]).when(send_back("trainee")).refused(NotYourSignature)
    given(ASSESSMENT, *SIGNED, SUBMITTED).when(send_back("tutor")).refused(NotInThisState)


def test_what_was_returned_or_is_corrected_is_another_version() -> None:
    given(ASSESSMENT, *SIGNED, SUBMITTED, RETURNED).when(write()).then(assessment_written(2))
    correct = write(command_reason="sealed: a slip")
    for events in ((*SIGNED, SUBMITTED), (*SIGNED, SUBMITTED, ACKNOWLEDGED)):
        given(ASSESSMENT, *events).when(correct).then(assessment_written(2, reason="sealed: a slip"))
    second = (*SIGNED, SUBMITTED, assessment_written(2))
    shared = SHARED.model_copy(update={"version_number": 2})
    given(ASSESSMENT, *second).when(SHARE).then(shared)


def test_a_correction_may_come_after_the_relationship() -> None:
    late = write(on=ENDS_ON + DAY, command_reason="sealed: a slip")
    corrected = assessment_written(2, reason="sealed: a slip", happened_on=ENDS_ON + DAY)
    given(ASSESSMENT, *SIGNED, SUBMITTED).when(late).then(corrected)


def test_an_assessment_of_before_there_were_drafts_is_submitted() -> None:
    before = (example_events.SUBMITTED, example_events.COMMENTED)
    given(ASSESSMENT, *before).when(ACKNOWLEDGE).then(ACKNOWLEDGED)
    given(ASSESSMENT, *before).when(write()).refused(NotInThisState)
    given(ASSESSMENT, *before).when(write(command_reason="sealed: a slip")).then(
        assessment_written(2, reason="sealed: a slip")
    )


def test_a_level_counts_in_reports_as_the_programme_says() -> None:
    final = rules_of(PLACEMENT, "final")
    levels = {**dict.fromkeys(STANDARDS, "met"), "TS7": "not_met"}
    draft = assessment_written(levels=levels, kind="final")
    (submitted,) = given(ASSESSMENT, draft, *SIGNED[1:]).when(SubmitAssessment(rules=final, on=MONDAY)).events
    counted = {**dict.fromkeys(STANDARDS, "on_track"), "TS7": "not_on_track"}
    assert submitted.model_dump()["judgements"] == counted
    assert submitted.model_dump()["levels"] == levels


def test_a_programme_takes_the_kinds_that_it_has() -> None:
    must_assess(PLACEMENT, "final")
    with pytest.raises(Invalid, match="interim, end_of_placement, final"):
        must_assess(PLACEMENT, "ect_formal_1")
    with pytest.raises(Invalid, match="nobody is assessed"):
        must_assess(RETURN, "interim")


def test_what_is_due_follows_from_the_programme_and_the_days() -> None:
    due = due_in(PLACEMENT, STARTS_ON, ENDS_ON)
    assert [(each.kind, each.due_on) for each in due] == [
        ("interim", STARTS_ON + timedelta(weeks=6)),
        ("end_of_placement", ENDS_ON),
    ]
    assert due_in(PLACEMENT, STARTS_ON, STARTS_ON + DAY)[0].kind == "end_of_placement"
    two_years = due_in(INDUCTION, STARTS_ON, STARTS_ON + timedelta(weeks=78))
    assert [each.kind for each in two_years] == [
        "ect_progress_review",
        "ect_progress_review",
        "ect_formal_1",
        "ect_progress_review",
        "ect_progress_review",
        "ect_formal_2",
    ]
    assert isinstance(two_years[0], DueAssessment)
    assert due_in(RETURN, STARTS_ON, ENDS_ON) == []


@pytest.mark.parametrize(
    ("programme", "kind", "weeks", "number"),
    [
        (PLACEMENT, "interim", 14, 1),
        (PLACEMENT, "interim", 2, 1),  # due on no day of so short a placement
        (PLACEMENT, "final", 14, 1),  # due on no day at all
        (INDUCTION, "ect_formal_1", 78, 1),
        (INDUCTION, "ect_progress_review", 78, None),  # one in each of its terms
        (REPEATING, "interim", 14, 2),
        (REPEATING, "interim", 7, 1),
        (replace(PLACEMENT, assesses=None), "interim", 14, None),  # opened when a programme said nothing of kinds
    ],
)
def test_a_kind_is_expected_as_often_as_it_is_due(
    programme: Programme, kind: AssessmentKind, weeks: int, number: int | None
) -> None:
    assert expected_number(programme, kind, STARTS_ON, STARTS_ON + timedelta(weeks=weeks)) == number


def test_what_is_due_in_an_induction_follows_from_its_terms() -> None:
    in_terms = (
        DueInInduction("ect_progress_review", "Autumn term 2026", date(2026, 12, 18)),
        DueInInduction("ect_formal_1", "Summer term 2027", date(2027, 7, 20)),
    )
    due = due_in(INDUCTION, STARTS_ON, ENDS_ON, in_terms)
    assert [(each.kind, each.due_on) for each in due] == [(each.kind, each.due_on) for each in in_terms]
    assert due_in(PLACEMENT, STARTS_ON, ENDS_ON, ()) == due_in(PLACEMENT, STARTS_ON, ENDS_ON)


def test_an_assessment_that_is_written_needs_no_more_than_its_day() -> None:
    assert AssessmentText(on=MONDAY).judgements == {}


def take_over(assessor_id: UUID = STRANGER_ID, *, goes_on: bool = False, on: date = MONDAY) -> TakeOverAssessment:
    return TakeOverAssessment(
        relationship=RELATIONSHIP,
        assessor_id=assessor_id,
        excepted=False,
        assessor_goes_on=goes_on,
        text=text_of({"TS1": "Warm."}),
        evidence=(),
        takeover=Takeover(on=on, reason="sealed: She left."),
    )


@pytest.mark.parametrize("before", [(), (SHARED,), (SHARED, COMMENTED), (*SIGNED[1:], RETURNED)])
def test_another_assessor_takes_an_unsigned_assessment_over_in_a_version_of_their_own(
    before: Sequence[Events],
) -> None:
    first = assessment_written(observed_on=(MONDAY,))
    taken = AssessmentTakenOver.model_validate(
        {
            **assessment_written(2, text=text_of({"TS1": "Warm."})).model_dump(),
            "assessor_id": STRANGER_ID,
            "taken_over_because": "sealed: She left.",
        }
    )
    given(ASSESSMENT, first, *before).when(take_over()).then(taken)
    state = given(ASSESSMENT, first, *before, taken).state
    assert state is not None
    assert (state.assessor_id, state.state, state.version) == (STRANGER_ID, "drafting", 2)
    given(ASSESSMENT, first, *before, taken).when(take_over()).then()


def test_nothing_is_taken_over_while_its_assessor_goes_on_or_once_somebody_has_signed() -> None:
    given(ASSESSMENT, assessment_written()).when(take_over(goes_on=True)).refused(StillAssigned)
    given(ASSESSMENT, *SIGNED[:4]).when(take_over()).refused(NotInThisState)
    given(ASSESSMENT, *SIGNED, SUBMITTED).when(take_over()).refused(NotInThisState)
    given(ASSESSMENT).when(take_over()).refused(NotFound)
    given(ASSESSMENT, assessment_written()).when(take_over(on=MONDAY - DAY)).refused(Invalid, pointer="/on")
