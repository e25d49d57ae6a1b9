"""Find the record that is kept for a person, by the read models; commands read the streams instead."""

from dataclasses import replace
from uuid import UUID

from shared.kernel.principal import Principal
from shared.kernel.reader import Reader


async def kept_id(reader: Reader, person_id: str | None) -> str | None:
    """Find the id of the record that is kept for a person; unless it was merged, it is their own."""
    found: str | None = await reader.value("select kept_id::text from merges where merged_id::text = $1", person_id)
    return found or person_id


async def with_kept_id(reader: Reader) -> Principal:
    """Replace the caller's id with that of their kept record."""
    return replace(reader.who, subject=await kept_id(reader, reader.who.subject) or reader.who.subject)


async def merged_ids(reader: Reader, kept: UUID) -> list[UUID]:
    """List the ids of the records that were merged with a kept one."""
    rows = await reader.connection.fetch("select merged_id from merges where kept_id = $1", kept)
    return [row["merged_id"] for row in rows]


def kept_id_of(column: str, *, tenant: str) -> str:
    """Write the SQL for the id of the kept record of the person whom a column names; `tenant` is their tenant."""
    kept = f"select kept_id from merges where merges.tenant = {tenant} and merged_id = {column}"
    return f"coalesce(({kept}), {column})"
