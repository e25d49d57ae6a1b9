"""Queries of pairs, for the people who may see them.

A live pair whose school was succeeded is shown at the successor.
"""

from datetime import date
from typing import Any
from uuid import UUID

from services.matching import policy
from services.matching.domain.pairs import PairStatus
from services.matching.queries.identities import CURRENT_SCHOOLS, current_principal, is_of_person, kept_id
from shared.events.words import Side, WithdrawalReason
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class Pair(Answer):
    """A pair; only the person who declined and the partnership lead see why it was declined."""

    pair_id: UUID
    round_id: UUID
    programme_id: UUID
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    school_name: str | None
    offer_id: UUID
    subject: str
    starts_on: date
    ends_on: date
    mentor_hours_per_week: float
    travel_minutes: int
    status: PairStatus
    proposed_on: date
    changed_on: date
    accepted_by: tuple[Side, ...]
    declined_by: Side | None
    reason_declined: str | None
    answer_by: date | None
    reminded_on: date | None
    locked: bool
    withdrawn_because: WithdrawalReason | None


_PAIR = f"""
    with recursive {CURRENT_SCHOOLS}
    select p.pair_id, p.round_id, p.programme_id, p.referral_id, {kept_id("p.trainee_id")} as trainee_id,
           {kept_id("p.mentor_id")} as mentor_id,
           coalesce(h.successor_urn, p.school_urn) as school_urn, s.name as school_name, p.offer_id, p.subject,
           p.starts_on, p.ends_on, p.mentor_hours_per_week, p.travel_minutes, p.status, p.proposed_on,
           p.changed_on, p.accepted_by, p.declined_by, {kept_id("p.decliner_id")} as decliner_id,
           p.reason_declined, p.answer_by, p.reminded_on,
           p.locked, p.withdrawn_because
    from pairs p
    left join current_schools h on h.urn = p.school_urn and p.status in ('proposed', 'confirmed')
    left join schools s on s.tenant = p.tenant and s.urn = coalesce(h.successor_urn, p.school_urn)
    where ($1 or coalesce(h.successor_urn, p.school_urn) = any ($2)
           or {is_of_person("p.mentor_id", "$3")} or {is_of_person("p.trainee_id", "$4")})"""


async def pairs(reader: Reader, *, status: str | None, after: UUID | None, limit: int) -> list[Pair]:
    """List one page of the pairs that the person may see, in the order of their ids."""
    return await _pairs(
        reader,
        "and ($5::text is null or p.status = $5) and ($6::uuid is null or p.pair_id > $6) order by p.pair_id limit $7",
        status,
        after,
        limit,
    )


async def pair(reader: Reader, pair_id: UUID) -> Pair:
    """Show one pair; raises `NotFound` for a pair that the person may not see."""
    found = await _pairs(reader, "and p.pair_id = $5", pair_id)
    if not found:
        raise NotFound("There is no such pair.")
    return found[0]


async def _pairs(reader: Reader, condition: str, *values: object) -> list[Pair]:
    who = await current_principal(reader)
    scope = policy.pair_scope(who)
    seen = scope.all, list(scope.schools), scope.mentor_id, scope.trainee_id
    rows: list[dict[str, Any]] = [
        dict(row) for row in await reader.connection.fetch(f"{_PAIR} {condition}", *seen, *values)
    ]
    for row in rows:
        if not policy.may_read_reason(who, row.pop("decliner_id")):
            row["reason_declined"] = None
    return [Pair.model_validate(row) for row in await reader.unseal(rows)]
