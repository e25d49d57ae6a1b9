"""Who may break off a relationship, and who may read why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.sessions.policy.relations import NOBODY, Relationship, accounts_for, assigned_roles, person_id, side_of
from services.sessions.policy.relationships import may_see
from shared.events.practices import AccountRole
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal


@dataclass(frozen=True, slots=True)
class BreakOffScope:
    """The break-offs that a person may see: those told to leads of the partnership, to leads of some schools, or to
    tutors of some trainees; and their own.
    """

    as_lead: bool
    schools: frozenset[str]
    trainees: frozenset[UUID]
    person_id: UUID | None


def may_break_off(who: Principal, relationship: Relationship, assigned: Collection[AssignedRole] = NOBODY) -> None:
    """The trainee of the relationship.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if side_of(who, relationship) != "trainee":
        raise NotAllowed(
            "Only the mentee breaks off. Propose a last day to each other instead, or ask your coordinator."
        )


def break_off_reader(
    who: Principal,
    relationship: Relationship,
    contact: AccountRole,
    assigned: Collection[AssignedRole] = NOBODY,
    *,
    missing: str = "There is no such break-off.",
) -> UUID:
    """The trainee, and those in the role that the trainee chose as safe contact, but never the mentor.

    A tutor is one who is assigned to the trainee. Returns the reader's id. Raises `NotFound` for everybody else, with
    the sentence `missing`, which must be that for a relationship of which nobody wrote anything: the mentor must not
    tell the two apart.
    """
    person, side = person_id(who), side_of(who, relationship)
    chosen = contact in accounts_for(who, relationship, assigned)
    if person is None or side == "mentor" or not (side == "trainee" or chosen):
        raise NotFound(missing)
    return person


def visible_break_offs(who: Principal, assigned: Mapping[UUID, Collection[AssignedRole]]) -> BreakOffScope:
    """Leads, and tutors who are assigned to the trainee, see those in which a trainee chose their role as safe
    contact, and a trainee their own.
    """
    schools = who.schools if who.has("school_lead") else frozenset()
    trainees = frozenset(trainee_id for trainee_id, roles in assigned.items() if "tutor" in assigned_roles(who, roles))
    return BreakOffScope(who.has("partnership_lead"), schools, trainees, person_id(who))
