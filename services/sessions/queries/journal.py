"""Queries of journals."""

from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.access import Audience, ItemReader, may_read
from services.sessions.queries.assignments import assigned_as
from services.sessions.queries.merges import kept_id_of, kept_record, records_of
from shared.events.words import Standard
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class EntrySummary(Answer):
    """A journal entry without its words: open it to read them. The owner sees to whom it is released, others `[]`."""

    entry_id: UUID
    owner_id: UUID
    on: date
    version: int
    tags: tuple[Standard, ...]
    released_to: tuple[Audience, ...]


class EntryAccess(Answer):
    """Somebody other than the owner read an entry on a day."""

    entry_id: UUID
    reader_id: UUID
    on: date


async def list_entries(reader: Reader, owner_id: UUID | None) -> list[EntrySummary]:
    """Return the entries of a journal that the person may read, the latest first; without an owner, the person's own.

    Somebody to whom nothing is released gets an empty list.
    """
    person_id = policy.item_reader(reader.who)
    if owner_id is None and person_id is None:
        return []
    own_records = [] if person_id is None else await _all_records(reader, person_id)
    owner_records = own_records if owner_id is None else await _all_records(reader, owner_id)
    rows = await reader.connection.fetch(_ENTRIES, owner_records)
    schools = await reader.connection.fetch(_SCHOOLS, owner_records)
    assigned = await assigned_as(reader, await kept_record(reader, owner_id)) if owner_id else policy.NOBODY
    roles = policy.audience_roles(reader.who, [row["school_urn"] for row in schools], assigned)
    item_reader = ItemReader(frozenset(own_records), roles)
    is_own = bool(set(own_records) & set(owner_records))
    readable = [row for row in rows if _is_readable(row, item_reader)]
    return [await _summary(reader, row, is_own=is_own) for row in readable]


async def list_reads(reader: Reader) -> list[EntryAccess]:
    """Return who read the person's own entries and when, the latest first."""
    person_id = policy.item_owner(reader.who)
    records = [] if person_id is None else await _all_records(reader, person_id)
    return await reader.all(EntryAccess, _READS, records)


async def _all_records(reader: Reader, person_id: UUID) -> list[UUID]:
    return await records_of(reader, await kept_record(reader, person_id))


def _is_readable(row: Any, reader: ItemReader) -> bool:
    released_to = frozenset(Audience.model_validate(to) for to in row["released_to"])
    return may_read(reader, row["owner_id"], released_to, frozenset(UUID(each) for each in row["kept_by"]))


async def _summary(reader: Reader, row: Any, *, is_own: bool) -> EntrySummary:
    """Name those to whom the owner has released it by the ids of their kept records; others see nobody."""
    audiences = [Audience.model_validate(to) for to in row["released_to"]] if is_own else []
    released_to = [
        to if to.person_id is None else Audience(person_id=await kept_record(reader, to.person_id)) for to in audiences
    ]
    return EntrySummary(**{**row, "released_to": tuple(dict.fromkeys(released_to))})


_ENTRIES = f"""
    select entry_id, {kept_id_of("owner_id")} as owner_id, written_on as "on", version, tags, released_to, kept_by
    from journal where owner_id = any ($1) order by written_on desc, entry_id"""
_SCHOOLS = "select distinct school_urn from relationships where trainee_id = any ($1)"
_READS = f"""
    select entry_id, {kept_id_of("reader_id")} as reader_id, read_on as "on" from journal_reads
    where owner_id = any ($1) order by read_on desc, entry_id, reader_id"""
