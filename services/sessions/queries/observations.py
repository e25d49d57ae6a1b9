"""Queries of observations."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.queries.access import list_reads
from services.sessions.queries.merges import current_principal
from services.sessions.queries.relationships import find_relationship, find_to_see
from shared.events.words import Side, Standard
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class ObservationSummary(Answer):
    """The plan of an observation, and what took place: open it to read what was written, if you may."""

    observation_id: UUID
    observed: Side
    planned_on: date
    asked_by: Side
    accepted: bool
    called_off: bool
    held_on: date | None
    development_need: bool | None
    standards: tuple[Standard, ...]
    feedback_on: date | None


class ObservationAccess(Answer):
    """Somebody other than the two read an observation on a day; `programme_role` if it was to keep somebody safe."""

    reader_id: UUID | None
    programme_role: str | None
    on: date


async def list_observations(reader: Reader, relationship_id: UUID) -> list[ObservationSummary]:
    """Return the observations of a relationship by their day; raises `NotFound` for people who may not see it.

    Whether one showed a need for development is for the two of the relationship.
    """
    seen = await find_to_see(reader, relationship_id)
    is_theirs = policy.side_of(seen.who, seen.relationship) is not None
    return await reader.all(ObservationSummary, _OBSERVATIONS, relationship_id, is_theirs)


async def list_observation_reads(reader: Reader, observation_id: UUID) -> list[ObservationAccess]:
    """Return who else read an observation and when, the latest first.

    Raises `NotFound` for others than the observed.
    """
    row = await reader.connection.fetchrow(
        "select relationship_id, observed from observations where observation_id = $1", observation_id
    )
    relationship = await find_relationship(reader, row["relationship_id"]) if row is not None else None
    who = await current_principal(reader)
    if row is None or relationship is None or policy.side_of(who, relationship) != row["observed"]:
        raise NotFound("There is no such observation.")
    reads = await list_reads(reader, observation_id)
    return [
        ObservationAccess(reader_id=each.reader_id, programme_role=each.programme_role, on=each.on) for each in reads
    ]


_OBSERVATIONS = """
    select observation_id, observed, planned_on, asked_by, accepted, called_off, held_on,
           case when $2 then development_need end as development_need,
           case when $2 then standards else '[]' end as standards, feedback_on
    from observations where relationship_id = $1 order by coalesce(held_on, planned_on), observation_id"""
