"""Pairs, each for those who may see it; a live one whose school was succeeded reads as being at the successor."""

from typing import Any
from uuid import UUID

from services.matching.policy import Scope, may_read_reason
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader

Rows = list[dict[str, Any]]

_PAIR = """
    with recursive succeeded as (
        select urn, successor_urn from schools where successor_urn is not null
        union
        select f.urn, s.successor_urn
        from succeeded f join schools s on s.urn = f.successor_urn
        where s.successor_urn is not null
    ), heirs as (
        select f.urn, f.successor_urn from succeeded f left join schools s on s.urn = f.successor_urn
        where s.successor_urn is null
    )
    select p.pair_id, p.round_id, p.programme_id, p.referral_id, p.trainee_id, p.mentor_id,
           coalesce(h.successor_urn, p.school_urn) as school_urn, s.name as school_name, p.offer_id, p.subject,
           p.starts_on, p.ends_on, p.mentor_hours_per_week, p.travel_minutes, p.status, p.proposed_on,
           p.changed_on, p.accepted_by, p.declined_by, p.decliner_id, p.reason_declined, p.answer_by, p.reminded_on,
           p.locked, p.withdrawn_because
    from pairs p
    left join heirs h on h.urn = p.school_urn and p.status in ('proposed', 'confirmed')
    left join schools s on s.tenant = p.tenant and s.urn = coalesce(h.successor_urn, p.school_urn)
    where ($1 or coalesce(h.successor_urn, p.school_urn) = any ($2) or p.mentor_id = $3 or p.trainee_id = $4
           or p.mentor_id in (select merged_id from merges where kept_id = $3)
           or p.trainee_id in (select merged_id from merges where kept_id = $4))"""


async def pairs(reader: Reader, scope: Scope, *, status: str | None, after: UUID | None, limit: int) -> Rows:
    """The pairs of a scope in the order of their ids, one page."""
    rows = await reader.connection.fetch(
        f"""{_PAIR} and ($5::text is null or p.status = $5) and ($6::uuid is null or p.pair_id > $6)
            order by p.pair_id limit $7""",
        *_arguments(scope),
        status,
        after,
        limit,
    )
    return await _readable(reader, [dict(row) for row in rows])


async def pair(reader: Reader, scope: Scope, pair_id: UUID) -> dict[str, Any]:
    """One pair of a scope; raises `NotFound`."""
    row = await reader.connection.fetchrow(f"{_PAIR} and p.pair_id = $5", *_arguments(scope), pair_id)
    if row is None:
        raise NotFound("There is no such pair.")
    (found,) = await _readable(reader, [dict(row)])
    return found


def _arguments(scope: Scope) -> tuple[object, ...]:
    return scope.all, list(scope.schools), scope.mentor_id, scope.trainee_id


async def _readable(reader: Reader, rows: Rows) -> Rows:
    for row in rows:
        if not may_read_reason(reader.who, row.pop("decliner_id")):
            row["reason_declined"] = None
    return await reader.unsealed(rows)
