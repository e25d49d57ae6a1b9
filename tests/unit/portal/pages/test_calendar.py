"""A calendar shows what is due for its owner, on the right days, and in a form that calendars read."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Timezone

from services.portal.calls.answers import (
    DaysOfPlacement,
    DueAssessment,
    DueTask,
    PlannedMeeting,
    PlannedObservation,
    ProposedPair,
    RelationshipWithRecord,
    Series,
    Target,
)
from services.portal.calls.sessions import Mentoring
from services.portal.pages.calendar.entries import (
    SHOWN_AFTER,
    SHOWN_BEFORE,
    DueInMentoring,
    Entry,
    entries_around,
    entries_of_mentoring,
    entries_of_proposals,
    entries_of_tasks,
)
from services.portal.pages.calendar.writing import write_calendar
from services.portal.queries.calendars import EntryVersion

pytestmark = pytest.mark.covers("U7")
TODAY = date(2026, 10, 1)
MENTOR, TRAINEE = uuid4(), uuid4()
URL = "https://portal.example"
CHANGED = datetime(2026, 9, 30, 9, tzinfo=UTC)


def mentoring(meetings: tuple[PlannedMeeting, ...] = (), targets: tuple[Target, ...] = ()) -> Mentoring:
    relationship = RelationshipWithRecord(
        relationship_id=UUID(int=1),
        programme_id=uuid4(),
        trainee_id=TRAINEE,
        mentor_id=MENTOR,
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=90),
        amend_within_days=14,
        agreement_first=False,
        agreed_on=None,
        paused_on=None,
        role="lead",
        meetings=(),
        targets=targets,
    )
    return Mentoring(relationship, Series(meetings=meetings), TODAY)


def plan(on: date, status: str = "planned", planned_id: UUID | None = None) -> PlannedMeeting:
    fields = {"planned_id": planned_id or uuid4(), "planned_on": on, "status": status, "outcome": None}
    return PlannedMeeting.model_validate(fields)


def write(entries: list[Entry], sequence: int = 0) -> Calendar:
    versions = {entry.name: EntryVersion(sequence, CHANGED) for entry in entries}
    read = Calendar.from_ical(write_calendar(entries, versions, URL, TODAY))
    assert isinstance(read, Calendar)
    return read


def test_meetings_targets_assessments_observations_and_days_have_their_days() -> None:
    day = DaysOfPlacement.model_validate(
        {
            "half_days": [{"on": TODAY, "half": half, "state": "planned"} for half in ("morning", "afternoon")]
            + [{"on": TODAY + timedelta(days=1), "half": "morning", "state": "planned"}]
            + [{"on": TODAY + timedelta(days=2), "half": "morning", "state": "logged"}]
        }
    )
    target = Target(target_id=uuid4(), set_on=TODAY, due_on=TODAY + timedelta(days=5), status="open", text="Secret.")
    met = target.model_copy(update={"target_id": uuid4(), "status": "met"})
    observed = [
        PlannedObservation(observation_id=uuid4(), planned_on=TODAY, called_off=called_off, held_on=held_on)
        for called_off, held_on in ((False, None), (True, None), (False, TODAY))
    ]
    assessed = [DueAssessment(kind="interim", due_on=TODAY, state=state) for state in (None, "acknowledged")]
    due = DueInMentoring(mentoring((plan(TODAY), plan(TODAY, "cancelled")), (target, met)), observed, assessed, day)
    entries = list(entries_of_mentoring(due, TRAINEE, None))
    summaries = [(entry.summary, entry.on - TODAY, entry.is_cancelled) for entry in entries]
    none = timedelta()
    assert summaries == [
        ("Mentoring meeting", none, False),
        ("Mentoring meeting", none, True),
        ("Observation of a lesson", none, False),
        ("Observation of a lesson", none, True),
        ("An assessment is due", none, False),
        ("A target is due", timedelta(days=5), False),
        ("A day at school", none, False),
        ("A morning at school", timedelta(days=1), False),
    ]
    assert {entry.about for entry in entries[:6]} == {MENTOR}
    assert len({entry.name for entry in entries}) == len(entries)
    assert b"Secret" not in write(entries).to_ical()


def test_a_proposal_is_due_for_whoever_has_not_answered_it() -> None:
    pair = ProposedPair(
        pair_id=uuid4(), mentor_id=MENTOR, trainee_id=TRAINEE, accepted_by=("trainee",), answer_by=TODAY
    )
    assert [each.about for each in entries_of_proposals([pair], "mentor", MENTOR)] == [TRAINEE]
    assert len(list(entries_of_proposals([pair], "school_lead", uuid4()))) == 1
    assert list(entries_of_proposals([pair], "trainee", TRAINEE)) == []


def test_an_assessor_sees_what_is_to_be_done_by_which_day() -> None:
    task = DueTask(task="submit", kind="final", due_on=TODAY, relationship_id=uuid4(), trainee_id=TRAINEE)
    (entry,) = entries_of_tasks([task])
    assert (entry.summary, entry.on, entry.about) == ("An assessment is to be submitted", TODAY, TRAINEE)


@given(days=st.lists(st.integers(-1000, 1000), max_size=30))
@settings(max_examples=50)
def test_a_calendar_reaches_some_way_back_and_ahead(days: list[int]) -> None:
    entries = [Entry(f"{number}", "", TODAY + timedelta(days=day), "/") for number, day in enumerate(days)]
    shown = entries_around(entries, TODAY)
    assert {each.name for each in entries} - {each.name for each in shown} == {
        each.name for each in entries if not TODAY - SHOWN_BEFORE <= each.on <= TODAY + SHOWN_AFTER
    }
    assert [each.on for each in shown] == sorted(each.on for each in shown)


@given(
    on=st.dates(date(2020, 1, 1), date(2037, 1, 1)),
    at=st.none() | st.times(min_value=time(5)).map(lambda at: at.replace(second=0, microsecond=0)),
    sequence=st.integers(0, 1000),
    summary=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=200),
)
@settings(max_examples=100)
def test_what_is_written_is_read_again(on: date, at: time | None, sequence: int, summary: str) -> None:
    entry = Entry("meeting-1", summary, on, "/mentoring/1", at=at, takes_time=at is not None)
    calendar = write([entry], sequence)
    (event,) = calendar.walk("VEVENT")
    begins, ends = event.decoded("dtstart"), event.decoded("dtend")
    if at is None:
        assert (begins, ends) == (on, on + timedelta(days=1))
    else:
        assert (begins.replace(tzinfo=None), begins.tzinfo.key) == (datetime.combine(on, at), "Europe/London")
        assert ends - begins == timedelta(hours=1)
    assert (event.decoded("sequence"), event.decoded("dtstamp")) == (sequence, CHANGED)
    assert event["summary"] == summary
    assert event["uid"] == "meeting-1@portal.example"
    assert event["url"] == f"{URL}/mentoring/1"
    assert event["transp"] == ("TRANSPARENT" if at is None else "OPAQUE")
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["tzid"] == "Europe/London"
    assert isinstance(zone, Timezone)
    offset_of = zone.to_tz().utcoffset
    summer, winter = datetime.combine(on.replace(month=7), time(12)), datetime.combine(on.replace(month=12), time(12))
    assert (offset_of(summer), offset_of(winter)) == (timedelta(hours=1), timedelta(0))


def test_a_cancelled_meeting_is_shown_as_cancelled_and_takes_no_time() -> None:
    entry = Entry("meeting-1", "Mentoring meeting", TODAY, "/", at=time(15), is_cancelled=True, takes_time=True)
    (event,) = write([entry]).walk("VEVENT")
    assert (event["status"], event["transp"]) == ("CANCELLED", "TRANSPARENT")


def test_an_empty_calendar_is_one_too() -> None:
    assert write([]).walk("VEVENT") == []


def test_the_text_of_an_entry_changes_with_all_that_it_says() -> None:
    entry = Entry("meeting-1", "Mentoring meeting", TODAY, "/", at=time(15))
    others = [
        Entry("meeting-1", "Mentoring meeting (Amal)", TODAY, "/", at=time(15)),
        Entry("meeting-1", "Mentoring meeting", TODAY + timedelta(days=1), "/", at=time(15)),
        Entry("meeting-1", "Mentoring meeting", TODAY, "/", at=time(16)),
        Entry("meeting-1", "Mentoring meeting", TODAY, "/", at=time(15), is_cancelled=True),
    ]
    assert len({each.text for each in (entry, *others)}) == 5
