"""Queries of break-offs."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.break_offs import Wish
from services.sessions.queries.assignments import assigned_today
from services.sessions.queries.merges import current_principal, kept_record, records_of
from shared.events.practices import AccountRole
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class BreakOffRead(Answer):
    """Somebody read what the mentee wrote, on a day."""

    reader_id: UUID
    on: date


class BreakOffNotice(Answer):
    """A mentee who broke off asks a contact to get in touch; only the mentee sees who has read the reason."""

    relationship_id: UUID
    trainee_id: UUID
    school_urn: str
    on: date
    contact: AccountRole
    has_reason: bool
    read_by: tuple[BreakOffRead, ...]


async def list_break_offs(reader: Reader) -> list[BreakOffNotice]:
    """Return the break-offs of which the person was told as a safe contact, and their own, the latest first."""
    return [BreakOffNotice(**row) for row in await notices_with(reader, "break_off")]


async def notices_with(reader: Reader, wish: Wish) -> list[dict[str, Any]]:
    """Return what mentees with a wish told the person as their safe contact, and the person's own, the latest first."""
    scope = policy.visible_break_offs(await current_principal(reader), await assigned_today(reader))
    own = await records_of(reader, scope.person_id)
    rows = await reader.connection.fetch(
        """select b.relationship_id, r.trainee_id, r.school_urn, b.asked_on as "on", b.contact, b.has_reason,
                  case when b.trainee_id = any ($1) then b.reads else '[]' end as read_by
           from break_offs b join relationships r using (relationship_id)
           where b.wish = $5 and b.is_asked
             and (b.trainee_id = any ($1)
                  or (r.mentor_id <> all ($1)
                      and (b.contact = 'partnership_lead' and $2
                           or b.contact = 'school_lead' and r.school_urn = any ($3)
                           or b.contact = 'tutor' and r.trainee_id = any ($4))))
           order by b.asked_on desc, b.relationship_id""",
        own,
        scope.as_lead,
        sorted(scope.schools),
        sorted(scope.trainees),
        wish,
    )
    return [{**row, "read_by": await _current(reader, row["read_by"])} for row in rows]


async def _current(reader: Reader, reads: Iterable[Any]) -> tuple[BreakOffRead, ...]:
    """Name those who read the reason by the ids of their kept records."""
    found = [BreakOffRead.model_validate(read) for read in reads]
    return tuple([read.model_copy(update={"reader_id": await kept_record(reader, read.reader_id)}) for read in found])
