"""The agreement of two people: drafted, changed, signed by both in the programme's order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.sessions.domain.agreements import (
    AGREEMENT,
    AgreementChanged,
    AgreementNotComplete,
    AgreementSignature,
    AgreementSigned,
    AgreementText,
    AgreementWritten,
    Events,
    NotYourTurn,
    SignAgreement,
    WriteAgreement,
)
from services.sessions.domain.meetings import MEETING, HeldMeeting, RecordMeeting, meeting_id_on
from services.sessions.domain.people import Erased
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import AgreementFirst, OutsideTheRelationship, Relationship
from services.sessions.domain.targets import TARGET, SetTarget, TargetDetails
from services.sessions.projections.agreements import AGREEMENTS
from shared.events.practices import Practice
from shared.events.words import Side
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.sessions.examples import (
    ENDS_ON,
    ERASED,
    MENTOR_ID,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STARTS_ON,
    TARGET_ID,
    TRAINEE_ID,
)
from tests.unit.sessions.programmes import RETURN
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S1")
TRAINEES: dict[str, Any] = {"between_us": "What we say", "years_away": 6, "confidence": 4, "pace": "gently"}


def writing(
    by: Side = "trainee", on: Any = MONDAY, to: Relationship = RELATIONSHIP, of: Programme = RETURN, **answers: Any
) -> WriteAgreement:
    return WriteAgreement(relationship=to, programme=of, by=by, text=AgreementText(on=on, answers=answers))


def signing(by: Side, draft: int = 1, on: Any = MONDAY, to: Relationship = RELATIONSHIP) -> SignAgreement:
    return SignAgreement(relationship=to, programme=RETURN, by=by, signature=AgreementSignature(on=on, draft=draft))


def agreement_written(by: Side = "trainee", draft: int = 1, **fields: Any) -> AgreementWritten:
    joint = '{"between_us": "What we say", "pace": "gently"}'
    values = {
        "happened_on": MONDAY,
        "relationship_id": RELATIONSHIP_ID,
        "version_number": draft,
        "draft": draft,
        "by": by,
        "author_id": TRAINEE_ID if by == "trainee" else MENTOR_ID,
        "mentor_id": MENTOR_ID,
        "trainee_id": TRAINEE_ID,
        "filled": ("between_us", "confidence", "pace", "years_away"),
        "own": '{"confidence": 4, "years_away": 6.0}',
        "for_mentor": joint,
        "for_trainee": joint,
    }
    return AgreementWritten.model_validate(values | fields)


def agreement_signed(by: Side, version: int, draft: int = 1) -> AgreementSigned:
    return AgreementSigned(
        happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, version_number=version, draft=draft, by=by
    )


def test_own_answers_are_sealed_for_their_author_and_shared_answers_for_both() -> None:
    given(AGREEMENT).when(writing(**TRAINEES)).then(agreement_written())
    assert personal_fields(AgreementWritten) == {
        "own": "author_id",
        "for_mentor": "mentor_id",
        "for_trainee": "trainee_id",
    }


def test_the_other_side_changes_the_shared_answers_and_leaves_the_authors_own() -> None:
    given(AGREEMENT, agreement_written(), agreement_signed("trainee", 2)).when(
        writing("mentor", between_us="All", pace="at once", can_show="Labs")
    ).then(
        agreement_written(
            "mentor",
            2,
            version_number=3,
            filled=("between_us", "can_show", "confidence", "pace", "years_away"),
            own='{"can_show": "Labs"}',
            for_mentor='{"between_us": "All", "pace": "at once"}',
            for_trainee='{"between_us": "All", "pace": "at once"}',
        )
    )


def test_an_agreement_can_be_written_and_signed_before_the_first_day() -> None:
    before = STARTS_ON - timedelta(days=20)
    assert given(AGREEMENT).when(writing(on=before, **TRAINEES)).refusal is None
    given(AGREEMENT, agreement_written()).when(signing("trainee", on=before)).then(
        agreement_signed("trainee", 2).model_copy(update={"happened_on": before})
    )


def test_nothing_is_agreed_after_the_end_or_with_somebody_who_was_erased() -> None:
    after = ENDS_ON + timedelta(days=1)
    given(AGREEMENT).when(writing(on=after)).refused(OutsideTheRelationship, pointer="/on")
    given(AGREEMENT, agreement_written()).when(signing("trainee", on=after)).refused(
        OutsideTheRelationship, pointer="/on"
    )
    given(AGREEMENT).when(writing(to=ERASED)).refused(Erased)


@pytest.mark.parametrize(
    ("by", "field", "answer", "sentence"),
    [
        ("trainee", "shoe_size", 7, "This form has no such field; it has between_us, years_away"),
        ("trainee", "can_show", "x", "“What I can show” is for the mentor to fill in; leave it out."),
        ("mentor", "years_away", 2, "“Years away” is for the mentee to fill in; leave it out."),
        ("trainee", "years_away", "six", "Give a number."),
        ("trainee", "between_us", 7, "Give text."),
        ("trainee", "confidence", 11, "Give a whole number from 1 to 10."),
        ("trainee", "confidence", 2.5, "Give a whole number from 1 to 10."),
        ("trainee", "confidence", "4", "Give a whole number from 1 to 10."),
        ("trainee", "first_lesson", "14/9/2026", "Give a date like 2026-09-14."),
        ("trainee", "first_lesson", "2026-02-30", "Give a date like 2026-09-14."),
        ("trainee", "pace", "slow", "Choose one of: gently, at once."),
        ("trainee", "ticked", "x", "This field stands for a signature: leave it out, and sign when all is filled in."),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_its_field(
    by: Side, field: str, answer: Any, sentence: str
) -> None:
    refusal = given(AGREEMENT).when(writing(by, **{field: answer})).refused(Invalid, pointer=f"/answers/{field}")
    assert refusal.detail.startswith(sentence)


def test_five_thousand_characters_are_refused() -> None:
    with pytest.raises(ValidationError, match="at most 4000"):
        writing(between_us="x" * 5000)


def test_an_empty_answer_is_no_answer() -> None:
    outcome = given(AGREEMENT, agreement_written()).when(writing(**TRAINEES | {"pace": None}))
    (event,) = outcome.events
    assert isinstance(event, AgreementWritten)
    assert "pace" not in event.filled


def test_both_sign_in_the_order_of_the_programme() -> None:
    refusal = given(AGREEMENT, agreement_written()).when(signing("mentor")).refused(NotYourTurn)
    assert refusal.detail == "In this programme the mentee signs first, then you."
    given(AGREEMENT, agreement_written()).when(signing("trainee")).then(agreement_signed("trainee", 2))
    both = given(AGREEMENT, agreement_written(), agreement_signed("trainee", 2))
    both.when(signing("mentor")).then(agreement_signed("mentor", 3))
    both.when(signing("trainee")).then()


def test_nobody_signs_what_is_not_there_not_complete_or_not_the_last_draft() -> None:
    given(AGREEMENT).when(signing("trainee")).refused(NotFound)
    half = given(AGREEMENT, agreement_written(filled=("between_us", "years_away"))).when(signing("trainee"))
    assert half.refused(AgreementNotComplete).detail == "Fill in first: How ready I feel, At which pace."
    changed = given(AGREEMENT, agreement_written(), agreement_written("mentor", 2)).when(signing("trainee", 1))
    assert "draft 2 is" in changed.refused(AgreementChanged, pointer="/draft").detail


def test_a_change_asks_for_both_again_and_what_was_signed_stays_in_force_until_then() -> None:
    events: list[Events] = [
        agreement_written(),
        agreement_signed("trainee", 2),
        agreement_signed("mentor", 3),
        agreement_written("mentor", 2, version_number=4),
    ]
    changed = given(AGREEMENT, *events)
    assert (changed.state.in_force, changed.state.signed_by) == (1, ())
    changed.when(signing("mentor", 2)).refused(NotYourTurn)
    again = given(AGREEMENT, *events, agreement_signed("trainee", 5, 2), agreement_signed("mentor", 6, 2))
    assert again.state.in_force == 2


ASKED = replace(RELATIONSHIP, agreement_first=True)
AGREED = replace(ASKED, agreed_draft=1)
FACTS = HeldMeeting(status="held", on=MONDAY, minutes=40, agenda_by="mentee", pulse=4)
TEXTS = {"discussed": "x", "reflection": "x"}


def meeting(relationship: Relationship, held: HeldMeeting) -> RecordMeeting:
    meeting_id = meeting_id_on(RELATIONSHIP_ID, MONDAY)
    return RecordMeeting(relationship=relationship, meeting_id=meeting_id, by="trainee", meeting=held)


def target(relationship: Relationship) -> SetTarget:
    details = TargetDetails(text="Wait three seconds.", due_on=MONDAY + timedelta(days=7))
    return SetTarget(relationship=relationship, target_id=TARGET_ID, by="mentor", on=MONDAY, target=details)


def test_facts_are_recorded_before_both_have_signed() -> None:
    assert given(MEETING).when(meeting(ASKED, FACTS)).refusal is None


@pytest.mark.parametrize("name", TEXTS)
def test_texts_that_the_other_side_reads_are_recorded_only_after_both_have_signed(name: str) -> None:
    confided = FACTS.model_copy(update={name: TEXTS[name]})
    given(MEETING).when(meeting(ASKED, confided)).refused(AgreementFirst, pointer=f"/{name}")
    given(TARGET).when(target(ASKED)).refused(AgreementFirst, pointer="/text")
    for relationship in (AGREED, RELATIONSHIP):
        assert given(MEETING).when(meeting(relationship, confided)).refusal is None
        assert given(TARGET).when(target(relationship)).refusal is None


def test_a_programme_without_an_agreement_has_none() -> None:
    given(AGREEMENT).when(writing(of=Programme("Plain", Practice()))).refused(NotFound)


def test_the_row_has_the_last_draft_and_the_one_in_force() -> None:
    change = agreement_written(
        "mentor", 2, version_number=4, own="sealed: 2", for_mentor="sealed: m", for_trainee="sealed: t"
    )
    (row,) = rows(
        AGREEMENTS, agreement_written(), agreement_signed("trainee", 2), agreement_signed("mentor", 3), change
    )
    assert (row.draft, row.agreed_draft) == (2, 1)  # type: ignore[attr-defined]  # the row of the agreement
    seen = {name: getattr(row, name) for name in ("mentors", "trainees", "for_mentor", "for_trainee", "signed_by")}
    assert seen == {
        "mentors": "sealed: 2",
        "trainees": agreement_written().own,
        "for_mentor": "sealed: m",
        "for_trainee": "sealed: t",
        "signed_by": (),
    }
    in_force = {name: getattr(row, f"agreed_{name}") for name in ("mentors", "trainees", "for_mentor", "on")}
    assert in_force == {
        "mentors": None,
        "trainees": agreement_written().own,
        "for_mentor": agreement_written().for_mentor,
        "on": MONDAY,
    }
