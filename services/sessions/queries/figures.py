"""Queries of figures that schools brought in by file."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.queries.merges import records_of
from services.sessions.queries.relationships import find_to_see
from shared.kernel.answers import Answer
from shared.kernel.postgres.personal import ERASED
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class FigureOfMentee(Answer):
    """A figure of the mentee on a day, and where it comes from; `version` counts its corrections, the latest first.

    Its value is None once it can no longer be read.
    """

    measure: str
    on: date
    version: int
    value: float | None
    source: str
    recorded_on: date


async def list_figures(reader: Reader, relationship_id: UUID) -> list[FigureOfMentee]:
    """Return the figures of the mentee of a relationship, by measure and day, with every version.

    Raises `NotFound`, or `NotAllowed` for others who may see the relationship.
    """
    seen = await find_to_see(reader, relationship_id)
    policy.may_see_figures(seen.who, seen.relationship, utc_now().date(), seen.assigned)
    rows = await reader.connection.fetch(_FIGURES, await records_of(reader, seen.relationship.trainee_id))
    opened = await reader.unseal([dict(row) for row in rows])
    return [FigureOfMentee(**{**row, "value": _number(row["value"])}) for row in opened]


def _number(text: str) -> float | None:
    return None if text == ERASED else float(text)


_FIGURES = """
    select measure, happened_on as "on", version, value, source, recorded_on from figures
    where person_id = any ($1) order by measure, happened_on, version desc"""
