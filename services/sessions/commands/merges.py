"""Merged records, as commands see them: which record stands for a person."""

from datetime import date
from uuid import UUID

from services.sessions.domain.merges import MERGE, MergeRecord
from shared.kernel.unit import Unit


async def kept_record(unit: Unit, person_id: UUID) -> UUID:
    """Return the record that stands for a person: the one that their record was merged into, or their own."""
    (kept_id,) = await unit.load(MERGE, person_id)
    return kept_id or person_id


async def merge_record(unit: Unit, merged_id: UUID, kept_id: UUID, on: date) -> None:
    """Let a record stand for another that was merged into it."""
    await unit.decide(MERGE, merged_id, MergeRecord(merged_id=merged_id, kept_id=kept_id, on=on))
