"""Whom a shared target reaches, and who may acknowledge it."""

from collections.abc import Collection, Mapping
from uuid import UUID

from services.sessions.domain.target_states import TargetAudience
from services.sessions.policy.relations import Relationship, accounts_for, side_of
from services.sessions.policy.relationships import RelationshipScope, may_see, visible_relationships
from shared.events.practices import PracticeRole
from shared.events.words import AssignedRole, Side
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal


def shared_target_readers(
    who: Principal, relationship: Relationship, roles: Collection[PracticeRole], assigned: Collection[AssignedRole]
) -> frozenset[str]:
    """Whether somebody has roles of the programme by their account: returns those in which they read what is shared."""
    accounts = accounts_for(who, relationship, assigned)
    return frozenset(role.id for role in roles if role.held_by in accounts)


def audiences_of_target(
    shared_with: Collection[TargetAudience], records: Collection[UUID], roles: Collection[str]
) -> tuple[TargetAudience, ...]:
    """Whether a target is shared with somebody: returns those of its audiences that mean one of their records, or one
    of their roles.
    """
    return tuple(to for to in shared_with if (to.role in roles if to.person_id is None else to.person_id in records))


def may_acknowledge(
    who: Principal,
    relationship: Relationship,
    through: Collection[TargetAudience],
    assigned: Collection[AssignedRole],
) -> Side | None:
    """The person with whom a target is shared, and those in a role with which it is; the mentor and the trainee for
    people without an account.

    `through` are the audiences of the target by which it reaches somebody. Returns the side of one of the two, None for
    others. Raises `NotAllowed` for those who may only see the relationship, `NotFound` for everybody else.
    """
    side = side_of(who, relationship)
    if side is not None or through:
        return side
    try:
        may_see(who, relationship, assigned)
    except NotFound:
        raise NotFound("There is no such target.") from None
    raise NotAllowed("This target is not shared with you, so that there is nothing to acknowledge.")


def shared_target_scope(who: Principal, assigned: Mapping[UUID, Collection[AssignedRole]]) -> RelationshipScope:
    """The person with whom a target is shared, and those in a role with which it is.

    Returns the relationships in which somebody may have such a role.
    """
    return visible_relationships(who, assigned)
