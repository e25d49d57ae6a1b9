"""A meeting is held or missed and recorded once, amended in the programme's days, acknowledged by the other side."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.sessions.domain.absences import NobodyThere
from services.sessions.domain.amendments import TooLateToAmend
from services.sessions.domain.calendars import NobodyAtSchool
from services.sessions.domain.meetings import (
    MEETING,
    AcknowledgeMeeting,
    AlreadyRecorded,
    AmendedHeldMeeting,
    AmendedMissedMeeting,
    AmendMeeting,
    HeldMeeting,
    Meeting,
    MissedMeeting,
    NewMeeting,
    NotYourReflection,
    RecordMeeting,
    TooManyTargets,
    YourOwnRecord,
    meeting_id_on,
)
from services.sessions.domain.people import Erased
from services.sessions.domain.relationships import OutsideTheRelationship
from services.sessions.domain.targets import TargetDetails
from shared.events.absences import Absence
from shared.events.referral import CalendarPeriod
from shared.events.words import Side
from shared.kernel.decider import DomainError, Invalid, NotFound
from shared.kernel.postgres.personal import subjects_of
from tests.support.given import given
from tests.unit.sessions import example_events
from tests.unit.sessions.example_events import ACKNOWLEDGED
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    ERASED,
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
HELD = example_events.HELD.model_copy(update={"discussed": "Starters that settle the class."})
MISSED = example_events.MISSED.model_copy(update={"happened_on": MONDAY, "meeting_id": MEETING_ID})


def change_meeting(command: RecordMeeting, **fields: object) -> RecordMeeting:
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
    assert refusal.detail == "The meeting of 21 September 2026 is recorded as missed; amend that record."


@pytest.mark.parametrize("again", [HOLD, MISS])
def test_a_meeting_that_was_held_stays_held(again: RecordMeeting) -> None:
    given(MEETING, HELD).when(again).refused(AlreadyRecorded)


@pytest.mark.parametrize("command", [HOLD, MISS])
def test_a_meeting_lies_within_its_relationship(command: RecordMeeting) -> None:
    late = change_meeting(command, on=ENDS_ON + DAY)
    given(MEETING).when(late).refused(OutsideTheRelationship, pointer="/on")


@pytest.mark.covers("S2")
def test_a_meeting_may_set_three_targets() -> None:
    given(MEETING).when(change_meeting(HOLD, targets=(TARGET,) * 3)).then(HELD)


@pytest.mark.covers("S2")
def test_the_fourth_target_is_refused() -> None:
    given(MEETING).when(change_meeting(HOLD, targets=(TARGET,) * 4)).refused(TooManyTargets, pointer="/targets/3")


def test_the_trainee_writes_a_reflection() -> None:
    reflected = HELD.model_copy(update={"by": "trainee", "reflection": "I talk too much."})
    given(MEETING).when(change_meeting(HOLD, reflection="I talk too much.").model_copy(update={"by": "trainee"})).then(
        reflected
    )


def test_nobody_reflects_for_the_trainee() -> None:
    given(MEETING).when(change_meeting(HOLD, reflection="You talk too much.")).refused(
        NotYourReflection, pointer="/reflection"
    )


@pytest.mark.covers("S2")
def test_the_trainee_says_how_it_goes_and_the_number_is_sealed_with_the_trainees_key() -> None:
    (held,) = given(MEETING).when(change_meeting(HOLD, pulse=2).model_copy(update={"by": "trainee"})).events
    assert held == HELD.model_copy(update={"by": "trainee", "pulse": "2"})
    assert subjects_of(held) == {str(TRAINEE_ID)}


def test_nobody_says_for_the_trainee_how_it_goes() -> None:
    given(MEETING).when(change_meeting(HOLD, pulse=5)).refused(NotYourReflection, pointer="/pulse")


def test_a_meeting_needs_no_agenda() -> None:
    given(MEETING).when(change_meeting(HOLD, agenda_by=None)).then(HELD.model_copy(update={"agenda_by": None}))


@pytest.mark.parametrize("pulse", [0, 6])
def test_the_pulse_goes_from_one_to_five(pulse: int) -> None:
    with pytest.raises(ValidationError):
        HeldMeeting.model_validate(HOLD.meeting.model_dump() | {"pulse": pulse})


def test_nothing_is_recorded_with_a_person_who_was_erased() -> None:
    given(MEETING).when(HOLD.model_copy(update={"relationship": ERASED})).refused(Erased)
    given(MEETING, MISSED).when(amend().model_copy(update={"relationship": ERASED})).refused(Erased)
    given(MEETING, MISSED).when(acknowledge().model_copy(update={"relationship": ERASED})).refused(Erased)


def amend(by: Side = "mentor", today: date = MONDAY + DAY, **fields: object) -> AmendMeeting:
    new = AmendedHeldMeeting(status="held", amended_on=MONDAY + DAY, minutes=40, discussed="Questions.")
    new = new.model_copy(update=fields)
    return AmendMeeting(relationship=RELATIONSHIP, meeting_id=MEETING_ID, by=by, meeting=new, today=today)


def acknowledge(by: Side = "mentor", on: date = MONDAY + DAY) -> AcknowledgeMeeting:
    return AcknowledgeMeeting(relationship=RELATIONSHIP, meeting_id=MEETING_ID, by=by, on=on)


AMENDED = example_events.AMENDED.model_copy(update={"discussed": "Questions."})


@pytest.mark.covers("S2")
def test_a_meeting_that_was_recorded_as_missed_by_mistake_is_amended_to_held() -> None:
    given(MEETING, MISSED).when(amend()).then(AMENDED)


@pytest.mark.covers("S2")
def test_a_meeting_that_was_recorded_as_held_by_mistake_is_amended_to_missed() -> None:
    missed = AmendedMissedMeeting(status="missed", on=MONDAY, amended_on=MONDAY + DAY, reason="cover")
    command = amend().model_copy(update={"by": "trainee", "meeting": missed})
    as_missed = MISSED.model_copy(update={"version_number": 2, "amended_on": MONDAY + DAY})
    given(MEETING, HELD).when(command).then(as_missed)


def test_each_amendment_is_a_version_of_its_own() -> None:
    third = AMENDED.model_copy(update={"version_number": 3, "minutes": 45})
    given(MEETING, HELD, AMENDED).when(amend(minutes=45)).then(third)


def test_a_meeting_can_be_amended_in_the_days_that_the_programme_gives_and_no_longer() -> None:
    last = MONDAY + 14 * DAY
    given(MEETING, HELD).when(amend(today=last, amended_on=last)).then(AMENDED.model_copy(update={"amended_on": last}))
    refusal = given(MEETING, HELD).when(amend(today=last + DAY, amended_on=MONDAY)).refused(TooLateToAmend)
    assert "until 5 October 2026" in refusal.detail


@pytest.mark.covers("S2")
def test_what_is_recorded_late_can_be_amended_for_as_many_days_as_what_is_recorded_at_once() -> None:
    late = HELD.model_copy(update={"sent_on": MONDAY + 60 * DAY})
    again = AMENDED.model_copy(update={"version_number": 3})
    last = MONDAY + 74 * DAY
    assert given(MEETING, late).when(amend(today=last, amended_on=MONDAY + DAY)).refusal is None
    assert given(MEETING, late, AMENDED).when(amend(today=last, amended_on=MONDAY + DAY)).events == [again]
    refusal = given(MEETING, late).when(amend(today=last + DAY, amended_on=MONDAY)).refused(TooLateToAmend)
    assert "until 4 December 2026" in refusal.detail


def test_a_meeting_is_not_amended_before_it_is_held() -> None:
    given(MEETING, HELD).when(amend(amended_on=MONDAY - DAY)).refused(Invalid, pointer="/amended_on")


@pytest.mark.covers("S2")
def test_a_meeting_that_was_recorded_on_the_wrong_day_is_amended_to_the_day_on_which_it_was() -> None:
    tuesday = AMENDED.model_copy(update={"happened_on": MONDAY + DAY, "corrected_from": MONDAY})
    given(MEETING, HELD).when(amend(on=MONDAY + DAY)).then(tuesday)
    moved = given(MEETING, HELD, tuesday)
    assert moved.state == Meeting(RELATIONSHIP_ID, "held", MONDAY + DAY, "mentor", MONDAY, version=2, minutes=40)
    moved.when(amend(on=MONDAY + DAY)).then(tuesday.model_copy(update={"version_number": 3, "corrected_from": None}))


def test_another_day_leaves_the_days_for_amending_as_they_are() -> None:
    last = MONDAY + 14 * DAY
    later = AMENDED.model_copy(update={"happened_on": MONDAY + 10 * DAY, "corrected_from": MONDAY})
    given(MEETING, HELD, later).when(amend(today=last + DAY, amended_on=last)).refused(TooLateToAmend)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"relationship": replace(RELATIONSHIP, starts_on=MONDAY)}, OutsideTheRelationship),
        ({"relationship": replace(RELATIONSHIP, paused_on=MONDAY - WEEK)}, OutsideTheRelationship),
        ({"relationship": replace(RELATIONSHIP, pauses=((MONDAY - WEEK, MONDAY),))}, OutsideTheRelationship),
        ({"absences": (Absence(reason="deferred", since=MONDAY - WEEK, until=MONDAY - DAY),)}, NobodyThere),
        (
            {"calendar": (CalendarPeriod(kind="holiday", starts_on=MONDAY - WEEK, ends_on=MONDAY - DAY),)},
            NobodyAtSchool,
        ),
        ({"recorded_that_day": "missed"}, AlreadyRecorded),
    ],
    ids=["before the first day", "paused", "in a pause", "away", "holidays", "another meeting"],
)
def test_a_meeting_is_corrected_to_a_day_only_if_it_could_be_recorded_on_it(
    fields: dict[str, Any], refusal: type[DomainError]
) -> None:
    friday = MONDAY - 3 * DAY
    given(MEETING, HELD).when(amend(on=friday)).then(
        AMENDED.model_copy(update={"happened_on": friday, "corrected_from": MONDAY})
    )
    given(MEETING, HELD).when(amend(on=friday).model_copy(update=fields)).refused(refusal, pointer="/on")
    given(MEETING, HELD).when(amend(on=MONDAY).model_copy(update=fields)).then(AMENDED)


@pytest.mark.parametrize(("field", "value"), [("reflection", "You talk too much."), ("pulse", 1)])
def test_an_amendment_by_the_mentor_does_not_speak_for_the_trainee(field: str, value: object) -> None:
    given(MEETING, HELD).when(amend("mentor", MONDAY + DAY, **{field: value})).refused(
        NotYourReflection, pointer=f"/{field}"
    )


@pytest.mark.parametrize("command", [amend(), acknowledge()])
def test_a_meeting_that_nobody_recorded_is_neither_amended_nor_acknowledged(command: Any) -> None:
    given(MEETING).when(command).refused(NotFound)


@pytest.mark.covers("S2")
def test_the_side_that_did_not_write_the_record_acknowledges_it_once() -> None:
    given(MEETING, MISSED).when(acknowledge()).then(ACKNOWLEDGED)
    given(MEETING, MISSED, ACKNOWLEDGED).when(acknowledge()).then()


def test_nobody_acknowledges_what_they_wrote_themselves() -> None:
    given(MEETING, MISSED).when(acknowledge(by="trainee")).refused(YourOwnRecord)
    given(MEETING, MISSED, AMENDED).when(acknowledge(by="mentor")).refused(YourOwnRecord)


def test_an_amended_meeting_must_be_acknowledged_again() -> None:
    amended = AMENDED.model_copy(update={"by": "trainee", "version_number": 3})
    after = given(MEETING, MISSED, ACKNOWLEDGED, amended)
    assert after.state == Meeting(RELATIONSHIP_ID, "held", MONDAY, "trainee", MISSED.happened_on, version=3, minutes=40)
    after.when(acknowledge()).then(ACKNOWLEDGED.model_copy(update={"version_number": 4}))


def test_a_meeting_is_not_acknowledged_before_its_day() -> None:
    given(MEETING, MISSED).when(acknowledge(on=MONDAY - DAY)).refused(Invalid, pointer="/on")


@pytest.mark.parametrize("minutes", [0, 241])
def test_a_meeting_lasts_one_minute_to_four_hours(minutes: int) -> None:
    with pytest.raises(ValidationError):
        HeldMeeting.model_validate(HOLD.meeting.model_dump() | {"minutes": minutes})


@drawn(st.dates(), st.dates())
def test_a_relationship_has_one_meeting_a_day(one: date, other: date) -> None:
    assert (meeting_id_on(RELATIONSHIP_ID, one) == meeting_id_on(RELATIONSHIP_ID, other)) == (one == other)
    assert meeting_id_on(RELATIONSHIP_ID, one) != meeting_id_on(OTHER_RELATIONSHIP_ID, one)


def leaves(sent: object) -> int:
    """How many single fields somebody fills in."""
    match sent:
        case dict():
            return sum(leaves(part) for part in sent.values())
        case list():
            return sum(leaves(part) for part in sent)
        case _:
            return 1


@pytest.mark.covers("S2")
def test_held_minutes_and_a_target_is_one_request_of_five_fields_and_done() -> None:
    sent = {
        "status": "held",
        "on": MONDAY.isoformat(),
        "minutes": 45,
        "targets": [{"text": "Wait three seconds.", "due_on": (MONDAY + WEEK).isoformat()}],
    }
    meeting: NewMeeting = TypeAdapter(NewMeeting).validate_json(json.dumps(sent))
    assert leaves(sent) <= 5
    recording = RecordMeeting(
        relationship=RELATIONSHIP, meeting_id=meeting_id_on(RELATIONSHIP_ID, MONDAY), by="mentor", meeting=meeting
    )
    assert given(MEETING).when(recording).refusal is None
