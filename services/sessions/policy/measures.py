"""Who answers the instruments of a programme."""

from collections.abc import Collection
from uuid import UUID

from services.sessions.domain.programmes import Programme
from services.sessions.policy.relations import NOBODY, MentoredRelationship, RoleHolder, person_id, role_among
from services.sessions.policy.relationships import may_see
from shared.events.practices import Instrument
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def may_take_measures(
    who: Principal,
    relationship: MentoredRelationship,
    programme: Programme,
    instrument: Instrument,
    assigned: Collection[AssignedRole] = NOBODY,
) -> RoleHolder:
    """The trainee and others whom the programme names, each for themselves.

    Returns who answers, and in which role of the programme. Raises `NotAllowed` for others who may see the
    relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    holder = role_among(who, relationship, programme, instrument.by, assigned)
    if holder is None:
        raise NotAllowed("This is answered by those whom the programme names.")
    return holder


def measuring_role(
    who: Principal,
    relationship: MentoredRelationship,
    programme: Programme,
    instrument: Instrument,
    assigned: Collection[AssignedRole] = NOBODY,
) -> str | None:
    """The trainee and others whom the programme names, each for themselves.

    Returns the role of the programme in which the person answers an instrument, None for everybody else.
    """
    holder = role_among(who, relationship, programme, instrument.by, assigned)
    return None if holder is None else holder.role


def measures_author(who: Principal) -> UUID | None:
    """The person who gave the answers.

    Returns the id of the person as the author, None for a subject that is not a person's id.
    """
    return person_id(who)
