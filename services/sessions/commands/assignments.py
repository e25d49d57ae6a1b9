"""Commands of assignments: assign, change the days, find what somebody is to a trainee."""

from datetime import date
from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.commands.merges import current_principal, kept_record, kept_records
from services.sessions.commands.people import must_not_be_erased
from services.sessions.commands.schools import current_schools_of
from services.sessions.commands.stored_events import find_events
from services.sessions.domain.assignments import (
    ASSIGNMENTS,
    Assign,
    AssignmentDays,
    Assignments,
    AssignmentSet,
    ChangeAssignment,
    EndAssignments,
    NewAssignment,
    TakeOverAssignments,
)
from services.sessions.domain.trainees import TRAINEE
from shared.events.words import AssignedRole
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class AssignmentState(Answer):
    """An assignment after a command: it holds from `starts_on` to `ends_on`, both included; None sets no end."""

    assignment_id: UUID
    trainee_id: UUID
    person_id: UUID
    role: AssignedRole
    starts_on: date
    ends_on: date | None


def assign(who: Principal, new: NewAssignment) -> UseCase[AssignmentState]:
    """Assign a tutor or an assessor to a trainee."""

    async def use_case(unit: Unit) -> AssignmentState:
        trainee_id, person_id = await kept_records(unit, new.trainee_id, new.person_id)
        policy.may_assign(who, new.role, await current_schools_of(unit, trainee_id))
        for each in (trainee_id, person_id):
            await must_not_be_erased(unit, each)
        assignment_id = uuid4()
        assignment = new.model_copy(update={"trainee_id": trainee_id, "person_id": person_id})
        (trainee,) = await unit.load(TRAINEE, trainee_id)
        assigning = Assign(assignment_id=assignment_id, assignment=assignment, mentors=person_id in trainee.barred)
        await unit.decide(ASSIGNMENTS, trainee_id, assigning)
        return await _state(unit, trainee_id, assignment_id)

    return use_case


def change_assignment(
    who: Principal, trainee_id: UUID, assignment_id: UUID, days: AssignmentDays
) -> UseCase[AssignmentState]:
    """Change the days of an assignment: a last day ends it."""

    async def use_case(unit: Unit) -> AssignmentState:
        kept_id = await kept_record(unit, trainee_id)
        known = (await _load(unit, kept_id)).by_id.get(assignment_id)
        if known is None and not who.has("partnership_lead"):
            raise NotFound("There is no such trainee.")
        policy.may_assign(who, "tutor" if known is None else known.role, await current_schools_of(unit, kept_id))
        await must_not_be_erased(unit, kept_id)
        await unit.decide(ASSIGNMENTS, kept_id, ChangeAssignment(assignment_id=assignment_id, days=days))
        return await _state(unit, kept_id, assignment_id)

    return use_case


async def assigned_as(unit: Unit, who: Principal, trainee_id: UUID) -> frozenset[AssignedRole]:
    """Return the roles in which somebody is assigned to a trainee today, whatever records of theirs were merged."""
    assignments, records = await _own(unit, who, trainee_id)
    return policy.assigned_roles(who, assignments.roles_of(records, unit.now.date()))


async def is_assigned(unit: Unit, person_id: UUID, trainee_id: UUID) -> bool:
    """Whether a person is assigned to a trainee today in any role, whatever records of theirs were merged."""
    assignments = await _load(unit, await kept_record(unit, trainee_id))
    people = sorted(assignments.people)
    kept = zip(people, await kept_records(unit, *people), strict=True)
    kept_id = await kept_record(unit, person_id)
    records = frozenset(each for each, kept_each in kept if kept_each == kept_id)
    return bool(assignments.roles_of(records, unit.now.date()))


async def lets_mentor_assess(unit: Unit, who: Principal, trainee_id: UUID) -> bool:
    """Whether a lead made an exception, so that somebody who mentors a trainee assesses them today."""
    assignments, records = await _own(unit, who, trainee_id)
    return assignments.lets_mentor_assess(records, unit.now.date())


async def has_tutor(unit: Unit, trainee_id: UUID) -> bool:
    """Whether a tutor is assigned to a trainee today."""
    assignments = await _load(unit, trainee_id)
    return "tutor" in assignments.roles_of(assignments.people, unit.now.date())


async def take_over_assignments(unit: Unit, merged_id: UUID, kept_id: UUID, on: date) -> None:
    """Let the tutors and assessors of a merged record be those of the kept one too."""
    merged = await _load(unit, merged_id)
    taking = TakeOverAssignments(trainee_id=kept_id, assignments=merged.by_id, on=on)
    await unit.decide(ASSIGNMENTS, kept_id, taking)


async def end_assignments(unit: Unit, person_id: UUID, on: date) -> None:
    """End all assignments of a person who was erased, and those of others to them."""
    await unit.decide(ASSIGNMENTS, person_id, EndAssignments(people=None, on=on))
    theirs = await find_events(unit, ASSIGNMENTS, AssignmentSet, person_id=[person_id])
    for trainee_id in dict.fromkeys(event.trainee_id for event in theirs):
        await unit.decide(ASSIGNMENTS, trainee_id, EndAssignments(people=frozenset({person_id}), on=on))


async def _load(unit: Unit, trainee_id: UUID) -> Assignments:
    (assignments,) = await unit.load(ASSIGNMENTS, trainee_id)
    return assignments


async def _own(unit: Unit, who: Principal, trainee_id: UUID) -> tuple[Assignments, frozenset[UUID]]:
    """The assignments of a trainee, and the ids among those assigned that mean the person."""
    person_id = policy.assigned_person(await current_principal(unit, who))
    assignments = await _load(unit, await kept_record(unit, trainee_id))
    people = sorted(assignments.people)
    kept = zip(people, await kept_records(unit, *people), strict=True)
    return assignments, frozenset(each for each, kept_id in kept if kept_id == person_id)


async def _state(unit: Unit, trainee_id: UUID, assignment_id: UUID) -> AssignmentState:
    assignment = (await _load(unit, trainee_id)).by_id[assignment_id]
    (person_id,) = await kept_records(unit, assignment.person_id)
    return AssignmentState(
        assignment_id=assignment_id,
        trainee_id=trainee_id,
        person_id=person_id,
        role=assignment.role,
        starts_on=assignment.starts_on,
        ends_on=assignment.ends_on,
    )
