"""Queries of referrals, for those who may see them, under the id of each trainee's kept record."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from services.referral import policy
from services.referral.domain.referrals import Consenter, Status
from services.referral.queries.history import HistoryEntry, history
from services.referral.queries.merged_records import kept_id, kept_id_of, with_kept_id
from shared.events.words import Priority, Purpose
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader

_TEXTS = ("note", "reason_declined", "reason_redirected", "reason_withdrawn", "reason_reversed")


class ReferralAnswer(Answer):
    """A referral; its note and the reasons of its steps are None for those who may not read them."""

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    purpose: Purpose
    reasons: tuple[str, ...]
    status: Status
    referred_by: str
    referred_on: date
    changed_on: date
    rules_version: int
    countersignature: bool
    consent: Consenter | None
    consented: bool | None
    redirected_from: UUID | None
    to_programme_id: UUID | None
    to_referral_id: UUID | None
    to_role: str | None
    note: str | None
    reason_declined: str | None
    reason_redirected: str | None
    reason_withdrawn: str | None
    reason_reversed: str | None
    priority: Priority
    send_placement: bool
    mentor_hours_per_week: float | None


async def referrals(reader: Reader, *, status: Status | None, after: UUID | None, limit: int) -> list[ReferralAnswer]:
    """List one page of referrals in the order of their ids; a trainee sees only their own."""
    rows = await reader.all(
        ReferralAnswer,
        f"""{_REFERRAL}
            where ($1::text is null or {_TRAINEE}::text = $1)
              and ($2::text is null or r.status = $2) and ($3::uuid is null or r.referral_id > $3)
            order by r.referral_id limit $4""",
        await kept_id(reader, policy.referrals_seen(reader.who)),
        status,
        after,
        limit,
    )
    return await _readable(reader, rows)


async def referral(reader: Reader, referral_id: UUID) -> ReferralAnswer:
    """Show one referral; raises `NotFound`."""
    found = await reader.first(
        ReferralAnswer,
        f"""{_REFERRAL}
            where r.referral_id = $1 and ($2::text is null or {_TRAINEE}::text = $2)""",
        referral_id,
        await kept_id(reader, policy.referrals_seen(reader.who)),
    )
    if found is None:
        raise NotFound("There is no such referral.")
    (readable,) = await _readable(reader, [found])
    return readable


async def referral_history(reader: Reader, referral_id: UUID) -> list[HistoryEntry]:
    """List what happened to a referral; raises `NotFound`."""
    await referral(reader, referral_id)
    return await history(reader, f"referral-{referral_id}")


async def _readable(reader: Reader, found: Iterable[ReferralAnswer]) -> list[ReferralAnswer]:
    """Open the texts that the person may read, and leave out the others."""
    who = await with_kept_id(reader)
    rows = [
        referral.model_dump()
        if policy.may_read_texts(who, referred_by=referral.referred_by, trainee_id=referral.trainee_id)
        else referral.model_dump() | dict.fromkeys(_TEXTS)
        for referral in found
    ]
    return [ReferralAnswer.model_validate(row) for row in await reader.unseal(rows)]


_TRAINEE = kept_id_of("r.trainee_id", tenant="r.tenant")
_KEPT_REFERRER = "select kept_id::text from merges m where m.tenant = r.tenant and m.merged_id::text = r.referred_by"
_REFERRAL = f"""
    select r.referral_id, r.programme_id, {_TRAINEE} as trainee_id, r.purpose, r.reasons,
           r.status, coalesce(({_KEPT_REFERRER}), r.referred_by) as referred_by, r.referred_on, r.changed_on,
           r.rules_version, r.countersignature, r.consent, r.consented, r.redirected_from, r.to_programme_id,
           r.to_referral_id, r.to_role, r.note, r.reason_declined, r.reason_redirected, r.reason_withdrawn,
           r.reason_reversed, r.priority, r.send_placement, r.mentor_hours_per_week
    from referrals r"""
