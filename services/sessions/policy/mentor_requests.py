"""Who may ask for another mentor."""

from collections.abc import Collection

from services.sessions.policy.relations import NOBODY, Relationship, side_of
from services.sessions.policy.relationships import may_see
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def may_request_mentor(who: Principal, relationship: Relationship, assigned: Collection[AssignedRole] = NOBODY) -> None:
    """The trainee of the relationship.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if side_of(who, relationship) != "trainee":
        raise NotAllowed("Only the mentee asks for another mentor.")
