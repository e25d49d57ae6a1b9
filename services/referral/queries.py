"""Read tables to answers."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.referral import policy, waiting
from services.referral.domain.file_import import Kind
from services.referral.domain.person import Kind as PersonKind
from services.referral.files.marked import marked_copy as marked
from services.referral.files.table import CellError
from shared.kernel.decider import NotFound
from shared.kernel.http import Looking


async def programmes(looking: Looking) -> list[dict[str, Any]]:
    """Every programme, the latest first."""
    rows = await looking.connection.fetch(
        """select programme_id, template, title, academic_year, starts_on, ends_on
           from programmes order by starts_on desc, programme_id"""
    )
    return [dict(row) for row in rows]


async def referrals(
    looking: Looking, *, trainee_id: str | None, status: str | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Referrals (of this trainee, if one is named) in the order of their ids, one page."""
    rows = await looking.connection.fetch(
        f"""{_REFERRAL} where ($1::text is null or trainee_id::text = $1) and ($2::text is null or status = $2)
              and ($3::uuid is null or referral_id > $3)
            order by referral_id limit $4""",
        trainee_id,
        status,
        after,
        limit,
    )
    return await _readable(looking, [dict(row) for row in rows])


async def referral(looking: Looking, referral_id: UUID, *, trainee_id: str | None) -> dict[str, Any]:
    """One referral (of this trainee, if one is named); raises `NotFound`."""
    row = await looking.connection.fetchrow(
        f"{_REFERRAL} where referral_id = $1 and ($2::text is null or trainee_id::text = $2)", referral_id, trainee_id
    )
    if row is None:
        raise NotFound("There is no such referral.")
    (found,) = await _readable(looking, [dict(row)])
    return found


async def _readable(looking: Looking, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for row in rows:
        if not policy.may_read_words(looking.who, referred_by=row["referred_by"], trainee_id=row["trainee_id"]):
            row["note"] = row["reason_declined"] = None
    return await looking.opened(rows)


async def schools(looking: Looking, *, after: str | None, limit: int) -> list[dict[str, Any]]:
    """Schools in the order of their URNs, one page."""
    rows = await looking.connection.fetch(
        f"{_SCHOOL} where $1::text is null or urn > $1 order by urn limit $2", after, limit
    )
    return [dict(row) for row in rows]


async def school(looking: Looking, urn: str) -> dict[str, Any]:
    """One school; raises `NotFound`."""
    row = await looking.connection.fetchrow(f"{_SCHOOL} where urn = $1", urn)
    if row is None:
        raise NotFound("There is no such school.")
    return dict(row)


async def offers(
    looking: Looking, *, schools: list[str] | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Offers of these schools (None: of all) in the order of their ids, one page."""
    rows = await looking.connection.fetch(
        """select offer_id, school_urn, subject, phase, places, starts_on, ends_on, academic_year, recorded_on
           from offers
           where ($1::text[] is null or school_urn = any ($1)) and ($2::uuid is null or offer_id > $2)
           order by offer_id limit $3""",
        schools,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def people(
    looking: Looking, *, kind: PersonKind | None, schools: list[str] | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """People of these schools (None: all people), by name, in the order of their ids, one page."""
    rows = await looking.connection.fetch(
        f"""{_PERSON}
            where ($1::text is null or kind = $1)
              and ($2::text[] is null or school_urn = any ($2)) and ($3::uuid is null or person_id > $3)
            order by person_id limit $4""",
        kind,
        schools,
        after,
        limit,
    )
    return await looking.opened([dict(row) for row in rows])


async def person(looking: Looking, person_id: UUID, *, schools: list[str] | None) -> dict[str, Any]:
    """One person by name: somebody of these schools (None: anybody), or who asks; raises `NotFound`."""
    row = await looking.connection.fetchrow(
        f"""{_PERSON}
            where person_id = $1 and ($2::text[] is null or school_urn = any ($2) or person_id::text = $3)""",
        person_id,
        schools,
        looking.who.subject,
    )
    if row is None:
        raise NotFound("There is no such person.")
    (found,) = await looking.opened([dict(row)])
    return found


async def import_found(looking: Looking, import_id: UUID) -> dict[str, Any]:
    """What the dry run of a file found, and whether the file still waits; raises `NotFound`."""
    row = await looking.connection.fetchrow(
        """select import_id, kind, status, brought_by, brought_at, expires_at, errors, skipped, will_change
           from imports where import_id = $1""",
        import_id,
    )
    if row is None:
        raise NotFound("There is no such import.")
    found = dict(row)
    if found["status"] == "waiting" and found["expires_at"] <= datetime.now(UTC):
        found["status"] = "abandoned"
    return found | {"ready": found["status"] == "waiting" and not found["errors"]}


async def marked_copy(looking: Looking, import_id: UUID) -> tuple[Kind, bytes]:
    """The file that waits, with a verdict on each row; raises `NotFound` or `FileGone`."""
    brought = await waiting.brought(looking.connection, looking.keyring, looking.who.tenant, import_id)
    if brought.content is None:
        raise waiting.FileGone
    errors = [CellError(**error) for error in brought.errors]
    return brought.kind, await asyncio.to_thread(marked, brought.content, errors)


_SCHOOL = """
    select urn, name, status, phases, phase, type_of_establishment, la_code, la_name, town, postcode,
           trust_code, trust_name, low_age, high_age, pupils, percentage_fsm, easting, northing
    from schools"""

_PERSON = """
    select person_id, kind, reference, given_name, family_name, email, trn, school_urn, profile
    from people"""

_REFERRAL = """
    select referral_id, programme_id, trainee_id, purpose, reasons, status, referred_by, referred_on, changed_on,
           note, reason_declined
    from referrals"""
