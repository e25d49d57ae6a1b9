"""The series of meetings: the two choose their days, the next four weeks are planned, either moves or cancels."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.sessions.domain.people import Erased
from services.sessions.domain.planning import PLANNING, PlanningDue
from services.sessions.domain.relationships import AgreementFirst, OutsideTheRelationship, Relationship
from services.sessions.domain.series import (
    SERIES,
    AddAgendaItem,
    AgendaItem,
    AgendaItemAdded,
    AgendaItemRemoved,
    CancellationReason,
    CancelledMeeting,
    CancelMeeting,
    Events,
    MeetingCancelled,
    MeetingMoved,
    MeetingPlanned,
    MeetingThatDay,
    MovedMeeting,
    MoveMeeting,
    NewSeries,
    NotPlannedAnyMore,
    PauseSeries,
    PlanMeetings,
    PlannedAhead,
    RemoveAgendaItem,
    ResumeSeries,
    SeriesSet,
    SetSeries,
    Weekday,
    planned_id_of,
)
from services.sessions.processes.planning import PLAN, PROCESSES
from shared.calendar import morning_of
from shared.events.absences import Absence
from shared.events.referral import CalendarPeriod
from shared.events.words import Side
from shared.kernel.decider import Invalid, NotAllowed, NotFound
from shared.kernel.processes import TaskRequest, TaskWithdrawal
from tests.support.given import given
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    ERASED,
    MENTOR_ID,
    MONDAY,
    OTHER_RELATIONSHIP_ID,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STARTS_ON,
    TRAINEE_ID,
    WEEK,
)

pytestmark = pytest.mark.covers("S2")
FIRST = planned_id_of(RELATIONSHIP_ID, MONDAY)
ITEM = OTHER_RELATIONSHIP_ID


def setting(*weekdays: Weekday, starts_on: date = MONDAY, relationship: Relationship = RELATIONSHIP) -> SetSeries:
    series = NewSeries(on=STARTS_ON, weekdays=weekdays or ("monday",), starts_on=starts_on)
    return SetSeries(relationship=relationship, by="mentor", series=series)


def planning(
    today: date = STARTS_ON,
    relationship: Relationship = RELATIONSHIP,
    absences: tuple[Absence, ...] = (),
    calendar: tuple[CalendarPeriod, ...] = (),
) -> PlanMeetings:
    return PlanMeetings(relationship=relationship, today=today, absences=absences, calendar=calendar)


def moving(to: date, by: Side = "trainee", planned_id: UUID = FIRST, **others: object) -> MoveMeeting:
    return MoveMeeting.model_validate(
        {
            "relationship": RELATIONSHIP,
            "by": by,
            "planned_id": planned_id,
            "moved": MovedMeeting(on=STARTS_ON, to=to, reason="clash"),
            **others,
        }
    )


def cancelling(by: Side = "mentor", planned_id: UUID = FIRST) -> CancelMeeting:
    cancelled = CancelledMeeting(on=STARTS_ON, reason="cover")
    return CancelMeeting(relationship=RELATIONSHIP, by=by, planned_id=planned_id, cancelled=cancelled)


def adding(by: Side = "trainee", relationship: Relationship = RELATIONSHIP) -> AddAgendaItem:
    item = AgendaItem(on=STARTS_ON, text="The last lesson of the day.")
    return AddAgendaItem(relationship=relationship, by=by, planned_id=FIRST, item_id=ITEM, item=item)


def removing(by: Side) -> RemoveAgendaItem:
    return RemoveAgendaItem(relationship=RELATIONSHIP, by=by, planned_id=FIRST, item_id=ITEM, on=STARTS_ON)


def set_to(*weekdays: Weekday, starts_on: date = MONDAY, every_weeks: int = 1) -> SeriesSet:
    return SeriesSet(
        happened_on=STARTS_ON,
        relationship_id=RELATIONSHIP_ID,
        by="mentor",
        weekdays=weekdays,
        every_weeks=every_weeks,
        starts_on=starts_on,
    )


def meeting_planned(day: date, on: date = STARTS_ON) -> MeetingPlanned:
    return MeetingPlanned(
        happened_on=on,
        relationship_id=RELATIONSHIP_ID,
        planned_id=planned_id_of(RELATIONSHIP_ID, day),
        planned_on=day,
    )


def ahead(until: date, on: date = STARTS_ON) -> PlannedAhead:
    return PlannedAhead(happened_on=on, relationship_id=RELATIONSHIP_ID, until=until)


def meeting_cancelled(
    reason: CancellationReason | None, by: Side = "mentor", planned_id: UUID = FIRST
) -> MeetingCancelled:
    return MeetingCancelled(
        happened_on=STARTS_ON, relationship_id=RELATIONSHIP_ID, planned_id=planned_id, by=by, reason=reason
    )


def meeting_moved(to: date, by: Side = "trainee") -> MeetingMoved:
    return MeetingMoved(
        happened_on=STARTS_ON,
        relationship_id=RELATIONSHIP_ID,
        planned_id=FIRST,
        by=by,
        planned_on=to,
        reason="clash",
    )


SET = set_to("monday")
ADDED = AgendaItemAdded(
    happened_on=STARTS_ON,
    relationship_id=RELATIONSHIP_ID,
    planned_id=FIRST,
    item_id=ITEM,
    by="trainee",
    mentor_id=MENTOR_ID,
    trainee_id=TRAINEE_ID,
    for_mentor="The last lesson of the day.",
    for_trainee="The last lesson of the day.",
)
REMOVED = AgendaItemRemoved(
    happened_on=STARTS_ON, relationship_id=RELATIONSHIP_ID, planned_id=FIRST, item_id=ITEM, by="trainee"
)
IN_FOUR_WEEKS = STARTS_ON + 4 * WEEK
FOUR = tuple(meeting_planned(MONDAY + n * WEEK) for n in range(4))
PLANNED: tuple[Events, ...] = (SET, *FOUR, ahead(IN_FOUR_WEEKS))


def test_the_two_choose_their_day_and_four_weeks_are_planned() -> None:
    given(SERIES).when(setting("monday")).then(SET)
    given(SERIES, SET).when(setting("monday")).then()
    given(SERIES, SET).when(planning()).then(*FOUR, ahead(IN_FOUR_WEEKS))
    given(SERIES, *PLANNED).when(planning()).then()
    given(SERIES, *PLANNED).when(planning(STARTS_ON + WEEK)).then(
        meeting_planned(MONDAY + 4 * WEEK, STARTS_ON + WEEK), ahead(IN_FOUR_WEEKS + WEEK, STARTS_ON + WEEK)
    )


def test_a_series_that_is_recorded_late_is_planned_from_the_day_on_which_the_two_chose() -> None:
    later = STARTS_ON + 2 * WEEK
    planned = (meeting_planned(MONDAY + n * WEEK, later) for n in range(6))
    given(SERIES, SET).when(planning(later)).then(*planned, ahead(later + 4 * WEEK, later))
    again = set_to("tuesday").model_copy(update={"happened_on": later})
    tuesdays = (meeting_planned(MONDAY + n * WEEK + timedelta(days=1), later) for n in range(1, 5))
    given(SERIES, *PLANNED, again).when(planning(later)).then(*tuesdays, ahead(later + 4 * WEEK, later))


def test_the_programmes_rhythm_says_how_many_days_and_in_which_weeks() -> None:
    refusal = given(SERIES).when(setting("monday", "friday")).refused(Invalid, pointer="/weekdays")
    assert refusal.detail == "By your programme's rhythm, choose 1 day of the week."
    twice = replace(RELATIONSHIP, meetings_per_week=2)
    given(SERIES).when(setting("friday", "monday", relationship=twice)).then(set_to("monday", "friday"))
    given(SERIES).when(setting("friday", relationship=twice)).refused(Invalid, pointer="/weekdays")
    given(SERIES).when(setting("monday", "monday", relationship=twice)).refused(Invalid, pointer="/weekdays")
    fortnightly = replace(RELATIONSHIP, meetings_per_week=0, weeks_between_meetings=2)
    rhythm = set_to("monday", every_weeks=2)
    given(SERIES).when(setting("monday", relationship=fortnightly)).then(rhythm)
    given(SERIES, rhythm).when(planning(relationship=fortnightly)).then(
        meeting_planned(MONDAY), meeting_planned(MONDAY + 2 * WEEK), ahead(IN_FOUR_WEEKS)
    )


@pytest.mark.parametrize("starts_on", [STARTS_ON - DAY, ENDS_ON + DAY])
def test_a_series_begins_within_the_relationship(starts_on: date) -> None:
    given(SERIES).when(setting("monday", starts_on=starts_on)).refused(Invalid, pointer="/starts_on")


def test_nothing_is_planned_where_the_two_cannot_meet() -> None:
    half_term = (CalendarPeriod(kind="holiday", starts_on=MONDAY + WEEK, ends_on=MONDAY + WEEK + 4 * DAY),)
    away = (Absence(reason="deferred", since=MONDAY + 2 * WEEK, until=MONDAY + 2 * WEEK),)
    paused = replace(RELATIONSHIP, paused_on=MONDAY + 3 * WEEK)
    given(SERIES, SET).when(planning(relationship=paused, absences=away, calendar=half_term)).then(
        meeting_planned(MONDAY), ahead(IN_FOUR_WEEKS)
    )


def test_planning_ends_with_the_relationship() -> None:
    late = ENDS_ON - WEEK
    outcome = given(SERIES, SET).when(planning(late))
    assert outcome.events[-1] == ahead(ENDS_ON, late)
    given(SERIES, SET, ahead(ENDS_ON)).when(planning(ENDS_ON)).then()
    given(SERIES, SET).when(planning(relationship=ERASED)).then()
    given(SERIES).when(planning()).then()


def test_other_days_replace_what_nobody_touched() -> None:
    other = set_to("tuesday", starts_on=MONDAY + WEEK)
    touched = (meeting_moved(MONDAY + 2 * DAY), *(ADDED.model_copy(update={"planned_id": FOUR[1].planned_id}),))
    given(SERIES, *PLANNED, *touched).when(setting("tuesday", starts_on=MONDAY + WEEK)).then(
        meeting_cancelled(None, planned_id=FOUR[2].planned_id),
        meeting_cancelled(None, planned_id=FOUR[3].planned_id),
        other,
    )


def test_the_old_days_can_come_back() -> None:
    replaced = [meeting_cancelled(None, planned_id=each.planned_id) for each in FOUR]
    back: tuple[Events, ...] = (SET, *FOUR, ahead(IN_FOUR_WEEKS), *replaced, set_to("tuesday"), SET)
    given(SERIES, *back).when(planning()).then(*FOUR, ahead(IN_FOUR_WEEKS))


def test_what_one_of_them_cancelled_is_not_planned_again() -> None:
    given(SERIES, *PLANNED, meeting_cancelled("cover"), set_to("tuesday"), SET).when(planning()).then(
        ahead(IN_FOUR_WEEKS)
    )


@pytest.mark.parametrize("by", ["mentor", "trainee"])
def test_either_moves_a_meeting_and_says_why(by: Side) -> None:
    given(SERIES, *PLANNED).when(moving(MONDAY + DAY, by)).then(meeting_moved(MONDAY + DAY, by))
    given(SERIES, *PLANNED, meeting_moved(MONDAY + DAY)).when(moving(MONDAY + DAY, by)).then()


def test_a_meeting_moves_to_a_day_on_which_they_can_meet_and_do_not_already() -> None:
    given(SERIES, *PLANNED).when(moving(MONDAY + WEEK)).refused(MeetingThatDay, pointer="/to")
    given(SERIES, *PLANNED).when(moving(ENDS_ON + DAY)).refused(OutsideTheRelationship, pointer="/to")
    holiday = (CalendarPeriod(kind="holiday", starts_on=MONDAY + DAY, ends_on=MONDAY + DAY),)
    refusal = given(SERIES, *PLANNED).when(moving(MONDAY + DAY, calendar=holiday)).refusal
    assert refusal is not None
    assert (refusal.pointer, "holidays" in refusal.detail) == ("/to", True)


@pytest.mark.parametrize("by", ["mentor", "trainee"])
def test_either_cancels_a_meeting_and_says_why(by: Side) -> None:
    given(SERIES, *PLANNED).when(cancelling(by)).then(meeting_cancelled("cover", by))
    given(SERIES, *PLANNED, meeting_cancelled("cover")).when(cancelling(by)).then()


def test_a_cancelled_meeting_is_planned_again_when_it_is_moved() -> None:
    given(SERIES, *PLANNED, meeting_cancelled("cover")).when(adding()).refused(NotPlannedAnyMore)
    given(SERIES, *PLANNED, meeting_cancelled("cover")).when(moving(MONDAY)).then(meeting_moved(MONDAY))
    given(SERIES, *PLANNED, meeting_cancelled("cover"), meeting_moved(MONDAY)).when(adding()).then(ADDED)
    given(SERIES, *PLANNED, meeting_cancelled(None)).when(moving(MONDAY + DAY)).refused(NotPlannedAnyMore)


def test_what_is_not_planned_is_not_found_and_what_is_erased_is_kept_from_changes() -> None:
    given(SERIES, SET).when(cancelling()).refused(NotFound)
    given(SERIES, *PLANNED).when(moving(MONDAY + DAY, relationship=ERASED)).refused(Erased)


def test_both_put_something_on_the_agenda_and_take_off_what_is_theirs() -> None:
    given(SERIES, *PLANNED).when(adding()).then(ADDED)
    given(SERIES, *PLANNED, ADDED).when(removing("mentor")).refused(NotAllowed)
    given(SERIES, *PLANNED, ADDED).when(removing("trainee")).then(REMOVED)
    given(SERIES, *PLANNED, ADDED, REMOVED).when(removing("trainee")).then()


def test_an_agenda_is_written_once_both_have_signed() -> None:
    unsigned = replace(RELATIONSHIP, agreement_first=True)
    given(SERIES, *PLANNED).when(adding(relationship=unsigned)).refused(AgreementFirst, pointer="/text")


def test_a_pause_takes_away_what_is_planned_and_what_is_recorded_stays() -> None:
    days = [MONDAY + nth * WEEK for nth in range(4)]
    pausing = PauseSeries(relationship=RELATIONSHIP, by="trainee", on=days[1], held=frozenset({days[3]}))
    paused = [
        meeting_cancelled("paused", "trainee", planned_id_of(RELATIONSHIP_ID, day)).model_copy(
            update={"happened_on": days[1]}
        )
        for day in days[1:3]
    ]
    given(SERIES, *PLANNED).when(pausing).then(*paused)
    given(SERIES, *PLANNED, *paused).when(pausing).then()
    given(SERIES).when(pausing).then()


def test_after_a_pause_the_series_is_planned_anew_on_the_same_days_of_the_week() -> None:
    back = MONDAY + 2 * WEEK
    resuming = ResumeSeries(relationship=RELATIONSHIP, by="mentor", on=back)
    pausing = PauseSeries(relationship=RELATIONSHIP, by="mentor", on=MONDAY)
    given(SERIES).when(resuming).then()
    paused = given(SERIES, *PLANNED).when(pausing).events
    anew = set_to("monday", starts_on=back).model_copy(update={"happened_on": back})
    given(SERIES, *PLANNED, *paused).when(resuming).then(anew)
    *planned, _ = given(SERIES, *PLANNED, *paused, anew).when(planning(back)).events
    days = [event.planned_on for event in planned if isinstance(event, MeetingPlanned)]
    assert days == [back + nth * WEEK for nth in range(5)]


def test_a_programme_says_whether_the_two_meet_on_bank_holidays() -> None:
    may_day = date(2027, 5, 3)
    relationship = replace(RELATIONSHIP, ends_on=may_day + WEEK)
    series = set_to("monday", starts_on=may_day)
    at = planning(may_day - WEEK, relationship)
    closed, opened = [
        given(SERIES, series).when(at.model_copy(update={"on_bank_holidays": on})).events for on in (False, True)
    ]
    assert [event.planned_on for event in closed if isinstance(event, MeetingPlanned)] == [may_day + WEEK]
    assert [event.planned_on for event in opened if isinstance(event, MeetingPlanned)] == [may_day, may_day + WEEK]


def due(on: date) -> PlanningDue:
    return PlanningDue(happened_on=STARTS_ON, relationship_id=RELATIONSHIP_ID, due_on=on)


def test_a_series_is_planned_at_once_and_then_every_week() -> None:
    given(PLANNING).when(SET).then(due(STARTS_ON))
    given(PLANNING, due(STARTS_ON)).when(ahead(IN_FOUR_WEEKS)).then(due(STARTS_ON + WEEK))
    given(PLANNING, due(STARTS_ON + WEEK)).when(ahead(IN_FOUR_WEEKS)).then()
    given(PLANNING, due(STARTS_ON + WEEK)).when(SET).then(due(STARTS_ON))


@pytest.mark.parametrize(("on", "at"), [(STARTS_ON, None), (STARTS_ON + WEEK, morning_of(STARTS_ON + WEEK))])
def test_what_is_due_is_done_at_once_or_in_the_morning(on: date, at: object) -> None:
    (process,) = PROCESSES
    requested: Sequence[object] = process.requests(due(on))
    about = {"relationship_id": str(RELATIONSHIP_ID)}
    assert requested == [TaskWithdrawal(PLAN), TaskRequest(PLAN, about, at)]  # type: ignore[arg-type]  # None or a time
