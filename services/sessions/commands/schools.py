"""Find the schools of a trainee, in commands."""

from uuid import UUID

from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from services.sessions.domain.trainees import TRAINEE
from shared.kernel.unit import Unit


async def schools_of(unit: Unit, trainee_id: UUID) -> frozenset[str]:
    """Return the schools (URNs) at which a trainee, given by their kept record, has or had a mentor."""
    return frozenset(each.school_urn for each in await _relationships(unit, trainee_id))


async def current_schools_of(unit: Unit, trainee_id: UUID) -> frozenset[str]:
    """Return the schools (URNs) at which a trainee, given by their kept record, has a mentor today or will have."""
    today = unit.now.date()
    return frozenset(each.school_urn for each in await _relationships(unit, trainee_id) if each.ends_on >= today)


async def _relationships(unit: Unit, trainee_id: UUID) -> list[Relationship]:
    (trainee,) = await unit.load(TRAINEE, trainee_id)
    found = await unit.load(RELATIONSHIP, *sorted(trainee.relationships))
    return [relationship for relationship in found if relationship is not None]
