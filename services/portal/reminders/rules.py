"""Who is reminded of what: from what the portal knows of relationships, meetings, targets and proposals. Pure.

Source: product.md U8. A week's meeting is due on the last working day of the week on which the school is open. None is
due in a week that is not whole, in one with a day on which the two were paused or the trainee was not in training, and
in one that is all in the school's holidays. Where the two meet every few weeks, a meeting is due in the last of them,
unless one of them has a day of an interruption that is over. Of a target, the trainee is reminded first, and the mentor
after a week. Nobody is reminded of anything in a relationship that has ended, or with somebody whose record is no
longer there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from services.portal.domain.reminders import Pause
from services.portal.mail.digests import DigestItem, Kind
from services.portal.reminders.ladder import AFTER_A_WEEK, FROM_ITS_DAY, WHOLE_LADDER, step_reached
from shared.calendar import is_working_day, working_days_after

WEEKS_BACK = 6
"""How many weeks back a meeting may be recorded, as far as reminders go: their ladder has ended before."""
CONFIRM_WITHIN = 5
"""Working days after which days that were logged are overdue for the school."""


@dataclass(frozen=True, slots=True)
class KnownMentoring:
    """A mentoring relationship, as far as reminders need it."""

    relationship_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    starts_on: date
    ends_on: date
    meetings_per_week: int
    weeks_between_meetings: int | None = None
    paused_on: date | None = None
    trainee_away_since: date | None = None
    interruptions: tuple[tuple[date, date], ...] = ()
    """The first and last days of pauses and of absences of the trainee that are over."""
    closed: tuple[tuple[date, date], ...] = ()

    def is_closed_on(self, day: date) -> bool:
        """Whether nobody is at the school on a day."""
        return not is_working_day(day) or any(first <= day <= last for first, last in self.closed)


@dataclass(frozen=True, slots=True)
class KnownTarget:
    """An open target."""

    target_id: UUID
    relationship_id: UUID
    due_on: date


@dataclass(frozen=True, slots=True)
class WaitingProposal:
    """A proposal that waits for an answer of somebody."""

    pair_id: UUID
    answer_by: date


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due for somebody, and the steps on which they are reminded of it."""

    key: str
    kind: Kind
    about: UUID
    due_on: date
    ladder: tuple[int, ...]


@dataclass(frozen=True)
class Known:
    """All that is known of a partnership on a day."""

    mentorings: Sequence[KnownMentoring] = ()
    recorded: Mapping[UUID, Sequence[date]] = field(default_factory=dict)
    targets: Sequence[KnownTarget] = ()
    people: AbstractSet[UUID] = frozenset()


def dues_of_mentoring(known: Known, today: date) -> Iterator[tuple[UUID, Due]]:
    """Yield what is due in relationships, each with the person who is reminded."""
    current = {
        each.relationship_id: each
        for each in known.mentorings
        if each.starts_on <= today <= each.ends_on and {each.trainee_id, each.mentor_id} <= known.people
    }
    for mentoring in current.values():
        for week in weeks_not_recorded(mentoring, known.recorded.get(mentoring.relationship_id, ()), today):
            due_on = _last_open_day(mentoring, week)
            key = f"meeting:{mentoring.relationship_id}:{week}"
            yield mentoring.mentor_id, Due(key, "meeting", mentoring.relationship_id, due_on, FROM_ITS_DAY)
    for target in known.targets:
        if (of := current.get(target.relationship_id)) is None or _is_interrupted(of, today):
            continue
        key, about = f"target:{target.target_id}", target.relationship_id
        yield of.trainee_id, Due(key, "target", about, target.due_on, WHOLE_LADDER)
        yield of.mentor_id, Due(key, "target", about, target.due_on, AFTER_A_WEEK)


def weeks_not_recorded(mentoring: KnownMentoring, recorded: Sequence[date], today: date) -> list[date]:
    """Return the Mondays of the weeks in which a meeting was due, up to this week, of which too few are recorded."""
    this_week = _monday(today)
    first_week = _monday(mentoring.starts_on + timedelta(days=6))
    every = mentoring.weeks_between_meetings or 1
    wanted = mentoring.meetings_per_week if mentoring.weeks_between_meetings is None else 1
    missing = []
    for back in range(WEEKS_BACK):
        last_of_period = this_week - timedelta(weeks=back)
        number = (last_of_period - first_week).days // 7
        if number < 0 or (number + 1) % every:
            continue
        first_of_period = last_of_period - timedelta(weeks=every - 1)
        end = last_of_period + timedelta(days=6)
        was_interrupted = any(first <= end and first_of_period <= last for first, last in mentoring.interruptions)
        if was_interrupted or not _is_due(mentoring, last_of_period, today):
            continue
        if sum(first_of_period <= day <= end for day in recorded) < wanted:
            missing.append(last_of_period)
    return missing


def _is_due(mentoring: KnownMentoring, week: date, today: date) -> bool:
    """Whether a meeting is due in the week of a Monday: it is whole and open, and no interruption goes on in it."""
    sunday = week + timedelta(days=6)
    is_whole = mentoring.starts_on <= week and sunday <= mentoring.ends_on
    is_open = any(not mentoring.is_closed_on(week + timedelta(days=day)) for day in range(7))
    return is_whole and is_open and not _is_interrupted(mentoring, min(today, sunday))


def _is_interrupted(mentoring: KnownMentoring, day: date) -> bool:
    since = (mentoring.paused_on, mentoring.trainee_away_since)
    return any(each is not None and each <= day for each in since)


def _last_open_day(mentoring: KnownMentoring, week: date) -> date:
    days = [week + timedelta(days=day) for day in range(7)]
    return max(day for day in days if not mentoring.is_closed_on(day))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def dues_of_proposals(proposals: Iterable[WaitingProposal]) -> Iterator[Due]:
    """Yield what is due of somebody for whose answer proposals wait."""
    for proposal in proposals:
        key = f"proposal:{proposal.pair_id}"
        yield Due(key, "proposal", proposal.pair_id, proposal.answer_by, WHOLE_LADDER)


def dues_of_days(logged: Iterable[date], school_lead: UUID) -> Iterator[Due]:
    """Yield what is due of a school's lead for each day that was logged and that the school has not confirmed."""
    for day in sorted(set(logged)):
        yield Due(f"days:{day}", "days", school_lead, working_days_after(day, CONFIRM_WITHIN), FROM_ITS_DAY)


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """Something about an assessment that a tutor is to do by a day."""

    name: str
    relationship_id: UUID
    due_on: date


def dues_of_tasks(tasks: Iterable[WaitingTask]) -> Iterator[Due]:
    """Yield what is due of a tutor."""
    for task in tasks:
        key = f"task:{task.relationship_id}:{task.name}"
        yield Due(key, "assessment", task.relationship_id, task.due_on, WHOLE_LADDER)


def items_of_digest(dues: Iterable[Due], pause: Pause | None, since: date, today: date) -> tuple[DigestItem, ...]:
    """Return what somebody is reminded of today, what is due first before the others; nothing in a pause or on a day
    off. `since` is the last day for which they were reminded.
    """
    if not is_working_day(today) or (pause is not None and pause.covers(today)):
        return ()
    reached = {
        due.key: DigestItem(key=due.key, kind=due.kind, about=due.about, due_on=due.due_on)
        for due in dues
        if step_reached(due.due_on, due.ladder, since, today) is not None
    }
    return tuple(sorted(reached.values(), key=lambda item: (item.due_on, item.kind, item.key)))
