"""The portal remembers what others' events say is due, and forgets what is done."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.portal.domain.dues import (
    HOLIDAYS,
    MEETING,
    MENTORING,
    PROPOSAL,
    TARGET,
    TRAINING,
    ClosedDays,
    HolidaysChanged,
    MeetingRecorded,
    MentoringChanged,
    ProposalChanged,
    TargetChanged,
    TrainingChanged,
)
from services.portal.projections.dues import MENTORINGS, OPEN_PROPOSALS, OPEN_TARGETS, TRAINEES_AWAY
from shared.events import matching, referral, sessions
from shared.events.referral import CalendarPeriod
from tests.support.given import given

pytestmark = pytest.mark.covers("U8")
DAY, LATER = date(2026, 9, 1), date(2026, 10, 1)
RELATIONSHIP, TRAINEE, MENTOR, OTHER, PAIR = (UUID(int=number) for number in range(1, 6))
TERMS: dict[str, Any] = {
    "relationship_id": RELATIONSHIP,
    "trainee_id": TRAINEE,
    "mentor_id": MENTOR,
    "school_urn": "900001",
    "starts_on": DAY,
    "ends_on": date(2027, 6, 30),
    "meetings_per_week": 1,
    "weeks_between_meetings": None,
}
OPENED = sessions.RelationshipOpened(**TERMS, programme_id=PAIR, mentor_minutes_per_week=60, happened_on=DAY)
KNOWN = MentoringChanged(**TERMS, happened_on=DAY)


def mentoring(**changed: Any) -> MentoringChanged:
    return MentoringChanged(**{**TERMS, **changed}, happened_on=LATER)


def test_a_relationship_is_known_once() -> None:
    given(MENTORING).when(OPENED).then(KNOWN)
    given(MENTORING, KNOWN).when(OPENED).then()


@pytest.mark.parametrize(
    ("news", "changed"),
    [
        (sessions.RelationshipPaused(relationship_id=RELATIONSHIP, happened_on=LATER), {"paused_on": LATER}),
        (sessions.RelationshipBrokenOff(relationship_id=RELATIONSHIP, happened_on=LATER), {"ends_on": LATER}),
        (
            sessions.RelationshipEnded(
                relationship_id=RELATIONSHIP, ended_on=DAY, reason="trainee_left", happened_on=LATER
            ),
            {"ends_on": DAY},
        ),
        (
            sessions.RelationshipMoved(relationship_id=RELATIONSHIP, school_urn="900002", happened_on=LATER),
            {"school_urn": "900002"},
        ),
        (
            sessions.RelationshipRehomed(
                relationship_id=RELATIONSHIP, trainee_id=OTHER, mentor_id=MENTOR, happened_on=LATER
            ),
            {"trainee_id": OTHER},
        ),
    ],
)
def test_what_happens_to_a_relationship_is_taken_over(news: Any, changed: dict[str, Any]) -> None:
    given(MENTORING, KNOWN).when(news).then(mentoring(**changed))
    given(MENTORING, KNOWN, mentoring(**changed)).when(news).then()
    given(MENTORING).when(news).then()


def test_a_relationship_that_was_paused_is_resumed() -> None:
    resumed = sessions.RelationshipResumed(relationship_id=RELATIONSHIP, paused_on=DAY, happened_on=LATER)
    given(MENTORING, KNOWN, mentoring(paused_on=DAY)).when(resumed).then(mentoring())


def test_the_days_of_a_pause_that_is_over_are_kept_until_the_last_one() -> None:
    def row_after(*events: MentoringChanged) -> Any:
        rows: dict[Any, Any] = {}
        MENTORINGS.fold(rows, [("t", event) for event in events])
        (row,) = rows.values()
        return row

    paused, resumed = mentoring(paused_on=DAY).model_copy(update={"happened_on": DAY}), mentoring()
    moved = mentoring(paused_on=DAY, school_urn="900002")
    days = {"first_day": "2026-09-01", "last_day": "2026-09-30"}
    assert row_after(KNOWN, paused, moved).pauses == ()
    assert row_after(KNOWN, paused, moved).paused_on == DAY
    assert row_after(KNOWN, paused, resumed, moved).pauses == (days,)
    assert row_after(KNOWN, paused, KNOWN).pauses == (), "it was resumed on the day of its pause"
    assert row_after(KNOWN, paused, resumed, mentoring(paused_on=LATER), resumed).pauses == (days,)


def test_the_last_word_on_a_meeting_is_its_day() -> None:
    about = {"meeting_id": PAIR, "relationship_id": RELATIONSHIP}
    held = sessions.MeetingHeld(**about, minutes=30, happened_on=DAY)
    missed = sessions.MeetingMissed(**about, reason="cover", happened_on=LATER)
    first, second = (MeetingRecorded(**about, on=day, happened_on=day) for day in (DAY, LATER))
    given(MEETING).when(held).then(first)
    given(MEETING, first).when(held).then()
    given(MEETING, first).when(missed).then(second)


@pytest.mark.parametrize(("status", "is_open"), [("progressing", True), ("met", False), ("dropped", False)])
def test_a_target_is_due_until_it_is_met_or_dropped(status: Any, is_open: bool) -> None:
    about = {"target_id": PAIR, "relationship_id": RELATIONSHIP}
    target = sessions.TargetSet(**about, trainee_id=TRAINEE, due_on=LATER, happened_on=DAY)
    reviewed = sessions.TargetReviewed(**about, trainee_id=TRAINEE, status=status, happened_on=DAY)
    known = TargetChanged(**about, due_on=LATER, is_open=True, happened_on=DAY)
    given(TARGET).when(target).then(known)
    given(TARGET, known).when(reviewed).then(*([] if is_open else [known.model_copy(update={"is_open": False})]))
    given(TARGET).when(reviewed).then()
    rows: dict[Any, Any] = {}
    OPEN_TARGETS.fold(rows, [("t", known), ("t", known.model_copy(update={"is_open": is_open}))])
    assert [row is not None for row in rows.values()] == [is_open]


def test_a_proposal_waits_until_it_is_closed() -> None:
    about = {"pair_id": PAIR, "trainee_id": TRAINEE, "mentor_id": MENTOR}
    more = {"programme_id": OTHER, "referral_id": OTHER, "round_id": OTHER, "offer_id": OTHER}
    proposed = matching.PairProposed(**about, **more, school_urn="900001", travel_minutes=20, happened_on=DAY)
    declined = matching.PairDeclined(**about, programme_id=OTHER, by="mentor", happened_on=DAY)
    known = ProposalChanged(**about, school_urn="900001", is_open=True, happened_on=DAY)
    closed = known.model_copy(update={"is_open": False})
    given(PROPOSAL).when(proposed).then(known)
    given(PROPOSAL, known).when(declined).then(closed)
    given(PROPOSAL, known, closed).when(declined).then()
    given(PROPOSAL).when(declined).then()
    rows: dict[Any, Any] = {}
    OPEN_PROPOSALS.fold(rows, [("t", known), ("t", closed)])
    assert list(rows.values()) == [None]


def test_the_holidays_of_a_school_are_read_from_its_calendar() -> None:
    periods = (CalendarPeriod(kind="holiday", starts_on=DAY, ends_on=LATER),)
    news = referral.SchoolCalendarRecorded(urn="900001", periods=periods, happened_on=DAY)
    closed = (ClosedDays(first_day=DAY, last_day=LATER),)
    known = HolidaysChanged(urn="900001", closed=closed, happened_on=DAY)
    given(HOLIDAYS).when(news).then(known)
    given(HOLIDAYS, known).when(news).then()


def test_a_trainee_who_defers_is_away_until_they_return() -> None:
    def news(standing: Any) -> referral.TraineeStandingChanged:
        return referral.TraineeStandingChanged(trainee_id=TRAINEE, standing=standing, happened_on=DAY)

    away, back = (
        TrainingChanged(trainee_id=TRAINEE, is_in_training=is_in_training, happened_on=DAY)
        for is_in_training in (False, True)
    )
    given(TRAINING).when(news("in_training")).then()
    given(TRAINING).when(news("deferred")).then(away)
    given(TRAINING, away).when(news("withdrawn")).then()
    given(TRAINING, away).when(news("in_training")).then(back)
    rows: dict[Any, Any] = {}
    TRAINEES_AWAY.fold(rows, [("t", away)])
    assert [row.since for row in rows.values()] == [DAY]
    TRAINEES_AWAY.fold(rows, [("t", back)])
    assert not any(rows.values()), "they were back on the day on which they left"
    TRAINEES_AWAY.fold(rows, [("t", away), ("t", back.model_copy(update={"happened_on": LATER}))])
    (row,) = rows.values()
    assert (row.since, row.absences) == (None, ({"first_day": "2026-09-01", "last_day": "2026-09-30"},))
    TRAINEES_AWAY.fold(rows, [("t", away.model_copy(update={"happened_on": LATER}))])
    assert [(row.since, len(row.absences)) for row in rows.values()] == [(LATER, 1)]
