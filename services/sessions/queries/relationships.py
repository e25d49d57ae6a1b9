"""Relationships, as those who may know of them see them."""

from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.projections.relationships import RelationshipRow
from services.sessions.queries.meetings import MEETINGS, MEETINGS_IN_WORDS
from services.sessions.queries.targets import TARGETS, TARGETS_IN_WORDS
from shared.kernel.reader import Reader

Answer = dict[str, Any]


async def relationships(reader: Reader, *, after: UUID | None, limit: int) -> list[Answer]:
    """The relationships that the person may know of, in the order of their ids, one page."""
    scope = policy.scope(reader.who)
    rows = await reader.connection.fetch(
        f"""{_RELATIONSHIP}
            where ($1 or school_urn = any ($2) or mentor_id = $3 or trainee_id = $3)
              and ($4::uuid is null or relationship_id > $4)
            order by relationship_id limit $5""",
        scope.everything,
        sorted(scope.schools),
        scope.person_id,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def relationship(reader: Reader, relationship_id: UUID) -> Answer:
    """One relationship with its meetings and targets: with their words for its two people, without for others.

    Raises `NotFound`, also for those who may not know of it.
    """
    row = await reader.connection.fetchrow(f"{_RELATIONSHIP} where relationship_id = $1", relationship_id)
    found = RelationshipRow(**dict(row)) if row else None
    policy.may_know_of(reader.who, found)
    within = found is not None and policy.side_of(reader.who, found) is not None
    meetings = await _of(reader, MEETINGS_IN_WORDS if within else MEETINGS, relationship_id)
    targets = await _of(reader, TARGETS_IN_WORDS if within else TARGETS, relationship_id)
    return {**dict(row or ()), "meetings": meetings, "targets": targets}


async def _of(reader: Reader, select: str, relationship_id: UUID) -> list[Answer]:
    rows = await reader.connection.fetch(select, relationship_id)
    return await reader.unsealed([dict(row) for row in rows])


_RELATIONSHIP = """
    select relationship_id, programme_id, trainee_id, mentor_id, school_urn, starts_on, ends_on, meetings_per_week,
           targets_per_meeting, mentor_hours_per_week, opened_on, ended_because, role
    from relationships"""
