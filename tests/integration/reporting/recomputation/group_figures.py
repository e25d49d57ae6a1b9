"""Figures of groups, plainly from what was known when their period was settled: parity and impact.

Which groups are shown is chosen by reporting itself, and tested where it is (`tests/unit/reporting/test_disclosure`).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from math import sqrt
from statistics import median
from typing import Any
from uuid import UUID

from scipy import stats

from services.reporting.groups.disclosure import Group, Unit, groups_to_show
from shared.calendar import ENGLAND
from shared.events.sessions import MeetingMissed
from tests.integration.reporting.recomputation.known import Known, Measure
from tests.integration.reporting.recomputation.mentoring_figures import Delivery, Row, deliveries

SETTLED_AFTER = 14
DAY = timedelta(days=1)
KnownAt = Callable[[datetime | None], Known]
"""What was known at a moment; None: at the moment that the reader asks about."""
Parts = Sequence[tuple[float, float]]


def last_month(as_of: date) -> tuple[date, date]:
    """Return the first and the last day of the last month that was settled before a day."""
    last = as_of.replace(day=1) - DAY
    while last + timedelta(days=SETTLED_AFTER) >= as_of:
        last = last.replace(day=1) - DAY
    return last.replace(day=1), last


def last_term(as_of: date) -> tuple[date, date]:
    """Return the first and the last day of the last term that was settled before a day.

    Terms end with April, August and December.
    """
    ends = [date(as_of.year - back, *end) for back in (0, 1) for end in ((4, 30), (8, 31), (12, 31))]
    last = max(end for end in ends if end + timedelta(days=SETTLED_AFTER) < as_of)
    return last.replace(month=last.month - 3, day=1), last


def end_of_settling(last_day: date) -> datetime:
    """Return the end of the day after which records change nothing of a period."""
    return datetime.combine(last_day + timedelta(days=SETTLED_AFTER + 1), time(), ENGLAND)


def _readings(knowledge_at: KnownAt, first: date, last: date, now: datetime) -> list[tuple[Known, bool, list[UUID]]]:
    """Return what is known of which programmes of a period, and whether that is as it was settled."""
    if end_of_settling(last) > now:
        return []

    def programmes_in(known: Known) -> list[UUID]:
        there = known.programmes.values()
        return [each.programme_id for each in there if each.starts_on <= last and first <= each.ends_on]

    then, later = knowledge_at(end_of_settling(last)), knowledge_at(None)
    at_that_time = programmes_in(then)
    return [
        (then, True, at_that_time),
        (later, False, [each for each in programmes_in(later) if each not in at_that_time]),
    ]


WHOLES = {
    "meetings_held": ("held", "due"),
    "minutes_given": ("minutes", "minutes_due"),
    "missed_by_mentor": ("missed_by_mentor", "due"),
    "missed_by_mentee": ("missed_by_mentee", "due"),
    "targets_reviewed": ("targets_reviewed", "targets"),
    "days_until_feedback": ("feedback_days", "feedback"),
}
SHARES = ("meetings_held", "targets_reviewed")


def parity(knowledge_at: KnownAt, as_of: date, now: datetime) -> list[Row]:
    """Return what every group got in the last month that was settled."""
    first, last = last_month(as_of)
    rows: list[Row] = []
    for known, is_settled, programmes in _readings(knowledge_at, first, last, now):
        got = _got(known, first, last)
        for programme_id in programmes:
            smallest = known.programmes[programme_id].practice.confidentiality.smallest_group
            here = {(who, urn): each for (programme, who, urn), each in got.items() if programme == programme_id}
            about = {"programme_id": programme_id, "month": first, "settled": is_settled}
            rows += [{**about, **row} for row in _of_groups(known, here, smallest)]
    return rows


def _got(known: Known, first: date, last: date) -> dict[tuple[UUID, UUID, str], dict[str, int]]:
    """Return what everybody got at each school of their programmes from the first to the last day of a month."""
    before = {each.of.relationship_id: each for each in deliveries(known, first - DAY)}
    got: dict[tuple[UUID, UUID, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for each in deliveries(known, last):
        of = each.of
        if of.ends_on < first:
            continue
        there = got[of.programme_id, of.trainee_id, of.school_urn]
        earlier = before.get(of.relationship_id) or Delivery(of, active=False)
        there["due"] += each.due - earlier.due
        there["held"] += each.due_held - earlier.due_held
        there["minutes"] += each.minutes - earlier.minutes
        there["minutes_due"] += each.minutes_due - earlier.minutes_due
        for meeting in each.meetings:
            if isinstance(meeting, MeetingMissed) and meeting.happened_on >= first:
                there["missed_by_mentor"] += meeting.reason in ("mentor_absent", "cover")
                there["missed_by_mentee"] += meeting.reason == "trainee_absent"
        for target in known.targets.values():
            if target.relationship_id != of.relationship_id or target.last_set is None:
                continue
            if known.is_there(target.trainee_id) and first <= target.last_set.due_on <= last:
                review, latest = target.last_review, last + timedelta(days=SETTLED_AFTER)
                there["targets"] += 1
                there["targets_reviewed"] += review is not None and review.happened_on <= latest
        for feedback in known.feedback.values():
            if feedback.relationship_id == of.relationship_id and first <= feedback.happened_on <= last:
                there["feedback"] += 1
                there["feedback_days"] += max((feedback.happened_on - feedback.taught_on).days, 0)
    return got


def _of_groups(known: Known, got: dict[tuple[UUID, str], dict[str, int]], smallest: int) -> list[Row]:
    rows = []
    for entitlement, (part, whole) in WHOLES.items():
        counted = {at: each for at, each in got.items() if each[whole] > 0}
        units = {(who, urn): _unit(known, who, urn) for who, urn in counted}
        shown = groups_to_show(list(units.values()), smallest)
        members: dict[Group, dict[UUID, tuple[float, float]]] = defaultdict(dict)
        for at, each in counted.items():
            for group in units[at].groups:
                before = members[group].get(at[0], (0, 0))
                members[group][at[0]] = before[0] + each[part], before[1] + each[whole]
        for group, people in members.items():
            figure: tuple[Any, ...] = (None, None, None, None)
            if group in shown:
                interval = share if entitlement in SHARES else ratio
                figure = (len(people), *interval(list(people.values())))
            rows.append(
                {
                    "grouped_by": group.by,
                    "value": group.value,
                    "entitlement": entitlement,
                    "school_urn": group.value if group.by == "school" else None,
                    "name": known.school_name(group.value) if group.by == "school" else None,
                    **dict(zip(("people", "figure", "low", "high"), figure, strict=True)),
                }
            )
    return rows


def _unit(known: Known, trainee_id: UUID, urn: str) -> Unit:
    school, trainee = known.schools.get(urn), known.trainee(trainee_id)
    place = [Group("school", urn)]
    if school is not None and school.trust_code:
        place.insert(0, Group("trust", school.trust_code))
    course: list[Group] = []
    if trainee is not None and trainee.training_route:
        course.append(Group("training_route", trainee.training_route))
        if trainee.subject:
            course.append(Group("subject", f"{trainee.training_route} {trainee.subject}"))
    return Unit(trainee_id, tuple(place), tuple(course))


def ratio(parts: Parts) -> tuple[float, float | None, float | None]:
    """Return a ratio of sums, with Student's interval by the linearised variance (Cochran 1977, 6.3)."""
    value, variance = _ratio(parts)
    if len(parts) < 2:
        return value, None, None
    half = stats.t.ppf(0.975, len(parts) - 1) * sqrt(variance)
    return value, max(value - half, 0), value + half


def share(parts: Parts) -> tuple[float, float | None, float | None]:
    """Return a share, with Wilson's interval for as many trials as would vary as much (Korn and Graubard 1998)."""
    value, variance = _ratio(parts)
    people, whole = len(parts), sum(each for _, each in parts)
    if people < 2:
        return value, None, None
    trials = float(people) if variance <= 0 or value in (0, 1) else value * (1 - value) / variance
    normal, student = stats.norm.ppf(0.975), stats.t.ppf(0.975, people - 1)
    trials = min(trials, whole) * (normal / student) ** 2
    centre = (value + normal**2 / (2 * trials)) / (1 + normal**2 / trials)
    half = normal * sqrt(value * (1 - value) / trials + normal**2 / (4 * trials**2)) / (1 + normal**2 / trials)
    return value, min(max(centre - half, 0), value), max(min(centre + half, 1), value)


def _ratio(parts: Parts) -> tuple[float, float]:
    whole, people = sum(each for _, each in parts), len(parts)
    value = sum(part for part, _ in parts) / whole
    if people < 2:
        return value, 0
    squares = [(part - value * each) ** 2 for part, each in parts]
    return value, people / (people - 1) * sum(squares) / whole**2


FIGURES = ("people", "at_baseline", "at_end", "change", "low", "high", "went_up", "went_down")


def impact(knowledge_at: KnownAt, as_of: date, now: datetime) -> list[Row]:
    """Return what changed in the mentorings that ended in the last term that was settled."""
    first, last = last_term(as_of)
    rows: list[Row] = []
    for known, is_settled, programmes in _readings(knowledge_at, first, last, now):
        found: dict[tuple[UUID, str, str], list[tuple[UUID, UUID, Measure, Measure | None]]] = defaultdict(list)
        by_last = last + timedelta(days=SETTLED_AFTER)
        for of in sorted(known.current_relationships(), key=lambda each: each.relationship_id):
            if not (first <= of.ends_on <= last and of.programme_id in programmes):
                continue
            own = [
                each
                for each in known.measures.values()
                if each.relationship_id == of.relationship_id and each.taken_on <= by_last
            ]
            for what in sorted({(each.instrument, each.role) for each in own}):
                baseline, end = (_last_of(own, what, occasion) for occasion in ("baseline", "end"))
                if baseline is not None:
                    found[(of.programme_id, *what)].append((of.relationship_id, of.trainee_id, baseline, end))
        for (programme_id, instrument, role), mentorings in found.items():
            smallest = known.programmes[programme_id].practice.confidentiality.smallest_group
            about = {"programme_id": programme_id, "instrument": instrument, "role": role, "until": last}
            rows += [{**about, "settled": is_settled, **row} for row in _changes(mentorings, smallest)]
    return rows


def _last_of(own: list[Measure], what: tuple[str, str], occasion: str) -> Measure | None:
    fitting = [each for each in own if ((each.instrument, each.role), each.occasion) == (what, occasion)]
    return min(fitting, key=lambda each: (-each.taken_on.toordinal(), each.measure_id), default=None)


def _changes(mentorings: Sequence[tuple[UUID, UUID, Measure, Measure | None]], smallest: int) -> list[Row]:
    rows = []
    answered = [(baseline.numbers or {}, (end and end.numbers) or {}) for *_, baseline, end in mentorings]
    for item in sorted({item for pair in answered for numbers in pair for item in numbers}):
        people: dict[UUID, tuple[float, float]] = {}
        both = 0
        for (_, who, _, _), (before, after) in zip(mentorings, answered, strict=True):
            if item in before and item in after:
                both += 1
                people.setdefault(who, (before[item], after[item]))
        without_end = sum(end is None for *_, end in mentorings)
        figures = _of_changes(list(people.values())) if len(people) >= max(smallest, 1) else (None,) * len(FIGURES)
        rows.append(
            {
                "item": item,
                "mentorings": len(mentorings),
                "without_end": without_end,
                "not_released": len(mentorings) - without_end - both,
                **dict(zip(FIGURES, figures, strict=True)),
            }
        )
    return rows


def _of_changes(pairs: Sequence[tuple[float, float]]) -> tuple[float | None, ...]:
    changes = sorted(after - before for before, after in pairs)
    low, high = interval_of_median(changes)
    return (
        len(pairs),
        median(before for before, _ in pairs),
        median(after for _, after in pairs),
        median(changes),
        low,
        high,
        sum(change > 0 for change in changes),
        sum(change < 0 for change in changes),
    )


def interval_of_median(ordered: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the two values between which the median lies in 19 of 20 groups, by the binomial distribution.

    As many values are left out at each end as can be.
    """
    number = len(ordered)
    out = 0
    while 2 * stats.binom.cdf(out, number, 0.5) <= 0.05:
        out += 1
    return (ordered[out - 1], ordered[-out]) if out else (None, None)
