"""Figures of mentoring, plainly from what is known: meetings due and held, caseloads, targets, training, needs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from shared.events.referral import TrainingLogged
from shared.events.sessions import MeetingHeld, MeetingMissed
from shared.rulebook import rule
from tests.integration.reporting.recomputation.known import Known, Relationship, Target, days_of

Row = dict[str, Any]

LEFT_ALONE = 28
COUNTS = ("due", "due_held", "held", "missed", "not_recorded")


@dataclass
class Delivery:
    """The meetings of a relationship up to a day: those due, and what became of them."""

    of: Relationship
    active: bool
    due: int = 0
    due_held: int = 0
    held: int = 0
    missed: int = 0
    not_recorded: int = 0
    minutes: int = 0
    minutes_due: int = 0
    last_held_on: date | None = None
    missing_weeks: list[date] = field(default_factory=list)
    meetings: list[MeetingHeld | MeetingMissed] = field(default_factory=list)


def deliveries(known: Known, as_of: date) -> list[Delivery]:
    """Return what was delivered in every relationship that has begun, however it went on."""
    begun = [each for each in known.current_relationships() if each.starts_on <= min(as_of, each.ends_on)]
    return [_delivery(known, each, as_of) for each in begun]


def _delivery(known: Known, of: Relationship, as_of: date) -> Delivery:
    found = Delivery(of, active=as_of <= of.ends_on)
    found.meetings = [
        each
        for each in known.meetings.values()
        if each.relationship_id == of.relationship_id and each.happened_on <= as_of
    ]
    for meeting in found.meetings:
        if isinstance(meeting, MeetingHeld):
            found.held += 1
            found.minutes += meeting.minutes
            found.last_held_on = max(meeting.happened_on, found.last_held_on or date.min)
        else:
            found.missed += 1
    length = 7 * (of.weeks_between_meetings or 1)
    due_each_time = of.meetings_per_week if of.weeks_between_meetings is None else 1
    without_meeting, holidays = _days_without_meeting(known, of), known.days_without_school(of.school_urn)
    first = of.starts_on
    while first + timedelta(days=length - 1) <= min(as_of, of.ends_on):
        week = days_of(first, first + timedelta(days=length - 1))
        if not any(without_meeting(day) for day in week) and not all(day in holidays for day in week):
            in_week = [each for each in found.meetings if each.happened_on in week]
            held = sum(isinstance(each, MeetingHeld) for each in in_week)
            found.due += due_each_time
            found.due_held += min(held, due_each_time)
            found.minutes_due += of.minutes_per_week * length // 7
            missing = max(due_each_time - len(in_week), 0)
            found.not_recorded += missing
            if missing:
                found.missing_weeks.append(first)
        first += timedelta(days=length)
    return found


def _days_without_meeting(known: Known, of: Relationship) -> Any:
    """Return whether the two cannot meet on a day: a pause, an absence, another school of the mentor, a closed one.

    A mentor who has days at other schools only, which a school of a mentee may not be among, can always come.
    """
    pauses = known.pauses.get(of.relationship_id, {})
    absences = known.absences(of.trainee_id)
    mentor = known.mentor(of.mentor_id)
    at_school = [each for each in mentor.periods if each.school_urn == of.school_urn] if mentor else []
    closed_on = known.closed.get(of.school_urn)

    def without_meeting(day: date) -> bool:
        return (
            any(first <= day and (back is None or day < back) for first, back in pauses.items())
            or any(each.covers(day) for each in absences)
            or (closed_on is not None and closed_on <= day)
            or (bool(at_school) and not any((p.starts_on or day) <= day <= (p.ends_on or day) for p in at_school))
        )

    return without_meeting


def mentoring(known: Known, as_of: date) -> list[Row]:
    """Return every relationship that has begun."""
    return [
        {
            **{name: getattr(each, name) for name in (*COUNTS, "minutes", "minutes_due", "last_held_on", "active")},
            **{
                name: getattr(each.of, name)
                for name in ("relationship_id", "programme_id", "trainee_id", "mentor_id", "school_urn", "role")
            },
            "starts_on": each.of.starts_on,
            "ends_on": each.of.ends_on,
            "missing_weeks": tuple(each.missing_weeks),
            "mentor_hours_per_week": each.of.minutes_per_week / 60,
        }
        for each in deliveries(known, as_of)
    ]


def caseloads(known: Known, as_of: date) -> list[Row]:
    """Return every mentor with what their active relationships come to."""
    active = [each for each in deliveries(known, as_of) if each.active]
    rows = []
    for mentor in known.current_mentors():
        own = [each for each in active if each.of.mentor_id == mentor.mentor_id]
        rows.append(
            {
                "mentor_id": mentor.mentor_id,
                "school_urn": mentor.school_urn,
                "school_name": known.school_name(mentor.school_urn),
                "capacity_hours": mentor.capacity_hours,
                "hours_a_week": sum(each.of.minutes_per_week for each in own) / 60,
                "relationships": len(own),
                **{name: sum(getattr(each, name) for each in own) for name in (*COUNTS, "minutes", "minutes_due")},
                "last_held_on": max((each.last_held_on for each in own if each.last_held_on), default=None),
                "missing_weeks": _weeks(own),
            }
        )
    return rows


def caseload_summary(known: Known, as_of: date, programme_id: object) -> Row:
    """Return how many mentors there are, also those without a record who give time, and what they give here."""
    capacity = {each.mentor_id: each.capacity_hours for each in known.current_mentors()}
    active = [each for each in known.current_relationships() if each.starts_on <= as_of <= each.ends_on]
    here = [each for each in active if each.programme_id == programme_id]
    given: dict[object, int] = defaultdict(int)
    for each in active:
        given[each.mentor_id] += each.minutes_per_week
    return {
        "mentors": len(capacity.keys() | given.keys()),
        "mentoring": len({each.mentor_id for each in here}),
        "relationships": len(here),
        "hours_a_week": sum(each.minutes_per_week for each in here) / 60,
        "capacity_hours": sum(capacity.values()),
        "over_capacity": sum(given[mentor] > round(hours * 60) for mentor, hours in capacity.items()),
    }


def meetings_by_school(known: Known, as_of: date, programme_id: object = None) -> list[Row]:
    """Return every school with the meetings of its relationships, of all programmes or of this."""
    by_school: dict[str, list[Delivery]] = defaultdict(list)
    for each in deliveries(known, as_of):
        if programme_id in (None, each.of.programme_id):
            by_school[each.of.school_urn].append(each)
    return [
        {
            "school_urn": urn,
            "school_name": known.school_name(urn),
            "relationships": len(there),
            **{name: sum(getattr(each, name) for each in there) for name in COUNTS},
            "missing_weeks": _weeks(there),
        }
        for urn, there in sorted(by_school.items())
    ]


def _weeks(of: Iterable[Delivery]) -> tuple[date, ...]:
    return tuple(sorted({week for each in of for week in each.missing_weeks}))


def open_targets(known: Known, as_of: date) -> list[Target]:
    """Return the targets that were set by a day and not closed by then."""
    return [each for each in targets(known, as_of) if not is_closed(each, as_of)]


def targets(known: Known, as_of: date) -> list[Target]:
    """Return the targets that were set by a day, or that a review tells of, of people who are there."""
    return [
        each
        for each in known.targets.values()
        if known.is_there(each.trainee_id) and (each.last_set is None or each.last_set.happened_on <= as_of)
    ]


def is_closed(target: Target, as_of: date) -> bool:
    """Whether a target was met or dropped by a day."""
    review = target.last_review
    return review is not None and review.happened_on <= as_of and review.status in ("met", "dropped")


def targets_not_revisited(known: Known, as_of: date) -> list[Row]:
    """Return the open targets that are past their day, or that nobody has looked at for weeks."""
    there = {each.relationship_id: each for each in known.current_relationships()}
    rows = []
    for target in open_targets(known, as_of):
        relationship, set_ = there.get(target.relationship_id), target.last_set
        if relationship is None or set_ is None:
            continue
        review = target.last_review
        reviewed_on = review.happened_on if review and review.happened_on <= as_of else None
        looked_at_on = max(set_.happened_on, reviewed_on or set_.happened_on)
        is_past = set_.due_on < as_of and looked_at_on < set_.due_on
        if not is_past and (as_of - looked_at_on).days <= LEFT_ALONE:
            continue
        rows.append(
            {
                "target_id": target.target_id,
                **{
                    name: getattr(relationship, name)
                    for name in ("relationship_id", "programme_id", "trainee_id", "mentor_id", "school_urn")
                },
                "school_name": known.school_name(relationship.school_urn),
                "standards": set_.standards,
                "set_on": set_.happened_on,
                "due_on": set_.due_on,
                "reviewed_on": reviewed_on,
                "days_past": max((as_of - set_.due_on).days, 0),
                "days_left_alone": (as_of - looked_at_on).days,
                "mentoring_goes_on": as_of <= relationship.ends_on,
            }
        )
    return rows


RULES = {"initial": "claimable_initial_training", "refresher": "claimable_refresher_training"}


def mentor_training(known: Known, as_of: date) -> list[Row]:
    """Return the training of every mentor by provider, year and kind."""
    found: dict[tuple[Any, ...], list[TrainingLogged]] = defaultdict(list)
    for each in known.training.values():
        if not each.removed and each.happened_on <= as_of and known.is_there(each.mentor_id):
            found[known.current_record(each.mentor_id), each.provider, each.academic_year, each.kind].append(each)
    rows = []
    for (mentor_id, provider, year, kind), entries in found.items():
        mentor = known.mentor(mentor_id)
        allowance = rule(RULES[kind], min(each.happened_on for each in entries))
        claimable = [each.claimable for each in entries if each.claimable is not None]
        rows.append(
            {
                "mentor_id": mentor_id,
                "provider": provider,
                "academic_year": year,
                "kind": kind,
                "school_urn": mentor and mentor.school_urn,
                "school_name": known.school_name(mentor.school_urn) if mentor else None,
                "entries": len(entries),
                "hours": sum(each.hours for each in entries),
                "claimable_hours": sum(claimable) if claimable else None,
                "most_claimable": allowance and allowance.quantity,
                "last_trained_on": max(each.happened_on for each in entries),
            }
        )
    return rows


def common_needs(known: Known, as_of: date) -> list[Row]:
    """Return every need that was counted by a day."""
    counted = [each for each in known.common_needs.values() if each.until <= as_of]
    return [
        {
            "programme_id": each.programme_id,
            "school_urn": each.school_urn,
            "until": each.until,
            "code": need.code,
            "school_name": known.school_name(each.school_urn),
            "people": need.people,
            "terms": sum(
                (other.programme_id, other.school_urn) == (each.programme_id, each.school_urn)
                and other.until <= each.until
                and need.code in {theirs.code for theirs in other.needs}
                for other in counted
            ),
        }
        for each in counted
        for need in each.needs
    ]


def sentence_day(day: date) -> str:
    """Return a day as sentences name it."""
    return f"{day.day} {day:%B %Y}"


def number(value: float) -> str:
    """Return a number as sentences name it: whole numbers without a point."""
    return str(int(value)) if value == int(value) else repr(value)


def misses_in_a_row(of: Delivery) -> Sequence[MeetingMissed]:
    """Return the meetings that were missed since the last that was held."""
    return [
        each
        for each in of.meetings
        if isinstance(each, MeetingMissed) and (of.last_held_on is None or each.happened_on > of.last_held_on)
    ]
