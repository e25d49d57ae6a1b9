"""The record that is kept for a person, as the read models have it; commands ask the streams themselves."""

from dataclasses import replace

from shared.kernel.principal import Principal
from shared.kernel.reader import Reader


async def kept_id(reader: Reader, person_id: str | None) -> str | None:
    """Find the id of the record that is kept for a person; it is mostly their own."""
    found: str | None = await reader.value("select kept_id::text from merges where merged_id::text = $1", person_id)
    return found or person_id


async def with_kept_id(reader: Reader) -> Principal:
    """Replace the id of whoever asks with that of the record that is kept for them."""
    return replace(reader.who, subject=await kept_id(reader, reader.who.subject) or reader.who.subject)
