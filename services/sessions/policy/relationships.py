"""Who may see a relationship, read what the two write, and record in it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sessions.policy.relations import (
    NOBODY,
    ReadableRelationship,
    Relationship,
    accounts_for,
    assigned_roles,
    person_id,
    side_of,
)
from shared.events.practices import AccountRole
from shared.events.words import AssignedRole, Side
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal


@dataclass(frozen=True, slots=True)
class RelationshipScope:
    """The relationships that a person may see: all, those at some schools, those of some trainees, and their own."""

    everything: bool
    schools: frozenset[str]
    trainees: frozenset[UUID]
    person_id: UUID | None


def visible_relationships(who: Principal, assigned: Mapping[UUID, Collection[AssignedRole]]) -> RelationshipScope:
    """The partnership lead sees all relationships, school leads those at their schools, tutors and assessors those of
    the trainees to whom they are assigned, everybody else their own.
    """
    schools = who.schools if who.has("school_lead") else frozenset()
    trainees = frozenset(trainee_id for trainee_id, roles in assigned.items() if assigned_roles(who, roles))
    return RelationshipScope(who.has("partnership_lead"), schools, trainees, person_id(who))


def may_see(who: Principal, relationship: Relationship | None, assigned: Collection[AssignedRole] = NOBODY) -> None:
    """The partnership lead, leads of the school, tutors and assessors who are assigned to the trainee, and the mentor
    and the trainee of the relationship.

    Raises `NotFound` for everybody else, and where there is no such relationship.
    """
    if relationship is None or not (
        assigned or accounts_for(who, relationship, assigned) or side_of(who, relationship)
    ):
        raise NotFound("There is no such relationship.")


def needs_assignment(who: Principal, relationship: Relationship) -> bool:
    """Whether it matters to somebody's view of a relationship if they are assigned to its trainee."""
    oversees = bool(accounts_for(who, relationship, NOBODY))
    return side_of(who, relationship) is None and (who.has("tutor") or not oversees)


def reading_side(who: Principal, relationship: ReadableRelationship, today: date) -> Side | None:
    """Only the mentor and the trainee read the texts of meetings and targets, and only the trainee their own pulse.

    The mentor reads for as many days after the end as the programme says. Returns the person's side, None for everybody
    else.
    """
    side, days = side_of(who, relationship), relationship.mentor_reads_for_days
    over = days is not None and (today - relationship.ends_on).days > days
    return None if side == "mentor" and over else side


def may_still_act(who: Principal, relationship: ReadableRelationship, today: date) -> bool:
    """Whether somebody whom the other rules let pass may still act in a relationship: its mentor only as long as they
    read what the two wrote. Every command asks this.
    """
    return side_of(who, relationship) == reading_side(who, relationship, today)


def may_read_form(
    who: Principal,
    relationship: ReadableRelationship,
    accounts: Collection[AccountRole],
    today: date,
    assigned: Collection[AssignedRole] = NOBODY,
) -> None:
    """The mentor and the trainee, and those who see the relationship in a role that the programme lets read the form.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    overseeing = accounts_for(who, relationship, assigned)
    if reading_side(who, relationship, today) is None and overseeing.isdisjoint(accounts):
        raise NotAllowed("Only those whom the programme lets read this form can see it.")


def may_record(
    who: Principal,
    relationship: Relationship,
    assigned: Collection[AssignedRole] = NOBODY,
    *,
    what: str = "record their meetings and targets",
) -> Side:
    """The mentor and the trainee of the relationship.

    `what` says in a refusal what the two do. Returns the person's side. Raises `NotAllowed` for those who may only see
    the relationship, `NotFound` for others.
    """
    may_see(who, relationship, assigned)
    side = side_of(who, relationship)
    if side is None:
        raise NotAllowed(f"Only the mentor and the trainee {what}.")
    return side


def mentee(who: Principal) -> UUID | None:
    """Trainees and other mentees see their own mentors.

    Returns the id of the person as a mentee, None for a subject that is not a person's id.
    """
    return person_id(who)
