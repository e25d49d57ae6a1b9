"""The entries of a calendar: what the services' answers say is due for a person, in words that tell strangers little.

An entry has the name of what it is about (`meeting-ID`), so that a calendar knows it again when its day changes. It has
nothing that somebody wrote, and names of people only where the owner of the feed asked for them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from uuid import UUID

from services.portal.calls.answers import DaysOfPlacement, DueAssessment, DueTask, PlannedObservation, ProposedPair
from services.portal.calls.sessions import Mentoring

SHOWN_BEFORE, SHOWN_AFTER = timedelta(days=31), timedelta(days=400)
"""How far back and ahead of today a calendar reaches."""
TASKS = {
    "assess": "An assessment is to be written",
    "submit": "An assessment is to be submitted",
    "correct": "An assessment is to be corrected",
    "plan_support": "A support plan is to be shared",
    "review_support": "A support plan is to be reviewed",
}
OPEN_ASSESSMENTS = (None, "drafting", "shared", "commented", "signing", "signed", "returned")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something on a day, with the address of its page; `at` is the time where it has one, `about` whom it is about."""

    name: str
    summary: str
    on: date
    address: str
    about: UUID | None = None
    at: time | None = None
    is_cancelled: bool = False
    takes_time: bool = False

    @property
    def text(self) -> str:
        """All that the entry says, names too: two of an entry differ if and only if it has changed."""
        parts = (self.summary, self.on, self.address, self.at, self.is_cancelled, self.takes_time)
        return "\n".join(map(str, parts))


@dataclass(frozen=True, slots=True)
class DueInMentoring:
    """All that has a day in a mentoring relationship, as one of the two sees it."""

    mentoring: Mentoring
    observations: Sequence[PlannedObservation] = ()
    assessments: Sequence[DueAssessment] = ()
    days: DaysOfPlacement = field(default_factory=lambda: DaysOfPlacement(half_days=()))


def entries_of_mentoring(due: DueInMentoring, owner: UUID, meetings_at: time | None) -> Iterator[Entry]:
    """Yield the entries of a relationship: meetings, observations, assessments, open targets and planned days."""
    mentoring = due.mentoring
    other = mentoring.other_than(owner)
    relationship_id = mentoring.relationship.relationship_id
    page = f"/mentoring/{relationship_id}"
    for meeting in mentoring.series.meetings:
        yield Entry(
            f"meeting-{meeting.planned_id}",
            "Mentoring meeting",
            meeting.planned_on,
            page,
            other,
            meetings_at,
            is_cancelled=meeting.status == "cancelled",
            takes_time=meetings_at is not None,
        )
    for observation in due.observations:
        if observation.held_on is None:
            yield Entry(
                f"observation-{observation.observation_id}",
                "Observation of a lesson",
                observation.planned_on,
                page,
                other,
                is_cancelled=observation.called_off,
            )
    for number, assessment in enumerate(sorted(due.assessments, key=lambda each: (each.due_on, each.kind)), start=1):
        if assessment.state in OPEN_ASSESSMENTS:
            name = f"assessment-{relationship_id}-{number}"
            yield Entry(name, "An assessment is due", assessment.due_on, page, other)
    for target in mentoring.open_targets:
        yield Entry(f"target-{target.target_id}", "A target is due", target.due_on, page, other)
    yield from _entries_of_days(due.days, relationship_id, page)


def _entries_of_days(days: DaysOfPlacement, relationship_id: UUID, page: str) -> Iterator[Entry]:
    planned: dict[date, set[str]] = {}
    for half in days.half_days:
        if half.state == "planned":
            planned.setdefault(half.on, set()).add(half.half)
    for on, halves in planned.items():
        part = "A day" if len(halves) > 1 else f"A {min(halves)}"
        yield Entry(f"day-{relationship_id}-{on}", f"{part} at school", on, page)


def entries_of_tasks(tasks: Iterable[DueTask]) -> Iterator[Entry]:
    """Yield the entries of somebody who assesses: what is to be done about trainees by a day."""
    for task in tasks:
        name = f"task-{task.relationship_id}-{task.kind}-{task.task}"
        yield Entry(name, TASKS.get(task.task, "An assessment is due"), task.due_on, "/assessments", task.trainee_id)


def entries_of_proposals(pairs: Iterable[ProposedPair], role: str, owner: UUID) -> Iterator[Entry]:
    """Yield the days by which proposals are to be answered by somebody in a role: school leads answer for mentors."""
    side = "trainee" if role == "trainee" else "mentor"
    for pair in pairs:
        if pair.answer_by is not None and side not in pair.accepted_by:
            other = pair.mentor_id if pair.trainee_id == owner else pair.trainee_id
            name, page = f"proposal-{pair.pair_id}", "/school/proposals" if role == "school_lead" else "/"
            yield Entry(name, "Answer a proposal by today", pair.answer_by, page, other)


def entries_around(entries: Iterable[Entry], today: date) -> list[Entry]:
    """Return the entries that a calendar shows today, each name once, in order of their days."""
    by_name = {each.name: each for each in entries if today - SHOWN_BEFORE <= each.on <= today + SHOWN_AFTER}
    return sorted(by_name.values(), key=lambda each: (each.on, each.name))
