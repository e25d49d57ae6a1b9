"""Queries of reflections."""

from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.access import Access, Audience, Item, ItemReader, reason_to_read
from services.sessions.domain.programmes import Programme
from services.sessions.domain.reflections import reflection_id_of, steps_of
from services.sessions.queries.assignments import assigned_as
from services.sessions.queries.merges import current_principal, kept_id_of, kept_record, records_of
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
    rows = await reader.connection.fetch("select * from reflections where relationship_id = $1", relationship_id)
    urn = seen.relationship.school_urn
    readable = [row for row in rows if await _is_readable(reader, row, urn)]
    side = policy.side_of(seen.who, seen.relationship)
    summaries = [await _summary(reader, programme, row, is_own=row["written_by"] == side) for row in readable]
    written = {summary.reflection_id for summary in summaries}
    empty = _empty(programme, relationship_id, side) if side else []
    return [*summaries, *(each for each in empty if each.reflection_id not in written)]


async def list_reflection_reads(reader: Reader) -> list[ReflectionAccess]:
    """Return who read the person's own reflections and when, the latest first."""
    person_id = policy.item_owner(await current_principal(reader))
    return await reader.all(ReflectionAccess, _READS, await records_of(reader, person_id))


async def _is_readable(reader: Reader, row: Any, urn: str) -> bool:
    owner_id = await kept_record(reader, row["owner_id"])
    owner_records = await records_of(reader, owner_id)
    own = await records_of(reader, policy.item_reader(await current_principal(reader)))
    schools = await reader.connection.fetch(_SCHOOLS, owner_records)
    urns = {urn, *(each["school_urn"] for each in schools)}
    roles = policy.audience_roles(reader.who, urns, await assigned_as(reader, owner_id))
    released_to = frozenset(Audience.model_validate(to) for to in row["released_to"])
    item = Item(row["owner_id"], Access(released_to))
    return reason_to_read(ItemReader(frozenset(own), roles), item) is not None


async def _summary(reader: Reader, programme: Programme, row: Any, *, is_own: bool) -> ReflectionSummary:
    audiences = [Audience.model_validate(to) for to in row["released_to"]] if is_own else []
    released_to = [
        to if to.person_id is None else Audience(person_id=await kept_record(reader, to.person_id)) for to in audiences
    ]
    step = next(step for step in steps_of(programme) if step.id == row["step"])
    return ReflectionSummary(
        reflection_id=row["reflection_id"],
        step=step.id,
        title=step.title,
        form=programme.form_of(step),
        by=row["written_by"],
        on=row["written_on"],
        version=row["version"],
        released_to=tuple(dict.fromkeys(released_to)),
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


_SCHOOLS = "select distinct school_urn from relationships where trainee_id = any ($1)"
_READS = f"""
    select reflection_id, {kept_id_of("reader_id")} as reader_id, read_on as "on" from reflection_reads
    where owner_id = any ($1) order by read_on desc, reflection_id, reader_id"""
