"""What the calendar of a school means for a meeting: nobody is there in the holidays, staff are there in an inset."""

from datetime import date

import pytest

from services.sessions.domain.calendars import (
    CALENDAR,
    CalendarKnown,
    LearnCalendar,
    NobodyAtSchool,
    must_be_open,
    why_closed,
)
from services.sessions.domain.meetings import MEETING, HeldMeeting, RecordMeeting, meeting_id_on
from shared.events.referral import CalendarPeriod
from shared.events.words import CalendarKind
from tests.support.given import given
from tests.unit.sessions.examples import MONDAY, RELATIONSHIP, RELATIONSHIP_ID

pytestmark = pytest.mark.covers("S2")


def period(kind: CalendarKind, first: str, last: str | None = None) -> CalendarPeriod:
    return CalendarPeriod.model_validate({"kind": kind, "starts_on": first, "ends_on": last or first})


YEAR = (
    period("term", "2026-09-01", "2026-10-23"),
    period("inset", "2026-10-30"),
    period("term", "2026-11-02", "2026-12-18"),
    period("holiday", "2026-11-16", "2026-11-17"),
)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-09-21", None),
        ("2026-10-23", None),
        ("2026-10-26", "The school has holidays from 24 October 2026 to 29 October 2026."),
        ("2026-10-30", None),
        ("2026-11-17", "The school has holidays from 16 November 2026 to 17 November 2026."),
        ("2026-12-25", "25 December 2026 is a bank holiday (Christmas Day)."),
        ("2026-08-20", None),
        ("2027-01-11", None),
    ],
)
def test_why_nobody_is_at_school(day: str, why: str | None) -> None:
    assert why_closed(YEAR, date.fromisoformat(day)) == why


def test_where_nothing_is_known_only_bank_holidays_are_closed() -> None:
    must_be_open((), date(2026, 10, 26))
    with pytest.raises(NobodyAtSchool, match="Boxing Day"):
        must_be_open((), date(2026, 12, 28))


def test_no_meeting_is_recorded_in_the_holidays() -> None:
    holidays = (period("holiday", "2026-09-21", "2026-09-25"),)
    recording = RecordMeeting(
        relationship=RELATIONSHIP,
        meeting_id=meeting_id_on(RELATIONSHIP_ID, MONDAY),
        by="mentor",
        meeting=HeldMeeting(status="held", on=MONDAY, minutes=45),
        calendar=holidays,
    )
    refusal = given(MEETING).when(recording).refused(NobodyAtSchool, pointer="/on")
    assert refusal.detail == "The school has holidays from 21 September 2026 to 25 September 2026. Check the day."
    inset = recording.model_copy(update={"calendar": (period("inset", "2026-09-21"),)})
    assert given(MEETING).when(inset).refusal is None


def test_a_calendar_is_learnt_once() -> None:
    learning = LearnCalendar(urn="900001", periods=YEAR, on=MONDAY)
    known = CalendarKnown(happened_on=MONDAY, urn="900001", periods=YEAR)
    given(CALENDAR).when(learning).then(known)
    given(CALENDAR, known).when(learning).then()
