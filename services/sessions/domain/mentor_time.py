"""The minutes that a mentor gave in recorded meetings, week by week, compared with the dated rule of the programme.

Source: product.md S9; domain.md (c) (mentor time for each trainee in each week of a placement). A fact is judged by the
rule of its day, and only weeks in which the two could meet are judged at all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from shared.events.absences import Absence
from shared.rulebook import Rule, judge

_WEEK = timedelta(weeks=1)
_FRIDAY = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class WeekOfMentoring:
    """A week from its Monday on: the minutes of its meetings, the rule in force and whether it is met.

    `met` is None without a rule, and where no whole school week of the relationship was free for a meeting.
    """

    week_of: date
    minutes: int
    rule: Rule | None
    met: bool | None


def weeks_of_mentoring(
    first: date,
    last: date,
    minutes: Mapping[date, int],
    hindrances: Iterable[Absence],
    rule_on: Callable[[date], Rule | None],
) -> list[WeekOfMentoring]:
    """Return the weeks from the first to the last day; `minutes` are those of meetings, by their day.

    A week with a day of a pause or an absence among `hindrances`, and a week that is not over by the last day, is not
    judged: its minutes are shown as they are.
    """
    away = tuple(hindrances)
    weeks = []
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        given = sum(length for day, length in minutes.items() if monday <= day < monday + _WEEK)
        school_days = [monday + timedelta(days=n) for n in range(5)]
        whole = first <= monday and monday + _FRIDAY <= last
        free = whole and not any(absence.covers(day) for absence in away for day in school_days)
        rule = rule_on(monday)
        weeks.append(WeekOfMentoring(monday, given, rule, judge(given / 60, rule).met if free else None))
        monday += _WEEK
    return weeks
