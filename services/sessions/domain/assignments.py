"""The tutors and assessors whom a lead assigned to a trainee, each from a day to a day.

Source: issue "Sessions and assessments in full" (only those who are assigned assess a trainee, or read what was
released to them); NCSL ("seen by someone who did not know me"). One stream holds all assignments of a trainee, so that
one read says who is assigned.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from services.sessions.domain.texts import Text, long_date
from shared.calendar import day_after
from shared.events.words import AssignedRole
from shared.inputs.days import AssignmentDay, StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value, build_from


class NewAssignment(Value):
    """Who is assigned to whom, as what, from `starts_on` to `ends_on`, both included; without a last day for good.

    A mentor of the trainee is an assessor only with an `exception`: the reason, which the trainee can read.
    """

    trainee_id: UUID
    person_id: UUID
    role: AssignedRole
    starts_on: AssignmentDay
    ends_on: AssignmentDay | None = None
    exception: Text | None = None
    on: StepDay


class AssignmentDays(Value):
    """Other days of an assignment. The day before `starts_on` as `ends_on` takes the assignment back altogether."""

    starts_on: AssignmentDay
    ends_on: AssignmentDay | None = None
    on: StepDay


class AssignmentSet(Event):
    """Somebody was assigned to the trainee, or the days of their assignment were changed."""

    type: ClassVar[str] = "sessions.assignment_set"

    assignment_id: UUID
    trainee_id: UUID
    person_id: UUID
    role: AssignedRole
    starts_on: date
    ends_on: date | None
    excepted: bool = False


class ExceptionExplained(Event):
    """A mentor of the trainee was assigned as an assessor, for a reason that is sealed for the trainee."""

    type: ClassVar[str] = "sessions.assessor_exception_explained"

    assignment_id: UUID
    trainee_id: UUID
    reason: Annotated[str, Personal("trainee_id")]


class Assign(Command):
    """Assign somebody; `mentors` says that the person mentors the trainee and is barred from assessing them."""

    assignment_id: UUID
    assignment: NewAssignment
    mentors: bool


class ChangeAssignment(Command):
    """Change the days of an assignment."""

    assignment_id: UUID
    days: AssignmentDays


class TakeOverAssignments(Command):
    """Let what was assigned to a merged record of the trainee be assigned to this one."""

    trainee_id: UUID
    assignments: Mapping[UUID, "Assignment"]
    on: date


class EndAssignments(Command):
    """End the assignments of some people, or of everybody with None, on the day before `on`."""

    people: frozenset[UUID] | None
    on: date


Events = AssignmentSet | ExceptionExplained
Commands = Assign | ChangeAssignment | TakeOverAssignments | EndAssignments


class AlreadyAssigned(DomainError):
    """Somebody is assigned again, as the same, on days on which they are already."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """An assignment of somebody to the trainee, and the days from which to which it holds."""

    trainee_id: UUID
    person_id: UUID
    role: AssignedRole
    starts_on: date
    ends_on: date | None
    excepted: bool = False

    def holds_on(self, day: date) -> bool:
        """Whether the assignment holds on a day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def overlaps(self, starts_on: date, ends_on: date | None) -> bool:
        """Whether the assignment holds on one of these days."""
        first = max(self.starts_on, starts_on)
        return all(last is None or first <= last for last in (self.ends_on, ends_on))


@dataclass(frozen=True, slots=True)
class Assignments:
    """All assignments of a trainee, by id."""

    by_id: Mapping[UUID, Assignment] = field(default_factory=dict)

    @property
    def people(self) -> frozenset[UUID]:
        """Everybody who was ever assigned."""
        return frozenset(assignment.person_id for assignment in self.by_id.values())

    def lets_mentor_assess(self, records: Collection[UUID], day: date) -> bool:
        """Whether somebody may assess the trainee on a day although they mentor them."""
        return any(
            assignment.excepted and assignment.person_id in records and assignment.holds_on(day)
            for assignment in self.by_id.values()
        )

    def roles_of(self, records: Collection[UUID], day: date) -> frozenset[AssignedRole]:
        """Return what somebody, given by the ids of their records, is to the trainee on a day."""
        return frozenset(
            assignment.role
            for assignment in self.by_id.values()
            if assignment.person_id in records and assignment.holds_on(day)
        )


def decide(command: Commands, assignments: Assignments, now: datetime) -> Sequence[Events]:
    """Assign somebody, change the days, take over those of a merged record, end all of an erased person.

    A command that changes nothing emits no event.
    """
    del now
    match command:
        case Assign(assignment_id=assignment_id, assignment=new):
            if new.person_id == new.trainee_id:
                raise Invalid("Nobody is assigned to themselves; choose another person.", pointer="/person_id")
            _must_have_days(new.starts_on, new.ends_on)
            _must_be_free(assignments, None, new.person_id, new.role, new.starts_on, new.ends_on)
            return _assign(assignment_id, new, mentors=command.mentors)
        case ChangeAssignment(assignment_id=assignment_id, days=days):
            known = assignments.by_id.get(assignment_id)
            if known is None:
                raise NotFound("There is no such assignment.")
            _must_have_days(days.starts_on, days.ends_on)
            _must_be_free(assignments, assignment_id, known.person_id, known.role, days.starts_on, days.ends_on)
            if (days.starts_on, days.ends_on) == (known.starts_on, known.ends_on):
                return []
            return [_set(assignment_id, known, days.starts_on, days.ends_on, days.on)]
        case TakeOverAssignments(trainee_id=trainee_id):
            return [
                _set(assignment_id, each, each.starts_on, each.ends_on, command.on, trainee_id=trainee_id)
                for assignment_id, each in command.assignments.items()
                if assignment_id not in assignments.by_id
            ]
        case EndAssignments(people=people, on=on):
            last = day_after(on, -1)
            return [
                _set(assignment_id, each, each.starts_on, last, on)
                for assignment_id, each in assignments.by_id.items()
                if (people is None or each.person_id in people) and each.overlaps(on, None)
            ]


def _assign(assignment_id: UUID, new: NewAssignment, *, mentors: bool) -> Sequence[Events]:
    if new.role == "assessor" and mentors and new.exception is None:
        raise Invalid(
            "This person mentors the trainee. Choose somebody else, or give the reason for an exception.",
            pointer="/exception",
        )
    if new.exception is not None and new.role != "assessor":
        raise Invalid("An exception is for an assessor who mentors the trainee; leave it out.", pointer="/exception")
    names = {"happened_on": new.on, "assignment_id": assignment_id}
    assigned = build_from(AssignmentSet, new, **names, excepted=new.exception is not None)
    if new.exception is None:
        return [assigned]
    return [assigned, build_from(ExceptionExplained, new, **names, reason=new.exception)]


def _set(
    assignment_id: UUID,
    known: Assignment,
    starts_on: date,
    ends_on: date | None,
    on: date,
    *,
    trainee_id: UUID | None = None,
) -> AssignmentSet:
    return AssignmentSet(
        happened_on=on,
        assignment_id=assignment_id,
        trainee_id=trainee_id or known.trainee_id,
        person_id=known.person_id,
        role=known.role,
        starts_on=starts_on,
        ends_on=ends_on,
        excepted=known.excepted,
    )


def _must_have_days(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < day_after(starts_on, -1):
        raise Invalid(
            "The last day is not before the first. To take an assignment back altogether, give the day before its "
            "first day.",
            pointer="/ends_on",
        )


def _must_be_free(
    assignments: Assignments,
    besides: UUID | None,
    person_id: UUID,
    role: AssignedRole,
    starts_on: date,
    ends_on: date | None,
) -> None:
    for assignment_id, known in assignments.by_id.items():
        if assignment_id == besides or (known.person_id, known.role) != (person_id, role):
            continue
        if known.overlaps(starts_on, ends_on):
            until = "" if known.ends_on is None else f" to {long_date(known.ends_on)}"
            raise AlreadyAssigned(
                f"This person is the trainee's {role} already, from {long_date(known.starts_on)}{until}: change the "
                "days of that assignment.",
                pointer="/starts_on",
            )


def evolve(assignments: Assignments, event: Events) -> Assignments:
    """Apply an event to the assignments."""
    match event:
        case AssignmentSet():
            days = event.starts_on, event.ends_on
            known = Assignment(event.trainee_id, event.person_id, event.role, *days, excepted=event.excepted)
            return Assignments({**assignments.by_id, event.assignment_id: known})
        case ExceptionExplained():
            return assignments


ASSIGNMENTS: Decider[Assignments, Commands, Events] = Decider(
    "assignments", Assignments, decide, evolve, (AssignmentSet, ExceptionExplained)
)
