"""What a person is to a relationship: one of the two, somebody who oversees it, or assigned to its trainee.

The other modules of the policy ask this. `assigned` are the roles in which the person is assigned to the trainee today,
as `assigned_roles` counts them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.sessions.domain.programmes import Programme
from shared.events.practices import AccountRole
from shared.events.words import AssignedRole, MentoringRole, Side
from shared.kernel.principal import Principal

NOBODY: frozenset[AssignedRole] = frozenset()
"""What somebody is to a trainee to whom they are not assigned."""


class Relationship(Protocol):
    """The fields of a relationship that the rules need."""

    @property
    def mentor_id(self) -> UUID: ...
    @property
    def trainee_id(self) -> UUID: ...
    @property
    def school_urn(self) -> str: ...


class ReadableRelationship(Relationship, Protocol):
    """The fields of a relationship that decide for how long its texts are read."""

    @property
    def ends_on(self) -> date: ...
    @property
    def mentor_reads_for_days(self) -> int | None: ...


class MentoredRelationship(Relationship, Protocol):
    """The fields of a relationship that decide in which role of the programme somebody mentors in it."""

    @property
    def role(self) -> MentoringRole: ...


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Somebody who does something in a role of the programme."""

    person_id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """The roles in which a person is assigned to a trainee today, and whether an exception lets them assess although
    they mentor the trainee.
    """

    roles: frozenset[AssignedRole] = NOBODY
    excepted: bool = False


def assigned_roles(who: Principal, roles: Collection[AssignedRole]) -> frozenset[AssignedRole]:
    """Return those of the roles in which a person is assigned to a trainee that their account lets them use: a tutor
    needs an account of a tutor, an assessor any.
    """
    return frozenset(role for role in roles if role != "tutor" or who.has("tutor"))


def accounts_for(
    who: Principal, relationship: Relationship, assigned: Collection[AssignedRole]
) -> frozenset[AccountRole]:
    """The partnership lead, leads of the school, and tutors who are assigned to the trainee.

    Returns the accounts by which the person oversees the relationship; none for everybody else.
    """
    accounts: set[AccountRole] = set()
    if who.has("partnership_lead"):
        accounts.add("partnership_lead")
    if who.has("school_lead") and relationship.school_urn in who.schools:
        accounts.add("school_lead")
    if "tutor" in assigned:
        accounts.add("tutor")
    return frozenset(accounts)


def role_among(
    who: Principal,
    relationship: MentoredRelationship,
    programme: Programme,
    roles: Collection[str],
    assigned: Collection[AssignedRole],
) -> RoleHolder | None:
    """Return the person in the first of these roles of the programme that they have; None without any.

    Whoever is one of the two has the role of their side, and no other.
    """
    person, side = person_id(who), side_of(who, relationship)
    accounts = accounts_for(who, relationship, assigned)
    mentors_role = programme.mentors_role(relationship.role)
    for role in programme.practice.roles:
        if side is None:
            has = role.side is None and role.held_by in accounts
        else:
            has = role.id == mentors_role if side == "mentor" else role.side == "mentee"
        if person is not None and has and role.id in roles:
            return RoleHolder(person, role.id)
    return None


def leads_one_of(who: Principal, schools: Collection[str]) -> bool:
    """Whether somebody is a lead of at least one of these schools."""
    return who.has("school_lead") and not who.schools.isdisjoint(schools)


def person_id(who: Principal) -> UUID | None:
    """Return the id of the person as a mentor, trainee or assessor; None for a subject that is not a person's id."""
    try:
        return UUID(who.subject)
    except ValueError:
        return None


def side_of(who: Principal, relationship: Relationship) -> Side | None:
    """The mentor and the trainee of the relationship.

    Returns the person's side, None for everybody else.
    """
    match person_id(who):
        case None:
            return None
        case person if person == relationship.mentor_id:
            return "mentor"
        case person if person == relationship.trainee_id:
            return "trainee"
        case _:
            return None
