"""Find kept records and their merged records, in queries."""

from dataclasses import replace
from uuid import UUID

from shared.kernel.principal import Principal
from shared.kernel.reader import Reader


async def kept_record(reader: Reader, person_id: UUID) -> UUID:
    """Return the id of a person's kept record: the record that theirs was merged into, or their own."""
    kept_id: UUID | None = await reader.value("select kept_id from merges where merged_id = $1", person_id)
    return kept_id or person_id


async def kept_records(reader: Reader) -> dict[UUID, UUID]:
    """Return the kept record of each record of the partnership that was merged."""
    rows = await reader.connection.fetch("select merged_id, kept_id from merges")
    return {row["merged_id"]: row["kept_id"] for row in rows}


async def current_principal(reader: Reader) -> Principal:
    """Return the reader under the id of their kept record: their token may still name a merged record."""
    kept_id: UUID | None = await reader.value(
        "select kept_id from merges where merged_id::text = $1", reader.who.subject
    )
    return reader.who if kept_id is None else replace(reader.who, subject=str(kept_id))


def kept_id_of(column: str) -> str:
    """Write the SQL for the id of the kept record of the person in a column."""
    return f"coalesce((select kept_id from merges where merged_id = {column}), {column})"


async def records_of(reader: Reader, person_id: UUID | None) -> list[UUID]:
    """Return the ids of a kept record and of all records that were merged into it; none for None."""
    if person_id is None:
        return []
    rows = await reader.connection.fetch("select merged_id from merges where kept_id = $1", person_id)
    return [person_id, *(row["merged_id"] for row in rows)]
