"""Who may pass on what the next mentor should know."""

from collections.abc import Collection

from services.sessions.policy.relations import NOBODY, Relationship, side_of
from services.sessions.policy.relationships import may_see
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def may_pass_on(who: Principal, relationship: Relationship, assigned: Collection[AssignedRole] = NOBODY) -> None:
    """The trainee of the relationship, who owns what is passed on.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if side_of(who, relationship) != "trainee":
        raise NotAllowed("It is for the mentee to pass this on, to a mentor whom they choose.")
