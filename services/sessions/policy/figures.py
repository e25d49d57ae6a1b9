"""Who may bring in a mentee's figures, and who sees them."""

from collections.abc import Collection
from datetime import date

from services.sessions.policy.relations import NOBODY, ReadableRelationship, Relationship, accounts_for, side_of
from services.sessions.policy.relationships import may_see, reading_side
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def may_bring_figures(who: Principal, relationship: Relationship) -> bool:
    """Leads of the mentee's school, but not for themselves."""
    return side_of(who, relationship) is None and "school_lead" in accounts_for(who, relationship, NOBODY)


def may_see_figures(
    who: Principal, relationship: ReadableRelationship, today: date, assigned: Collection[AssignedRole] = NOBODY
) -> None:
    """The mentor and the mentee, and leads of the school, who brought them in.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if reading_side(who, relationship, today) is None and not may_bring_figures(who, relationship):
        raise NotAllowed("Only the mentee, the mentor and leads of the school see these figures.")
