"""Referrals for those who may see them, under the id of the record that stands for each trainee."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from services.referral import policy
from services.referral.queries.people import stands_for
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader

_WORDS = ("note", "reason_declined", "reason_redirected", "reason_withdrawn")


async def referrals(
    reader: Reader, *, trainee_id: str | None, status: str | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Referrals (of this trainee, if one is named) in the order of their ids, one page."""
    rows = await reader.connection.fetch(
        f"""{_REFERRAL}
            where ($1::text is null or coalesce(m.kept_id, r.trainee_id)::text = $1)
              and ($2::text is null or r.status = $2) and ($3::uuid is null or r.referral_id > $3)
            order by r.referral_id limit $4""",
        await stands_for(reader, trainee_id),
        status,
        after,
        limit,
    )
    return await _readable(reader, [dict(row) for row in rows])


async def referral(reader: Reader, referral_id: UUID, *, trainee_id: str | None) -> dict[str, Any]:
    """One referral (of this trainee, if one is named); raises `NotFound`."""
    row = await reader.connection.fetchrow(
        f"""{_REFERRAL}
            where r.referral_id = $1 and ($2::text is null or coalesce(m.kept_id, r.trainee_id)::text = $2)""",
        referral_id,
        await stands_for(reader, trainee_id),
    )
    if row is None:
        raise NotFound("There is no such referral.")
    (found,) = await _readable(reader, [dict(row)])
    return found


async def _readable(reader: Reader, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    subject = await stands_for(reader, reader.who.subject)
    who = replace(reader.who, subject=subject or reader.who.subject)
    for row in rows:
        if not policy.may_read_words(who, referred_by=row["referred_by"], trainee_id=row["trainee_id"]):
            row.update(dict.fromkeys(_WORDS))
    return await reader.unsealed(rows)


_REFERRAL = """
    select r.referral_id, r.programme_id, coalesce(m.kept_id, r.trainee_id) as trainee_id, r.purpose, r.reasons,
           r.status, r.referred_by, r.referred_on, r.changed_on, r.rules_version, r.countersignature, r.consent,
           r.consented, r.redirected_from, r.to_programme_id, r.to_referral_id, r.to_role, r.note, r.reason_declined,
           r.reason_redirected, r.reason_withdrawn,
           r.priority, r.mentor_hours_per_week
    from referrals r left join merges m on m.tenant = r.tenant and m.merged_id = r.trainee_id"""
