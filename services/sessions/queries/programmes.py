"""Queries of programmes: how the two of a relationship work together."""

from collections.abc import Collection
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.programmes import Programme, require_known
from services.sessions.queries.merges import current_principal
from services.sessions.queries.relationships import find_relationship
from shared.events.practices import Practice
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class ProgrammePractice(Answer):
    """The roles, steps and forms of a relationship's programme, the survey, and whom the mentee may turn to."""

    programme_id: UUID
    title: str
    practice: Practice


async def show_practice(reader: Reader, relationship_id: UUID) -> ProgrammePractice:
    """Return how the two of a relationship work together; raises `NotFound` for people who may not see it."""
    relationship = await find_relationship(reader, relationship_id)
    policy.may_see(await current_principal(reader), relationship)
    assert relationship is not None  # nobody may see a relationship that does not exist
    programme = await find_programme(reader, relationship.programme_id)
    return ProgrammePractice(programme_id=relationship.programme_id, title=programme.title, practice=programme.practice)


async def find_programmes(reader: Reader, programme_ids: Collection[UUID]) -> dict[UUID, Programme]:
    """Return those of the programmes that are known here, by id."""
    rows = await reader.connection.fetch(
        "select programme_id, title, practice from programmes where programme_id = any ($1)", sorted(programme_ids)
    )
    return {row["programme_id"]: Programme(row["title"], Practice.model_validate(row["practice"])) for row in rows}


async def find_programme(reader: Reader, programme_id: UUID) -> Programme:
    """Return a programme; raises `ProgrammeNotKnown`."""
    row = await reader.connection.fetchrow(
        "select title, practice from programmes where programme_id = $1", programme_id
    )
    return require_known(Programme(row["title"], Practice.model_validate(row["practice"])) if row else None)
