"""Queries of assignments."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.queries.merges import current_principal, kept_id_of, kept_record, records_of
from shared.events.words import AssignedRole
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class Assignment(Answer):
    """Somebody is assigned to a trainee from `starts_on` to `ends_on`, both included; None sets no end.

    `exception` is the reason why a mentor of the trainee assesses them.
    """

    assignment_id: UUID
    trainee_id: UUID
    person_id: UUID
    role: AssignedRole
    starts_on: date
    ends_on: date | None
    exception: str | None


class AssignmentsOfTrainee(Answer):
    """Everybody who is, was or will be assigned to a trainee, by the first day."""

    trainee_id: UUID
    assignments: list[Assignment]


async def list_own_assignments(reader: Reader) -> list[Assignment]:
    """Return the assignments of the person, by the first day; those that were taken back are left out."""
    person_id = policy.assigned_person(await current_principal(reader))
    own = await records_of(reader, person_id)
    return await reader.all(Assignment, _ASSIGNMENTS.format("person_id"), own, unseal=True)


async def list_assignments(reader: Reader, trainee_id: UUID) -> AssignmentsOfTrainee:
    """Return who is assigned to a trainee; raises `NotFound` for people who may not know."""
    trainee_id = await kept_record(reader, trainee_id)
    own = await records_of(reader, trainee_id)
    schools = await reader.connection.fetch(_SCHOOLS, own, utc_now().date())
    who = await current_principal(reader)
    assigned = await assigned_as(reader, trainee_id)
    policy.may_list_assignments(who, trainee_id, [row["school_urn"] for row in schools], assigned)
    found = await reader.all(Assignment, _ASSIGNMENTS.format("trainee_id"), own, unseal=True)
    return AssignmentsOfTrainee(trainee_id=trainee_id, assignments=found)


async def assigned_in(
    reader: Reader, who: Principal, relationship: policy.Relationship | None
) -> frozenset[AssignedRole]:
    """Return what the person is to the trainee of a relationship; not looked up where it changes nothing."""
    if relationship is None or not policy.needs_assignment(who, relationship):
        return policy.NOBODY
    return await assigned_as(reader, relationship.trainee_id)


async def assigned_as(reader: Reader, trainee_id: UUID) -> frozenset[AssignedRole]:
    """Return the roles in which the person is assigned to a trainee, given by their kept record, today."""
    return policy.assigned_roles(reader.who, (await assigned_today(reader)).get(trainee_id, policy.NOBODY))


async def assigned_today(reader: Reader) -> Mapping[UUID, frozenset[AssignedRole]]:
    """Return the trainees to whom the person is assigned today, and the roles."""
    person_id = policy.assigned_person(await current_principal(reader))
    rows = await reader.connection.fetch(_TODAY, await records_of(reader, person_id), utc_now().date())
    return {row["trainee_id"]: frozenset(row["roles"]) for row in rows}


_ASSIGNMENTS = f"""
    select assignment_id, {kept_id_of("trainee_id")} as trainee_id, {kept_id_of("person_id")} as person_id, role,
           starts_on, ends_on, exception
    from assignments where {{}} = any ($1) and (ends_on is null or starts_on <= ends_on)
    order by starts_on, assignment_id"""
_TODAY = f"""
    select {kept_id_of("trainee_id")} as trainee_id, array_agg(role) as roles from assignments
    where person_id = any ($1) and starts_on <= $2 and (ends_on is null or $2 <= ends_on) group by 1"""
_SCHOOLS = "select distinct school_urn from relationships where trainee_id = any ($1) and $2 <= ends_on"
