"""Find the successor of a school, and the relationships at a school, in commands."""

from datetime import date
from uuid import UUID

from services.sessions.domain.hosts import HOST, Host, HostRelationship, SetSuccessor
from services.sessions.domain.relationships import RELATIONSHIP
from shared.kernel.unit import Unit


async def current_host(unit: Unit, urn: str) -> str:
    """Return the school that hosts what began at a school: its last successor, or the school itself."""
    schools = [urn]
    for school in schools:
        successor_urn = (await load_host(unit, school)).successor_urn
        if successor_urn is not None and successor_urn not in schools:
            schools.append(successor_urn)
    return schools[-1]


async def load_host(unit: Unit, urn: str) -> Host:
    """Return a school with the relationships that are or were at it."""
    (host,) = await unit.load(HOST, urn)
    return host


async def relationships_at(unit: Unit, urn: str) -> list[UUID]:
    """Return the relationships that are at a school now."""
    host = await load_host(unit, urn)
    relationships = await unit.load(RELATIONSHIP, *host.relationships)
    return [each.relationship_id for each in relationships if each is not None and each.school_urn == urn]


async def host_relationship(unit: Unit, urn: str, relationship_id: UUID, on: date) -> None:
    """Note at the school that it hosts a relationship."""
    await unit.decide(HOST, urn, HostRelationship(urn=urn, relationship_id=relationship_id, on=on))


async def set_successor(unit: Unit, urn: str, successor_urn: str | None, on: date) -> None:
    """Set the successor of a school, or take it back with None."""
    await unit.decide(HOST, urn, SetSuccessor(urn=urn, successor_urn=successor_urn, on=on))
