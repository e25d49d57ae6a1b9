"""Who owns an item, and whom its releases reach."""

from collections.abc import Collection
from uuid import UUID

from services.sessions.domain.access import AudienceRole
from services.sessions.policy.relations import leads_one_of, person_id
from shared.events.words import AssignedRole
from shared.kernel.principal import Principal


def item_owner(who: Principal) -> UUID | None:
    """The person who owns the item.

    Returns the id of the person as an owner of items, None for a subject that is not a person's id.
    """
    return person_id(who)


def item_reader(who: Principal) -> UUID | None:
    """The person who owns the item, or to whom the owner released it.

    Returns the id of the person as a reader of items, None for a subject that is not a person's id.
    """
    return person_id(who)


def audience_roles(
    who: Principal, owner_schools: Collection[str], assigned: Collection[AssignedRole]
) -> frozenset[AudienceRole]:
    """Return the roles by which something that its owner released to roles reaches the person: of tutors and assessors
    who are assigned to the owner, of leads of the partnership, and of leads of a school where the owner is or was.
    """
    roles: set[AudienceRole] = {*assigned}
    if who.has("partnership_lead"):
        roles.add("partnership_lead")
    if leads_one_of(who, owner_schools):
        roles.add("school_lead")
    return frozenset(roles)
