"""Find the schools of a trainee, in commands."""

from uuid import UUID

from services.sessions.domain.relationships import RELATIONSHIP
from services.sessions.domain.trainees import TRAINEE
from shared.kernel.unit import Unit


async def schools_of(unit: Unit, trainee_id: UUID) -> frozenset[str]:
    """Return the schools (URNs) at which a trainee, given by their kept record, has or had a mentor."""
    (trainee,) = await unit.load(TRAINEE, trainee_id)
    relationships = await unit.load(RELATIONSHIP, *sorted(trainee.relationships))
    return frozenset(relationship.school_urn for relationship in relationships if relationship is not None)
