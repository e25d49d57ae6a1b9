"""A relationship is paused and resumed by either, ends early when both want it, and breaks off when the mentee does."""

from datetime import date

import pytest

from services.sessions.domain.ends import (
    BreakOffRelationship,
    EndProposed,
    EndWithdrawn,
    ProposeEnd,
    RelationshipBrokenOff,
    RelationshipEnded,
    WithdrawEnd,
)
from services.sessions.domain.meetings import MEETING, MissedMeeting, RecordMeeting, meeting_id_on
from services.sessions.domain.pauses import (
    PauseRelationship,
    RelationshipPaused,
    RelationshipResumed,
    ResumeRelationship,
)
from services.sessions.domain.people import Erased
from services.sessions.domain.relationships import (
    RELATIONSHIP,
    Events,
    OutsideTheRelationship,
    ParticipantErased,
    Relationship,
)
from services.sessions.domain.terms import NotPossibleNow
from services.sessions.publish import publish
from shared.events.words import Side
from shared.kernel.decider import Invalid
from tests.support.given import given
from tests.unit.sessions.examples import DAY, ENDS_ON, MONDAY, OPENED, RELATIONSHIP_ID, STARTS_ON, TRAINEE_ID, WEEK

pytestmark = pytest.mark.covers("S1")
BACK = MONDAY + 2 * WEEK


def pause(on: date = MONDAY, by: Side = "trainee") -> PauseRelationship:
    return PauseRelationship(by=by, on=on)


def resume(on: date = BACK, by: Side = "mentor") -> ResumeRelationship:
    return ResumeRelationship(by=by, on=on)


PAUSED = RelationshipPaused(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, by="trainee")
RESUMED = RelationshipResumed(happened_on=BACK, relationship_id=RELATIONSHIP_ID, by="mentor", paused_on=MONDAY)


def relationship_ended(on: date, said_on: date = MONDAY) -> RelationshipEnded:
    return RelationshipEnded(happened_on=said_on, relationship_id=RELATIONSHIP_ID, ended_on=on, reason="ended_by_them")


def test_either_pauses_and_either_resumes() -> None:
    given(RELATIONSHIP, OPENED).when(pause()).then(PAUSED)
    given(RELATIONSHIP, OPENED, PAUSED).when(resume()).then(RESUMED)


def test_a_pause_and_a_resumption_that_are_repeated_are_nothing_new() -> None:
    given(RELATIONSHIP, OPENED, PAUSED).when(pause()).then()
    given(RELATIONSHIP, OPENED, PAUSED, RESUMED).when(resume()).then()


def test_what_is_paused_is_not_paused_again_and_what_runs_is_not_resumed() -> None:
    again = given(RELATIONSHIP, OPENED, PAUSED).when(pause(MONDAY + DAY)).refused(NotPossibleNow)
    assert again.detail == "This relationship is paused since 21 September 2026 already."
    assert given(RELATIONSHIP, OPENED).when(resume()).refused(NotPossibleNow).detail.endswith("is not paused.")


@pytest.mark.parametrize("on", [STARTS_ON - DAY, ENDS_ON + DAY])
def test_a_pause_lies_within_the_relationship(on: date) -> None:
    given(RELATIONSHIP, OPENED).when(pause(on)).refused(OutsideTheRelationship, pointer="/on")


def test_days_of_pauses_follow_each_other() -> None:
    given(RELATIONSHIP, OPENED, PAUSED).when(resume(MONDAY)).refused(Invalid, pointer="/on")
    given(RELATIONSHIP, OPENED, PAUSED, RESUMED).when(pause(BACK - DAY)).refused(Invalid, pointer="/on")
    assert given(RELATIONSHIP, OPENED, PAUSED, RESUMED).when(pause(BACK)).refusal is None


@pytest.mark.parametrize(
    ("events", "day", "free"),
    [
        ((PAUSED,), MONDAY - DAY, True),
        ((PAUSED,), MONDAY, False),
        ((PAUSED,), BACK, False),
        ((PAUSED, RESUMED), MONDAY, False),
        ((PAUSED, RESUMED), BACK - DAY, False),
        ((PAUSED, RESUMED), BACK, True),
    ],
)
def test_no_meeting_is_recorded_on_a_day_of_a_pause(events: tuple[Events, ...], day: date, free: bool) -> None:
    relationship = given(RELATIONSHIP, OPENED, *events).state
    assert isinstance(relationship, Relationship)
    missed = RecordMeeting(
        relationship=relationship,
        meeting_id=meeting_id_on(RELATIONSHIP_ID, day),
        by="mentor",
        meeting=MissedMeeting(status="missed", on=day, reason="other"),
    )
    outcome = given(MEETING).when(missed)
    if free:
        assert outcome.refusal is None
    else:
        assert "paus" in outcome.refused(OutsideTheRelationship, pointer="/on").detail


def test_nothing_ends_before_what_is_recorded_in_it() -> None:
    late = MONDAY + WEEK
    breaking = BreakOffRelationship(on=late - DAY, recorded_on=late)
    refusal = given(RELATIONSHIP, OPENED).when(breaking).refused(Invalid, pointer="/on")
    assert "21 September" in refusal.detail or f"{late.day} " in refusal.detail
    early = proposal(late - DAY).model_copy(update={"recorded_on": late})
    given(RELATIONSHIP, OPENED).when(early).refused(Invalid, pointer="/last_day")


def proposal(last_day: date, by: Side = "mentor") -> ProposeEnd:
    return ProposeEnd(by=by, last_day=last_day, on=MONDAY)


PROPOSED = EndProposed(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, by="mentor", last_day=BACK)


def test_an_early_end_needs_both() -> None:
    given(RELATIONSHIP, OPENED).when(proposal(BACK)).then(PROPOSED)
    given(RELATIONSHIP, OPENED, PROPOSED).when(proposal(BACK)).then()
    given(RELATIONSHIP, OPENED, PROPOSED).when(proposal(BACK, "trainee")).then(relationship_ended(BACK))


def test_another_day_is_another_proposal() -> None:
    other = PROPOSED.model_copy(update={"by": "trainee", "last_day": BACK + DAY})
    given(RELATIONSHIP, OPENED, PROPOSED).when(proposal(BACK + DAY, "trainee")).then(other)
    given(RELATIONSHIP, OPENED, PROPOSED, other).when(proposal(BACK + DAY)).then(relationship_ended(BACK + DAY))


@pytest.mark.parametrize("last_day", [STARTS_ON - DAY, ENDS_ON])
def test_an_early_end_is_early_and_not_before_the_beginning(last_day: date) -> None:
    given(RELATIONSHIP, OPENED).when(proposal(last_day)).refused(Invalid, pointer="/last_day")


TAKEN_BACK = EndWithdrawn(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, by="mentor")


@pytest.mark.parametrize("by", ["mentor", "trainee"])
def test_a_proposed_end_is_taken_back_or_refused(by: Side) -> None:
    withdrawn = TAKEN_BACK.model_copy(update={"by": by})
    given(RELATIONSHIP, OPENED, PROPOSED).when(WithdrawEnd(by=by, on=MONDAY)).then(withdrawn)
    given(RELATIONSHIP, OPENED, PROPOSED, withdrawn).when(WithdrawEnd(by=by, on=MONDAY)).then()
    agreed = proposal(BACK, "trainee")
    again = PROPOSED.model_copy(update={"by": "trainee"})
    given(RELATIONSHIP, OPENED, PROPOSED, withdrawn).when(agreed).then(again)


BROKEN_OFF = RelationshipBrokenOff(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID)


@pytest.mark.parametrize("before", [(), (PAUSED,), (PROPOSED,)])
def test_a_break_off_ends_the_relationship_at_once_and_says_not_why(before: tuple[Events, ...]) -> None:
    outcome = given(RELATIONSHIP, OPENED, *before).when(BreakOffRelationship(on=MONDAY))
    outcome.then(BROKEN_OFF, relationship_ended(MONDAY))
    published = [publish(event) for event in outcome.events]
    told = [event.model_dump(mode="json").keys() - {"happened_on", "relationship_id"} for event in published if event]
    assert told == [set(), {"ended_on", "reason"}]


def test_what_is_over_is_not_broken_off() -> None:
    refusal = (
        given(RELATIONSHIP, OPENED, relationship_ended(MONDAY))
        .when(BreakOffRelationship(on=MONDAY))
        .refused(NotPossibleNow)
    )
    assert refusal.detail == "The last day of this relationship is 21 September 2026 already."
    given(RELATIONSHIP, OPENED, relationship_ended(MONDAY)).when(proposal(MONDAY - DAY)).refused(NotPossibleNow)


def test_nothing_more_is_arranged_with_somebody_who_was_erased() -> None:
    erased = ParticipantErased(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, person_id=TRAINEE_ID)
    given(RELATIONSHIP, OPENED, erased).when(BreakOffRelationship(on=MONDAY)).refused(Erased)
    given(RELATIONSHIP, OPENED, erased).when(pause()).refused(Erased)
