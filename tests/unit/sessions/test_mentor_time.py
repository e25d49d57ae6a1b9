"""A mentor's minutes are judged by the rule of their week, where the two could meet all week."""

from datetime import date, timedelta

import pytest

from services.sessions.domain.mentor_time import weeks_of_mentoring
from shared.events.absences import Absence
from shared.rulebook import Rule, rule
from tests.unit.sessions.examples import DAY, MONDAY, WEEK

pytestmark = pytest.mark.covers("S9")


def no_rule(_: date) -> Rule | None:
    return None


def itt_rule(day: date) -> Rule | None:
    return rule("itt_mentor_hours_per_week", day)


def test_each_week_is_judged_by_its_own_minutes() -> None:
    minutes = {MONDAY: 60, MONDAY + 3 * DAY: 30, MONDAY + WEEK: 89}
    weeks = weeks_of_mentoring(MONDAY, MONDAY + 2 * WEEK - DAY, minutes, (), itt_rule)
    assert [(week.week_of, week.minutes, week.met) for week in weeks] == [
        (MONDAY, 90, True),
        (MONDAY + WEEK, 89, False),
    ]


def test_without_a_rule_there_is_no_verdict() -> None:
    (week,) = weeks_of_mentoring(MONDAY, MONDAY + 4 * DAY, {MONDAY: 10}, (), no_rule)
    assert (week.minutes, week.rule, week.met) == (10, None, None)
    (early,) = weeks_of_mentoring(date(2020, 9, 7), date(2020, 9, 11), {}, (), itt_rule)
    assert early.met is None


@pytest.mark.parametrize(("first", "last"), [(MONDAY + DAY, MONDAY + 6 * DAY), (MONDAY, MONDAY + 3 * DAY)])
def test_a_week_that_is_cut_short_is_not_judged(first: date, last: date) -> None:
    (week,) = weeks_of_mentoring(first, last, {MONDAY + 2 * DAY: 20}, (), itt_rule)
    assert (week.minutes, week.met) == (20, None)


@pytest.mark.parametrize("day", [0, 2, 4])
def test_a_week_with_an_absence_is_not_judged(day: int) -> None:
    away = Absence(reason="deferred", since=MONDAY + day * DAY, until=MONDAY + timedelta(days=day))
    weeks = weeks_of_mentoring(MONDAY, MONDAY + 2 * WEEK - DAY, {}, (away,), itt_rule)
    assert [week.met for week in weeks] == [None, False]
