"""Who is reminded of what on which working day."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.domain.reminders import Pause
from services.portal.reminders.ladder import FROM_ITS_DAY, WHOLE_LADDER, day_of_step, step_reached
from services.portal.reminders.rules import (
    Due,
    Known,
    KnownMentoring,
    KnownTarget,
    WaitingProposal,
    WaitingTask,
    dues_of_days,
    dues_of_mentoring,
    dues_of_proposals,
    dues_of_tasks,
    items_of_digest,
    weeks_not_recorded,
)
from shared.calendar import is_working_day, working_days_between

pytestmark = pytest.mark.covers("U8")
MENTOR, TRAINEE, RELATIONSHIP = UUID(int=1), UUID(int=2), UUID(int=3)
MONDAY = date(2026, 10, 5)
FRIDAY = MONDAY + timedelta(days=4)
CHRISTMAS = date(2026, 12, 25)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def mentoring(**changed: object) -> KnownMentoring:
    terms = {
        "relationship_id": RELATIONSHIP,
        "trainee_id": TRAINEE,
        "mentor_id": MENTOR,
        "starts_on": date(2026, 9, 7),
        "ends_on": date(2027, 6, 30),
        "meetings_per_week": 1,
    }
    return KnownMentoring(**{**terms, **changed})  # type: ignore[arg-type]  # each has its field's type


def knowledge(of: KnownMentoring, recorded: Iterable[date] = (), targets: Iterable[KnownTarget] = ()) -> Known:
    return Known([of], {of.relationship_id: list(recorded)}, list(targets), {MENTOR, TRAINEE})


def target(due_on: date = FRIDAY) -> KnownTarget:
    return KnownTarget(uuid4(), RELATIONSHIP, due_on)


def every_week(last: date) -> list[date]:
    """A meeting in each week before a day's."""
    return [last - timedelta(weeks=back) for back in range(1, 8)]


def people_reminded(known_now: Known, day: date) -> set[UUID]:
    """Who is reminded of something on a day, if they were on the day before."""
    return {
        who
        for who, due in dues_of_mentoring(known_now, day)
        if items_of_digest([due], None, day - timedelta(days=1), day)
    }


@given(due_on=DAYS)
def test_every_step_is_a_working_day_in_the_order_of_the_ladder(due_on: date) -> None:
    days = [day_of_step(due_on, step) for step in WHOLE_LADDER]
    assert all(map(is_working_day, days))
    assert days == sorted(set(days))
    its_day = day_of_step(due_on, 0)
    assert its_day == due_on or not is_working_day(due_on)
    for step, day in zip(WHOLE_LADDER, days, strict=True):
        assert working_days_between(min(day, its_day), max(day, its_day)) == abs(step)


def test_the_ladder_passes_over_weekends_and_bank_holidays() -> None:
    # it is a Friday, and the Monday after it a bank holiday too
    assert [day_of_step(CHRISTMAS, step) for step in (-5, -1, 0, 1)] == [
        date(2026, 12, 18),
        date(2026, 12, 24),
        date(2026, 12, 29),
        date(2026, 12, 30),
    ]


@given(due_on=DAYS, days=st.lists(DAYS, min_size=1, max_size=40, unique=True))
def test_no_step_is_lost_and_none_comes_twice_whatever_days_a_worker_runs_on(due_on: date, days: list[date]) -> None:
    ran = sorted(days)
    since, reached = ran[0], []
    for day in ran[1:]:
        if (step := step_reached(due_on, WHOLE_LADDER, since, day)) is not None:
            reached.append(step)
        since = day
    assert reached == sorted(set(reached))
    due = [step for step in WHOLE_LADDER if ran[0] < day_of_step(due_on, step) <= ran[-1]]
    assert set(reached) <= set(due)
    assert max(reached, default=None) == max(due, default=None)


@given(due_on=DAYS, since=DAYS, today=DAYS)
def test_nobody_is_reminded_on_a_day_off_or_in_a_pause(due_on: date, since: date, today: date) -> None:
    due = Due("target:1", "target", RELATIONSHIP, due_on, WHOLE_LADDER)
    items = items_of_digest([due], None, since, today)
    assert not items or is_working_day(today)
    assert items_of_digest([due], Pause(today + timedelta(days=1)), since, today) == ()
    assert items_of_digest([due], Pause(None), since, today) == ()
    assert items_of_digest([due], Pause(today), since, today) == items


def test_a_digest_has_each_thing_once_and_what_is_due_first_before_the_others() -> None:
    dues = [
        Due("b", "target", RELATIONSHIP, MONDAY + timedelta(days=1), WHOLE_LADDER),
        Due("a", "target", RELATIONSHIP, MONDAY, WHOLE_LADDER),
        Due("a", "target", RELATIONSHIP, MONDAY, FROM_ITS_DAY),
    ]
    items = items_of_digest(dues, None, MONDAY - timedelta(days=1), MONDAY)
    assert [item.key for item in items] == ["a", "b"]


def test_a_mentor_is_reminded_of_a_meeting_on_the_last_day_of_its_week_and_after_it() -> None:
    of = mentoring()
    unrecorded = knowledge(of, every_week(MONDAY))
    reminded = [day for day in (MONDAY + timedelta(days=n) for n in range(11)) if people_reminded(unrecorded, day)]
    first_of_next_week = knowledge(of, [*every_week(MONDAY), MONDAY + timedelta(days=7)])
    assert reminded[:2] == [FRIDAY, FRIDAY + timedelta(days=3)]
    assert people_reminded(unrecorded, FRIDAY) == {MENTOR}
    assert people_reminded(first_of_next_week, FRIDAY + timedelta(days=7)) == set()
    assert people_reminded(first_of_next_week, FRIDAY + timedelta(days=10)) == {MENTOR}, "a week after"
    recorded = knowledge(of, [*every_week(MONDAY), MONDAY + timedelta(days=2)])
    assert people_reminded(recorded, FRIDAY) == set()


def test_of_a_target_the_trainee_is_reminded_first_and_the_mentor_after_a_week() -> None:
    with_target = knowledge(mentoring(meetings_per_week=0, weeks_between_meetings=50), targets=[target()])
    by_step = {
        step: people_reminded(with_target, day_of_step(FRIDAY, step)) for step in (*WHOLE_LADDER, -6, -4, 2, 3, 26)
    }
    assert {step for step, who in by_step.items() if TRAINEE in who} == set(WHOLE_LADDER)
    assert {step for step, who in by_step.items() if MENTOR in who} == {6, 11, 16, 21}


@pytest.mark.parametrize(
    "changed",
    [
        {"ends_on": MONDAY - timedelta(days=1)},
        {"starts_on": MONDAY + timedelta(days=5)},
        {"paused_on": MONDAY},
        {"trainee_away_since": MONDAY},
    ],
)
def test_nobody_is_reminded_in_a_relationship_that_has_ended_or_is_interrupted(changed: dict[str, date]) -> None:
    assert people_reminded(knowledge(mentoring(), every_week(MONDAY), [target()]), FRIDAY) == {MENTOR, TRAINEE}
    interrupted = knowledge(mentoring(**changed), every_week(MONDAY), [target()])
    assert people_reminded(interrupted, FRIDAY) == set()


def test_no_meeting_was_due_in_a_week_with_a_day_of_an_interruption_that_is_over() -> None:
    days = (date(2026, 10, 9), date(2026, 10, 19))
    friday = date(2026, 11, 6)
    weeks = [date(2026, month, day) for month, day in ((11, 2), (10, 26), (10, 19), (10, 12), (10, 5), (9, 28))]
    assert weeks_not_recorded(mentoring(), [], friday) == weeks
    assert weeks_not_recorded(mentoring(interruptions=(days,)), [], friday) == [*weeks[:2], weeks[-1]]
    fortnightly = mentoring(weeks_between_meetings=2)
    assert weeks_not_recorded(fortnightly, [], friday) == [date(2026, 10, 26), date(2026, 10, 12), date(2026, 9, 28)]
    part_of_first_week = replace(fortnightly, interruptions=((date(2026, 10, 19), date(2026, 10, 19)),))
    assert weeks_not_recorded(part_of_first_week, [], friday) == [date(2026, 10, 12), date(2026, 9, 28)]


@pytest.mark.parametrize("gone", [MENTOR, TRAINEE])
def test_nobody_is_reminded_of_somebody_whose_record_is_gone(gone: UUID) -> None:
    everybody = knowledge(mentoring(), every_week(MONDAY), [target()])
    left = Known(everybody.mentorings, everybody.recorded, everybody.targets, everybody.people - {gone})
    assert people_reminded(left, FRIDAY) == set()


def test_no_meeting_is_due_in_the_holidays_of_a_school() -> None:
    closed = ((MONDAY, FRIDAY),)
    assert people_reminded(knowledge(mentoring(closed=closed), every_week(MONDAY)), FRIDAY) == set()
    until_wednesday = ((MONDAY, MONDAY + timedelta(days=2)),)
    part = knowledge(mentoring(closed=until_wednesday), every_week(MONDAY))
    assert people_reminded(part, FRIDAY) == {MENTOR}


def test_the_week_ends_on_its_last_open_day() -> None:
    closed = ((FRIDAY - timedelta(days=1), FRIDAY),)
    of = knowledge(mentoring(closed=closed), every_week(MONDAY))
    assert people_reminded(of, MONDAY + timedelta(days=2)) == {MENTOR}
    assert people_reminded(of, FRIDAY) == set()


def test_a_meeting_every_other_week_is_due_in_the_second_of_them() -> None:
    of = mentoring(meetings_per_week=0, weeks_between_meetings=2, starts_on=date(2026, 9, 7))
    sunday = date(2026, 10, 4)
    assert weeks_not_recorded(of, [], sunday) == [date(2026, 9, 28), date(2026, 9, 14)]
    assert weeks_not_recorded(of, [date(2026, 9, 22)], sunday) == [date(2026, 9, 14)]


@given(
    starts_on=DAYS,
    length=st.integers(0, 400),
    per_week=st.integers(1, 3),
    recorded=st.lists(DAYS, max_size=20),
    today=DAYS,
)
def test_a_week_is_missing_only_if_it_is_whole_and_too_few_meetings_of_it_are_recorded(
    starts_on: date, length: int, per_week: int, recorded: list[date], today: date
) -> None:
    of = mentoring(starts_on=starts_on, ends_on=starts_on + timedelta(days=length), meetings_per_week=per_week)
    missing = weeks_not_recorded(of, recorded, today)
    assert len(missing) <= 6
    for week in missing:
        sunday = week + timedelta(days=6)
        assert week.weekday() == 0
        assert starts_on <= week <= today
        assert sunday <= of.ends_on
        assert sum(week <= day <= sunday for day in recorded) < per_week
    for back in range(6):
        week = today - timedelta(days=today.weekday(), weeks=back)
        sunday = week + timedelta(days=6)
        if week not in missing and starts_on <= week and sunday <= of.ends_on:
            assert sum(week <= day <= sunday for day in recorded) >= per_week


def test_whoever_has_not_answered_a_proposal_is_reminded_until_its_last_day() -> None:
    (due,) = dues_of_proposals([WaitingProposal(UUID(int=9), FRIDAY)])
    (item,) = items_of_digest([due], None, FRIDAY - timedelta(days=1), FRIDAY)
    assert (item.kind, item.about, item.due_on) == ("proposal", UUID(int=9), FRIDAY)


def test_a_tutor_is_reminded_of_each_task_about_an_assessment() -> None:
    tasks = [WaitingTask(name, RELATIONSHIP, FRIDAY) for name in ("interim:assess", "interim:submit")]
    items = items_of_digest(dues_of_tasks(tasks), None, FRIDAY - timedelta(days=1), FRIDAY)
    assert [(item.kind, item.about) for item in items] == [("assessment", RELATIONSHIP)] * 2


def test_a_school_is_reminded_of_days_that_have_waited_for_a_week() -> None:
    (due,) = dues_of_days([MONDAY, MONDAY], MENTOR)
    assert due.due_on == MONDAY + timedelta(days=7)
    assert list(dues_of_days([], MENTOR)) == []


def test_an_old_day_that_nobody_confirms_silences_no_later_one() -> None:
    dues = list(dues_of_days([MONDAY - timedelta(weeks=10), MONDAY], MENTOR))
    day = MONDAY + timedelta(days=7)
    (item,) = items_of_digest(dues, None, day - timedelta(days=1), day)
    assert (item.key, item.kind) == (f"days:{MONDAY}", "days")
