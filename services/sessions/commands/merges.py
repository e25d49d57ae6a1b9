"""Find and merge records of one person, in commands."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.sessions.domain.merges import MERGE, MergeRecord
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit


async def kept_record(unit: Unit, person_id: UUID) -> UUID:
    """Return the id of a person's kept record: the record that theirs was merged into, or their own."""
    (kept_id,) = await kept_records(unit, person_id)
    return kept_id


async def kept_records(unit: Unit, *person_ids: UUID) -> list[UUID]:
    """Return the ids of the kept records of people, in the order of the people; a round trip for each merge in a row.

    Of a chain of merges the later one may be known first.
    """
    into = await unit.load(MERGE, *person_ids)
    merged = [kept_id for kept_id in into if kept_id]
    last = dict(zip(merged, await kept_records(unit, *merged), strict=True)) if merged else {}
    return [last[kept_id] if kept_id else person_id for person_id, kept_id in zip(person_ids, into, strict=True)]


async def is_same_person(unit: Unit, person_id: UUID | None, other_id: UUID) -> bool:
    """Whether two ids mean one person, whatever records of theirs were merged; None means nobody."""
    return person_id is not None and len(set(await kept_records(unit, person_id, other_id))) == 1


async def current_principal(unit: Unit, who: Principal) -> Principal:
    """Return the person under the id of their kept record: their token may still name a merged record."""
    (kept_id,) = await unit.load(MERGE, who.subject)
    return who if kept_id is None else replace(who, subject=str(kept_id))


async def merge_record(unit: Unit, merged_id: UUID, kept_id: UUID, on: date) -> None:
    """Merge a record into another, which is kept."""
    await unit.decide(MERGE, merged_id, MergeRecord(merged_id=merged_id, kept_id=kept_id, on=on))
