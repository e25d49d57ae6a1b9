"""Queries of programmes: how the two of a relationship work together."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from services.sessions.domain.programmes import Programme, require_known
from services.sessions.queries.relationships import find_to_see
from shared.events.practices import Form, Practice
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class ProgrammePractice(Answer):
    """The roles, steps and forms of a relationship's programme, the survey, and whom the mentee may turn to.

    `target_form` has the fields that a target may fill in.
    """

    programme_id: UUID
    title: str
    practice: Practice
    target_form: Form


async def show_practice(reader: Reader, relationship_id: UUID) -> ProgrammePractice:
    """Return how the two of a relationship work together; raises `NotFound` for people who may not see it."""
    programme_id = (await find_to_see(reader, relationship_id)).relationship.programme_id
    programme = await find_programme(reader, programme_id)
    return ProgrammePractice(
        programme_id=programme_id,
        title=programme.title,
        practice=programme.practice,
        target_form=programme.target_form(),
    )


async def find_programmes(reader: Reader, programme_ids: Collection[UUID]) -> dict[UUID, Programme]:
    """Return those of the programmes that are known here, by id."""
    rows = await reader.connection.fetch(
        "select programme_id, title, practice, assesses from programmes where programme_id = any ($1)",
        sorted(programme_ids),
    )
    return {row["programme_id"]: _programme(row) for row in rows}


async def find_programme(reader: Reader, programme_id: UUID) -> Programme:
    """Return a programme; raises `ProgrammeNotKnown`."""
    return require_known((await find_programmes(reader, [programme_id])).get(programme_id))


def _programme(row: Any) -> Programme:
    assesses = None if row["assesses"] is None else tuple(row["assesses"])
    return Programme(row["title"], Practice.model_validate(row["practice"]), assesses)
