"""Who may open a mentee's items to keep somebody safe."""

from collections.abc import Collection

from services.sessions.domain.programmes import Programme
from services.sessions.policy.relations import NOBODY, MentoredRelationship, RoleHolder, role_among, side_of
from services.sessions.policy.relationships import may_see
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def may_open_record(
    who: Principal,
    relationship: MentoredRelationship,
    programme: Programme,
    assigned: Collection[AssignedRole] = NOBODY,
) -> RoleHolder:
    """Leads and tutors whom the programme names for safeguarding, but neither of the two.

    Returns who opens the trainee's items, and in which role of the programme. Raises `NotAllowed` for others who may
    see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    rules = programme.practice.safeguarding
    holder = role_among(who, relationship, programme, rules.by if rules else (), assigned)
    if holder is None or side_of(who, relationship) is not None:
        raise NotAllowed("Only those whom the programme names for safeguarding open what was not released to them.")
    return holder
