"""Read tables to answers."""

from typing import Any
from uuid import UUID

from shared.kernel.decider import NotFound
from shared.kernel.http import Looking


async def programmes(looking: Looking) -> list[dict[str, Any]]:
    """Every programme, the latest first."""
    rows = await looking.connection.fetch(
        """select programme_id, template, title, academic_year, starts_on, ends_on
           from programmes order by starts_on desc, programme_id"""
    )
    return [dict(row) for row in rows]


async def referrals(looking: Looking, *, status: str | None, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Referrals in the order of their ids, one page."""
    rows = await looking.connection.fetch(
        f"""{_REFERRAL} where ($1::text is null or status = $1) and ($2::uuid is null or referral_id > $2)
            order by referral_id limit $3""",
        status,
        after,
        limit,
    )
    return await looking.opened([dict(row) for row in rows])


async def referral(looking: Looking, referral_id: UUID) -> dict[str, Any]:
    """One referral; raises `NotFound`."""
    row = await looking.connection.fetchrow(f"{_REFERRAL} where referral_id = $1", referral_id)
    if row is None:
        raise NotFound("There is no such referral.")
    (found,) = await looking.opened([dict(row)])
    return found


_REFERRAL = """
    select referral_id, programme_id, trainee_id, purpose, reasons, status, referred_by, referred_on, changed_on,
           reason_declined
    from referrals"""
