"""A meeting is held or missed, and recorded once."""

from datetime import date

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import ValidationError

from services.sessions.domain.meetings import (
    MEETING,
    AlreadyRecorded,
    HeldMeeting,
    MeetingHeld,
    MeetingMissed,
    MissedMeeting,
    NotYourReflection,
    RecordMeeting,
    TooManyTargets,
    meeting_id_on,
)
from services.sessions.domain.relationships import OutsideTheRelationship
from services.sessions.domain.targets import TargetDetails
from tests.support.given import given
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    MONDAY,
    OTHER_RELATIONSHIP_ID,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    TRAINEE_ID,
    WEEK,
)

MEETING_ID = meeting_id_on(RELATIONSHIP_ID, MONDAY)
HOLD = RecordMeeting(
    relationship=RELATIONSHIP,
    meeting_id=MEETING_ID,
    by="mentor",
    meeting=HeldMeeting(
        status="held", on=MONDAY, minutes=50, agenda_by="mentee", discussed="Starters that settle the class."
    ),
)
MISS = RecordMeeting(
    relationship=RELATIONSHIP,
    meeting_id=MEETING_ID,
    by="trainee",
    meeting=MissedMeeting(status="missed", on=MONDAY, reason="cover"),
)
TARGET = TargetDetails(text="Wait three seconds.", due_on=MONDAY + WEEK)
HELD = MeetingHeld(
    happened_on=MONDAY,
    meeting_id=MEETING_ID,
    relationship_id=RELATIONSHIP_ID,
    trainee_id=TRAINEE_ID,
    by="mentor",
    minutes=50,
    agenda_by="mentee",
    discussed="Starters that settle the class.",
)
MISSED = MeetingMissed(
    happened_on=MONDAY,
    meeting_id=MEETING_ID,
    relationship_id=RELATIONSHIP_ID,
    trainee_id=TRAINEE_ID,
    by="trainee",
    reason="cover",
)


def changed(command: RecordMeeting, **fields: object) -> RecordMeeting:
    return command.model_copy(update={"meeting": command.meeting.model_copy(update=fields)})


@pytest.mark.covers("S2")
def test_the_mentor_records_a_meeting_that_was_held() -> None:
    given(MEETING).when(HOLD).then(HELD)


@pytest.mark.covers("S2")
def test_the_trainee_records_a_meeting_that_was_missed() -> None:
    given(MEETING).when(MISS).then(MISSED)


@pytest.mark.covers("S2")
@pytest.mark.parametrize("again", [HOLD, MISS])
def test_a_meeting_that_was_missed_stays_missed(again: RecordMeeting) -> None:
    refusal = given(MEETING, MISSED).when(again).refused(AlreadyRecorded)
    assert refusal.detail == "The meeting of 21 September 2026 is recorded as missed already; it cannot be changed."


@pytest.mark.parametrize("again", [HOLD, MISS])
def test_a_meeting_that_was_held_stays_held(again: RecordMeeting) -> None:
    given(MEETING, HELD).when(again).refused(AlreadyRecorded)


@pytest.mark.parametrize("command", [HOLD, MISS])
def test_a_meeting_lies_within_its_relationship(command: RecordMeeting) -> None:
    late = changed(command, on=ENDS_ON + DAY)
    given(MEETING).when(late).refused(OutsideTheRelationship, pointer="/on")


@pytest.mark.covers("S2")
def test_a_meeting_may_set_three_targets() -> None:
    given(MEETING).when(changed(HOLD, targets=(TARGET,) * 3)).then(HELD)


@pytest.mark.covers("S2")
def test_the_fourth_target_is_refused() -> None:
    given(MEETING).when(changed(HOLD, targets=(TARGET,) * 4)).refused(TooManyTargets, pointer="/targets/3")


def test_the_trainee_writes_a_reflection() -> None:
    reflected = HELD.model_copy(update={"by": "trainee", "reflection": "I talk too much."})
    given(MEETING).when(changed(HOLD, reflection="I talk too much.").model_copy(update={"by": "trainee"})).then(
        reflected
    )


def test_nobody_reflects_for_the_trainee() -> None:
    given(MEETING).when(changed(HOLD, reflection="You talk too much.")).refused(
        NotYourReflection, pointer="/reflection"
    )


@pytest.mark.parametrize("minutes", [0, 241])
def test_a_meeting_lasts_one_minute_to_four_hours(minutes: int) -> None:
    with pytest.raises(ValidationError):
        HeldMeeting.model_validate(HOLD.meeting.model_dump() | {"minutes": minutes})


@drawn(st.dates(), st.dates())
def test_a_relationship_has_one_meeting_a_day(one: date, other: date) -> None:
    assert (meeting_id_on(RELATIONSHIP_ID, one) == meeting_id_on(RELATIONSHIP_ID, other)) == (one == other)
    assert meeting_id_on(RELATIONSHIP_ID, one) != meeting_id_on(OTHER_RELATIONSHIP_ID, one)
