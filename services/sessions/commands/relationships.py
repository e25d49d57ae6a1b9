"""Use cases of relationships."""

from uuid import UUID

from services.sessions import policy
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from shared.events.words import Side
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit


async def open_to(who: Principal, unit: Unit, relationship_id: UUID) -> tuple[Relationship, Side]:
    (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
    if relationship is None:
        raise NotFound("There is no such relationship.")
    return relationship, policy.may_record(who, relationship)
