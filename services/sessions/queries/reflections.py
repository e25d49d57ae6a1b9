"""Queries of reflections."""

from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.access import Audience
from services.sessions.domain.programmes import Programme
from services.sessions.domain.reflections import reflection_id_of, steps_of
from services.sessions.queries.access import current_audiences, is_readable, list_reads, reader_of
from services.sessions.queries.merges import kept_record, records_of
from services.sessions.queries.programmes import find_programme
from services.sessions.queries.relationships import find_to_see
from shared.events.practices import Form
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class ReflectionSummary(Answer):
    """A form to look back on: whose it is to fill in, and when they did; open it to read the answers.

    `on` and `version` are None for a form of the person's own that is empty. Only its author sees to whom it is
    released.
    """

    reflection_id: UUID
    step: str
    title: str
    form: Form
    by: Side
    on: date | None
    version: int | None
    released_to: tuple[Audience, ...]


class ReflectionAccess(Answer):
    """Somebody other than the author read a reflection on a day."""

    reflection_id: UUID
    reader_id: UUID
    on: date


async def list_reflections(reader: Reader, relationship_id: UUID) -> list[ReflectionSummary]:
    """Return the reflections of a relationship that the person may read, and their own that are still empty.

    Raises `NotFound` for people who may not see the relationship.
    """
    seen = await find_to_see(reader, relationship_id)
    programme = await find_programme(reader, seen.relationship.programme_id)
    rows = await reader.connection.fetch(_REFLECTIONS, relationship_id)
    urn = seen.relationship.school_urn
    readable = [row for row in rows if await _is_readable(reader, row, urn)]
    side = policy.side_of(seen.who, seen.relationship)
    summaries = [await _summary(reader, programme, row, is_own=row["written_by"] == side) for row in readable]
    written = {summary.reflection_id for summary in summaries}
    empty = _empty(programme, relationship_id, side) if side else []
    return [*summaries, *(each for each in empty if each.reflection_id not in written)]


async def list_reflection_reads(reader: Reader) -> list[ReflectionAccess]:
    """Return who read the person's own reflections and when, the latest first."""
    reads = await list_reads(reader, kind="reflection")
    return [
        ReflectionAccess(reflection_id=each.item_id, reader_id=each.reader_id, on=each.on)
        for each in reads
        if each.reader_id is not None
    ]


async def _is_readable(reader: Reader, row: Any, urn: str) -> bool:
    owner_records = await records_of(reader, await kept_record(reader, row["owner_id"]))
    return is_readable(row, await reader_of(reader, owner_records, schools={urn}))


async def _summary(reader: Reader, programme: Programme, row: Any, *, is_own: bool) -> ReflectionSummary:
    step = next(step for step in steps_of(programme) if step.id == row["step"])
    return ReflectionSummary(
        reflection_id=row["reflection_id"],
        step=step.id,
        title=step.title,
        form=programme.form_of(step),
        by=row["written_by"],
        on=row["written_on"],
        version=row["version"],
        released_to=await current_audiences(reader, row) if is_own else (),
    )


def _empty(programme: Programme, relationship_id: UUID, side: Side) -> list[ReflectionSummary]:
    return [
        ReflectionSummary(
            reflection_id=reflection_id_of(relationship_id, step.id, side),
            step=step.id,
            title=step.title,
            form=programme.form_of(step),
            by=side,
            on=None,
            version=None,
            released_to=(),
        )
        for step in steps_of(programme, side)
    ]


_REFLECTIONS = """
    select r.*, i.released_to, i.kept_by, i.both_read, i.author_id
    from reflections r join items i on i.item_id = r.reflection_id where r.relationship_id = $1
    order by r.written_on, r.reflection_id"""
