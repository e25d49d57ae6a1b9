"""Queries of journals."""

from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.access import Audience
from services.sessions.queries.access import current_audiences, is_readable, list_reads, reader_of
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
    areas: tuple[str, ...]
    released_to: tuple[Audience, ...]


class EntryAccess(Answer):
    """Somebody other than the owner read an entry on a day; `programme_role` if it was to keep somebody safe."""

    entry_id: UUID
    reader_id: UUID | None
    programme_role: str | None
    on: date


async def list_entries(reader: Reader, owner_id: UUID | None) -> list[EntrySummary]:
    """Return the entries of a journal that the person may read, the latest first; without an owner, the person's own.

    Somebody to whom nothing is released gets an empty list.
    """
    owner_id = policy.item_reader(reader.who) if owner_id is None else owner_id
    if owner_id is None:
        return []
    owner_records = await records_of(reader, await kept_record(reader, owner_id))
    rows = await reader.connection.fetch(_ENTRIES, owner_records)
    item_reader = await reader_of(reader, owner_records)
    is_own = not item_reader.records.isdisjoint(owner_records)
    return [await _summary(reader, row, is_own=is_own) for row in rows if is_readable(row, item_reader)]


async def list_entry_reads(reader: Reader) -> list[EntryAccess]:
    """Return who read the person's own entries and when, the latest first."""
    reads = await list_reads(reader, kind="journal_entry")
    return [
        EntryAccess(entry_id=each.item_id, reader_id=each.reader_id, programme_role=each.programme_role, on=each.on)
        for each in reads
    ]


async def _summary(reader: Reader, row: Any, *, is_own: bool) -> EntrySummary:
    """Name those to whom the owner has released it by the ids of their kept records; others see nobody."""
    return EntrySummary(**{**row, "released_to": await current_audiences(reader, row) if is_own else ()})


_ENTRIES = f"""
    select j.entry_id, {kept_id_of("j.owner_id")} as owner_id, j.written_on as "on", j.version, j.tags, j.areas,
           i.released_to, i.kept_by, i.both_read, i.author_id
    from journal j join items i on i.item_id = j.entry_id
    where j.owner_id = any ($1) order by j.written_on desc, j.entry_id"""
