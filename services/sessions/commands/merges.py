"""Which record stands for whom."""

from uuid import UUID

from services.sessions.domain.merges import MERGE
from shared.kernel.unit import Unit


async def kept_record(unit: Unit, person_id: UUID) -> UUID:
    """The id of the record that stands for somebody's."""
    (kept_id,) = await unit.load(MERGE, person_id)
    return kept_id or person_id
