"""Feedback: given and amended without a grade, acknowledged and released by the mentee whose it is."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from pydantic import ValidationError

from services.sessions.domain.access import Audience, ItemReader, Release, ReleaseItem, RevokeRelease
from services.sessions.domain.amendments import TooLateToAmend
from services.sessions.domain.feedback import (
    FEEDBACK,
    AcknowledgeFeedback,
    AmendedFeedback,
    AmendFeedback,
    Commands,
    Feedback,
    FeedbackAcknowledged,
    FeedbackRead,
    FeedbackReleased,
    FeedbackReleaseRevoked,
    FeedbackWritten,
    NewFeedback,
    ReadFeedback,
    WriteFeedback,
    feedback_rules,
)
from services.sessions.domain.people import Erased
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import AgreementFirst, OutsideTheRelationship
from shared.kernel.decider import DomainError, Invalid, NotFound
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    ERASED,
    MENTOR_ID,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STARTS_ON,
    STRANGER_ID,
    TRAINEE_ID,
    TUTOR_ID,
)
from tests.unit.sessions.programmes import EVERY_TEMPLATE, RETURN, programme

pytestmark = pytest.mark.covers("S7")
FEEDBACK_ID = UUID("00000000-0000-4000-8000-0000000000f1")
PLACEMENT = programme(EVERY_TEMPLATE["ite-placement"])
TUTORS = Audience(role="tutor")
TEXT = {"text": "Everybody could see the board.", "areas": ("pedagogy",)}
_NAMES = {"happened_on": MONDAY, "feedback_id": FEEDBACK_ID, "owner_id": TRAINEE_ID}


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def giving(of: Programme = PLACEMENT, on: date = MONDAY, relationship: Any = RELATIONSHIP, **fields: Any) -> Commands:
    return WriteFeedback(
        feedback_id=FEEDBACK_ID,
        relationship=relationship,
        programme=of,
        author_id=MENTOR_ID,
        role="mentor",
        feedback=NewFeedback.model_validate(TEXT | {"on": on} | fields),
    )


def feedback_written(version: int = 1, written_on: date = MONDAY, **fields: Any) -> FeedbackWritten:
    values = _NAMES | {
        "relationship_id": RELATIONSHIP_ID,
        "author_id": MENTOR_ID,
        "role": "mentor",
        "version_number": version,
        "written_on": written_on,
    }
    return FeedbackWritten.model_validate(values | TEXT | fields)


def amending(on: date = MONDAY, **fields: Any) -> Commands:
    feedback = AmendedFeedback.model_validate(TEXT | {"amended_on": on} | fields)
    return AmendFeedback(relationship=RELATIONSHIP, programme=PLACEMENT, feedback=feedback)


def reading(person_id: UUID, *roles: Any, on: date = MONDAY, **changes: Any) -> Commands:
    reader = ItemReader(frozenset({person_id}), frozenset(roles))
    return ReadFeedback(reader=reader, reader_id=person_id, on=on, relationship=replace(RELATIONSHIP, **changes))


ACKNOWLEDGE = AcknowledgeFeedback(relationship=RELATIONSHIP, on=MONDAY)
ACKNOWLEDGED = FeedbackAcknowledged.model_validate(_NAMES)
RELEASE = ReleaseItem(owner_id=TRAINEE_ID, release=Release(to=TUTORS, on=MONDAY))
REVOKE = RevokeRelease(owner_id=TRAINEE_ID, release=Release(to=TUTORS, on=MONDAY))
RELEASED = FeedbackReleased.model_validate({**_NAMES, "to": TUTORS})
REVOKED = FeedbackReleaseRevoked.model_validate({**_NAMES, "to": TUTORS})
READ = FeedbackRead.model_validate({**_NAMES, "reader_id": TUTOR_ID})
GIVEN = feedback_written()
EVERY = (GIVEN, ACKNOWLEDGED, RELEASED, REVOKED, READ)


def test_feedback_is_given_and_its_words_are_the_mentees() -> None:
    needs: dict[str, Any] = {"next_step": "Wait longer.", "development_needs": ("TS7", "TS7")}
    once: dict[str, Any] = {"next_step": "Wait longer.", "development_needs": ("TS7",)}
    given(FEEDBACK).when(giving(**needs), at(MONDAY)).then(feedback_written(**once))
    given(FEEDBACK, GIVEN).when(giving()).then()
    assert personal_fields(FeedbackWritten) == {"text": "owner_id", "next_step": "owner_id"}


@pytest.mark.parametrize("grade", ["grade", "level", "judgement", "judgements", "rating", "mark", "score"])
def test_feedback_has_no_grade(grade: str) -> None:
    with pytest.raises(ValidationError, match="Feedback has no grade"):
        NewFeedback.model_validate(TEXT | {"on": MONDAY, grade: 2})


def test_feedback_is_about_an_area_of_the_programmes_curriculum() -> None:
    unknown = given(FEEDBACK).when(giving(areas=("pedagogy", "singing"))).refused(Invalid, pointer="/areas/1")
    assert "behaviour_management, pedagogy" in unknown.detail
    given(FEEDBACK).when(giving(areas=())).refused(Invalid, pointer="/areas")
    own = given(FEEDBACK).when(giving(RETURN, areas=("back_in_class",), text="x"), at(MONDAY))
    own.then(feedback_written(areas=("back_in_class",), text="x"))
    without = programme(EVERY_TEMPLATE["new-to-post"])
    given(FEEDBACK).when(giving(without)).refused(Invalid, pointer="/areas")
    given(FEEDBACK).when(giving(without, areas=()), at(MONDAY)).then(feedback_written(areas=()))


def test_a_need_is_tagged_to_standards_only_where_somebody_is_judged_against_them() -> None:
    command = giving(RETURN, areas=("back_in_class",), development_needs=("TS1",))
    given(FEEDBACK).when(command).refused(Invalid, pointer="/development_needs")


def test_a_programme_says_whether_anybody_gives_feedback() -> None:
    for template in EVERY_TEMPLATE.values():
        known = programme(template)
        if template.feedback is None:
            with pytest.raises(NotFound):
                feedback_rules(known)
        else:
            assert feedback_rules(known).by == template.feedback.by


def test_feedback_is_on_a_day_of_the_relationship_and_after_the_agreement() -> None:
    given(FEEDBACK).when(giving(on=STARTS_ON - DAY)).refused(OutsideTheRelationship, pointer="/on")
    given(FEEDBACK).when(giving(on=ENDS_ON + DAY)).refused(OutsideTheRelationship, pointer="/on")
    unsigned = replace(RELATIONSHIP, agreement_first=True)
    given(FEEDBACK).when(giving(relationship=unsigned)).refused(AgreementFirst, pointer="/text")
    given(FEEDBACK).when(giving(relationship=ERASED)).refused(Erased)


def test_feedback_is_amended_in_the_programmes_days_after_it_was_recorded() -> None:
    recorded = feedback_written(written_on=MONDAY + 10 * DAY)
    last = MONDAY + 24 * DAY
    given(FEEDBACK, recorded).when(amending(text="Anew."), at(last)).then(
        feedback_written(2, last, text="Anew.", amended_on=MONDAY)
    )
    refused = given(FEEDBACK, recorded).when(amending(text="Anew."), at(last + DAY)).refused(TooLateToAmend)
    assert "15 October 2026" in refused.detail
    given(FEEDBACK, recorded).when(amending(MONDAY - DAY)).refused(Invalid, pointer="/amended_on")
    given(FEEDBACK, recorded).when(amending(areas=())).refused(Invalid, pointer="/areas")
    given(FEEDBACK).when(amending()).refused(NotFound)


def test_an_amended_version_is_acknowledged_anew() -> None:
    given(FEEDBACK, GIVEN).when(ACKNOWLEDGE).then(ACKNOWLEDGED)
    given(FEEDBACK, GIVEN, ACKNOWLEDGED).when(ACKNOWLEDGE).then()
    given(FEEDBACK, GIVEN, ACKNOWLEDGED, feedback_written(2)).when(ACKNOWLEDGE).then(ACKNOWLEDGED)
    early = AcknowledgeFeedback(relationship=RELATIONSHIP, on=MONDAY - DAY)
    given(FEEDBACK, GIVEN).when(early).refused(Invalid, pointer="/on")


@pytest.mark.covers("S11")
def test_it_is_read_by_mentee_and_author_and_by_others_after_a_release() -> None:
    for person_id in (TRAINEE_ID, MENTOR_ID):
        given(FEEDBACK, GIVEN).when(reading(person_id)).then()
    by_tutor = reading(TUTOR_ID, "tutor")
    given(FEEDBACK, GIVEN).when(by_tutor).refused(NotFound)
    given(FEEDBACK, GIVEN, RELEASED).when(by_tutor).then(READ)
    given(FEEDBACK, GIVEN, RELEASED, READ).when(by_tutor).then()
    given(FEEDBACK, GIVEN, RELEASED, REVOKED).when(by_tutor).refused(NotFound)


def test_its_author_reads_it_for_as_long_as_a_mentor_reads_what_the_two_wrote() -> None:
    last = ENDS_ON + timedelta(days=30)
    given(FEEDBACK, GIVEN).when(reading(MENTOR_ID, on=last, mentor_reads_for_days=30)).then()
    given(FEEDBACK, GIVEN).when(reading(MENTOR_ID, on=last + DAY, mentor_reads_for_days=30)).refused(NotFound)


def test_only_the_mentee_releases_it() -> None:
    for command in (RELEASE, REVOKE):
        given(FEEDBACK, GIVEN).when(command.model_copy(update={"owner_id": MENTOR_ID})).refused(NotFound)
    to_self = ReleaseItem(owner_id=TRAINEE_ID, release=Release(to=Audience(person_id=TRAINEE_ID), on=MONDAY))
    given(FEEDBACK, GIVEN).when(to_self).refused(Invalid, pointer="/to/person_id")


class GivingFeedback(RuleBasedStateMachine):
    """Whatever author and mentee do, in any order: a sheet of paper with versions, a tick and a list of readers."""

    def __init__(self) -> None:
        super().__init__()
        self.feedback: Feedback | None = FEEDBACK.evolve(None, GIVEN)
        self.versions, self.ticked, self.shown = 1, False, False

    def does(self, command: Commands, now: datetime) -> bool:
        try:
            events = FEEDBACK.decide(command, self.feedback, now)
        except DomainError:
            return False
        self.feedback = reduce(FEEDBACK.evolve, events, self.feedback)
        return True

    @rule(days=st.integers(0, 20))
    def amend(self, days: int) -> None:
        done = self.does(amending(), at(MONDAY + days * DAY))
        assert done is (days <= RELATIONSHIP.amend_within_days)
        if done:
            self.versions, self.ticked = self.versions + 1, False

    @rule()
    def acknowledge(self) -> None:
        assert self.does(ACKNOWLEDGE, at(MONDAY))
        self.ticked = True

    @rule(shown=st.booleans())
    def decide_who_reads(self, *, shown: bool) -> None:
        assert self.does(RELEASE if shown else REVOKE, at(MONDAY))
        self.shown = shown

    @rule(by=st.sampled_from((TRAINEE_ID, MENTOR_ID, TUTOR_ID, STRANGER_ID)))
    def read(self, by: UUID) -> None:
        may = by in (TRAINEE_ID, MENTOR_ID) or (by == TUTOR_ID and self.shown)
        assert self.does(reading(by, *(("tutor",) if by == TUTOR_ID else ())), at(MONDAY)) is may

    @invariant()
    def both_say_the_same(self) -> None:
        assert self.feedback is not None
        assert len(self.feedback.versions) == self.versions
        assert (self.feedback.acknowledged_on is not None) == self.ticked
        assert bool(self.feedback.access.released_to) == self.shown


TestGivingFeedback = GivingFeedback.TestCase
