"""A summary leaves a pair once both have signed it, goes to whom the programme names, and either takes it back."""

from dataclasses import replace
from typing import Any

import pytest

from services.sessions import policy
from services.sessions.domain.agreements import AgreementChanged, AgreementNotComplete, AgreementSignature, NotYourTurn
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import AgreementFirst
from services.sessions.domain.summaries import (
    SUMMARY,
    ReadSummary,
    SignSummary,
    SummaryRead,
    SummarySigned,
    SummaryTakenBack,
    SummaryText,
    SummaryWritten,
    TakeSummaryBack,
    WriteSummary,
)
from services.sessions.policy import NOBODY
from services.sessions.projections.summaries import SUMMARIES, SUMMARY_READS, SummaryRow
from shared.events.words import Side
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.postgres.personal import personal_fields
from shared.kernel.principal import Principal
from tests.support.given import given
from tests.unit.sessions.examples import (
    DAY,
    MENTOR_ID,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STRANGER_ID,
    TRAINEE_ID,
)
from tests.unit.sessions.programmes import EVERY_TEMPLATE, RETURN, programme
from tests.unit.sessions.test_policy import (
    AS_TUTOR,
    HOST_LEAD,
    HOST_LEAD_WHO_MENTORS,
    LEAD,
    MENTOR,
    OTHER_LEAD,
    TRAINEE,
    TUTOR,
    outcome_of,
)
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S15")
WORDS = '{"for_the_school": "More time."}'


def writing(by: Side = "trainee", needs: tuple[str, ...] = ("pace",), **other: Any) -> WriteSummary:
    usual: dict[str, Any] = {"relationship": RELATIONSHIP, "programme": RETURN}
    text = SummaryText(on=MONDAY, answers=other.pop("answers", {"for_the_school": "More time."}), needs=needs)
    return WriteSummary(**(usual | other), by=by, text=text)


def summary_written(by: Side = "trainee", version: int = 1, draft: int = 1, needs: Any = ("pace",)) -> SummaryWritten:
    return SummaryWritten(
        happened_on=MONDAY,
        relationship_id=RELATIONSHIP_ID,
        version_number=version,
        draft=draft,
        by=by,
        author_id=MENTOR_ID if by == "mentor" else TRAINEE_ID,
        mentor_id=MENTOR_ID,
        trainee_id=TRAINEE_ID,
        filled=("for_the_school",),
        own="{}",
        for_mentor=WORDS,
        for_trainee=WORDS,
        needs=needs,
    )


def signing(by: Side, draft: int = 1, of: Programme = RETURN) -> SignSummary:
    signature = AgreementSignature(on=MONDAY, draft=draft)
    return SignSummary(relationship=RELATIONSHIP, programme=of, by=by, signature=signature)


def summary_signed(by: Side, version: int, draft: int = 1) -> SummarySigned:
    names = {"relationship_id": RELATIONSHIP_ID, "version_number": version, "draft": draft, "by": by}
    return SummarySigned.model_validate({"happened_on": MONDAY, **names})


AGREED = (summary_written(), summary_signed("mentor", 2), summary_signed("trainee", 3))
TAKEN_BACK = SummaryTakenBack(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, version_number=4, by="trainee")
READ = SummaryRead(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, reader_id=STRANGER_ID)
READING = ReadSummary(relationship=RELATIONSHIP, reader_id=STRANGER_ID, on=MONDAY)
EVERY = (AGREED[0], AGREED[1], TAKEN_BACK, READ)


def test_either_writes_it_with_needs_of_the_programme_and_both_sign_in_its_order() -> None:
    given(SUMMARY).when(writing()).then(summary_written())
    given(SUMMARY, AGREED[0]).when(signing("trainee")).refused(NotYourTurn)
    given(SUMMARY, AGREED[0]).when(signing("mentor")).then(AGREED[1])
    given(SUMMARY, *AGREED[:2]).when(signing("mentor")).then()
    given(SUMMARY, *AGREED[:2]).when(signing("trainee")).then(AGREED[2])
    given(SUMMARY).when(signing("mentor")).refused(NotFound)
    given(SUMMARY, AGREED[0]).when(signing("mentor", 2)).refused(AgreementChanged, pointer="/draft")
    empty = AGREED[0].model_copy(update={"filled": ()})
    given(SUMMARY, empty).when(signing("mentor")).refused(AgreementNotComplete)


def test_a_need_is_a_code_of_the_programme_and_nothing_free() -> None:
    given(SUMMARY).when(writing(needs=("pace", "up_to_date", "pace"))).then(
        summary_written(needs=("up_to_date", "pace"))
    )
    refusal = given(SUMMARY).when(writing(needs=("pace", "more money"))).refused(Invalid, pointer="/needs/1")
    assert "up_to_date, pace" in refusal.detail
    without = replace(RETURN, practice=RETURN.practice.model_copy(update={"needs": None}))
    given(SUMMARY).when(writing(programme=without)).refused(Invalid, pointer="/needs/0")
    placement = programme(EVERY_TEMPLATE["ite-placement"])
    given(SUMMARY).when(writing(programme=placement)).refused(NotFound)
    unsigned = replace(RELATIONSHIP, agreement_first=True)
    given(SUMMARY).when(writing(relationship=unsigned)).refused(AgreementFirst, pointer="/answers")


def test_it_is_sealed_once_for_each() -> None:
    assert personal_fields(SummaryWritten) == {
        "own": "author_id",
        "for_mentor": "mentor_id",
        "for_trainee": "trainee_id",
    }


def test_nobody_reads_it_before_both_have_signed_or_after_it_is_taken_back() -> None:
    given(SUMMARY, *AGREED[:2]).when(READING).refused(NotFound)
    given(SUMMARY, *AGREED).when(READING).then(READ)
    given(SUMMARY, *AGREED, READ).when(READING).then()
    given(SUMMARY, *AGREED).when(READING.model_copy(update={"reader_id": None})).then()
    given(SUMMARY, *AGREED, TAKEN_BACK).when(READING).refused(NotFound)
    later = summary_written(version=4, draft=2)
    given(SUMMARY, *AGREED, later).when(READING).then(READ)


def test_either_takes_it_back_and_then_both_sign_anew() -> None:
    taking_back = TakeSummaryBack(relationship=RELATIONSHIP, by="trainee", on=MONDAY)
    given(SUMMARY, *AGREED).when(taking_back).then(TAKEN_BACK)
    given(SUMMARY, *AGREED, TAKEN_BACK).when(taking_back).then()
    given(SUMMARY, *AGREED[:2]).when(taking_back).then()
    given(SUMMARY, *AGREED, TAKEN_BACK).when(signing("mentor")).then(summary_signed("mentor", 5))


def test_the_row_keeps_what_is_agreed_while_a_change_is_drafted() -> None:
    later = summary_written(version=4, draft=2, needs=("up_to_date",))
    (row,) = rows(SUMMARIES, *AGREED, later)
    assert isinstance(row, SummaryRow)
    assert (row.draft, row.agreed_draft, row.signed_by) == (2, 1, ())
    assert (row.needs, row.agreed_needs) == (("up_to_date",), ("pace",))
    (back,) = rows(SUMMARIES, *AGREED, TAKEN_BACK)
    assert isinstance(back, SummaryRow)
    assert (back.agreed_draft, back.agreed_needs, back.version) == (None, (), 4)
    assert len(rows(SUMMARY_READS, READ)) == 1


@pytest.mark.parametrize(
    ("who", "opens"),
    [
        (HOST_LEAD, True),
        (HOST_LEAD_WHO_MENTORS, False),
        (LEAD, False),
        (MENTOR, False),
        (TRAINEE, False),
        (TUTOR, False),
        (OTHER_LEAD, False),
    ],
)
def test_it_goes_to_the_role_that_the_programme_names_and_to_nobody_else(who: Principal, opens: bool) -> None:
    assigned = AS_TUTOR if who.has("tutor") else NOBODY
    outcome = outcome_of(policy.may_open_summary, who, RELATIONSHIP, RETURN, assigned)
    assert (outcome is not NotFound) == opens


def test_a_day_later_it_is_read_anew() -> None:
    again = READING.model_copy(update={"on": MONDAY + DAY})
    assert len(given(SUMMARY, *AGREED, READ).when(again).events) == 1
