"""Offers, and how open schools are to hosting."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.referral.queries.programmes import settings_of
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


async def offers(reader: Reader, *, schools: list[str] | None, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Offers of these schools (None: of all) in the order of their ids, one page."""
    rows = await reader.connection.fetch(
        f"""{_OFFER}
           where ($1::text[] is null or school_urn = any ($1)) and ($2::uuid is null or offer_id > $2)
           order by offer_id limit $3""",
        schools,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def offer(reader: Reader, offer_id: UUID, *, schools: list[str] | None) -> dict[str, Any]:
    """One offer of these schools (None: of any); raises `NotFound`."""
    row = await reader.connection.fetchrow(
        f"{_OFFER} where offer_id = $1 and ($2::text[] is null or school_urn = any ($2))", offer_id, schools
    )
    if row is None:
        raise NotFound("There is no such offer.")
    return dict(row)


async def offers_to_confirm(
    reader: Reader, programme_id: UUID, *, on: date, schools: list[str] | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Offers with places that end after a day and were last confirmed before the programme's days; each says why.

    `why` is `stale`, or `not_open` where the school said since that it does not host in that year. Raises `NotFound`.
    """
    days = (await settings_of(reader, programme_id, on)).offers.stale_after_days
    rows = await reader.connection.fetch(
        f"""select o.*, case when h.appetite = 'not_open' then 'not_open' else 'stale' end as why
           from ({_OFFER} where places > 0 and ends_on > $1) o
           left join hostings h using (school_urn, academic_year)
           where (o.last_confirmed_on < $2 or (h.appetite = 'not_open' and h.said_on >= o.last_confirmed_on))
             and ($3::text[] is null or o.school_urn = any ($3)) and ($4::uuid is null or o.offer_id > $4)
           order by o.offer_id limit $5""",
        on,
        on - timedelta(days=days),
        schools,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def appetites(reader: Reader, academic_year: str, *, schools: list[str] | None) -> list[dict[str, Any]]:
    """What these schools (None: all) said for a year, by URN."""
    rows = await reader.connection.fetch(
        """select school_urn, academic_year, appetite, reasons_not_hosting, said_on from hostings
           where academic_year = $1 and ($2::text[] is null or school_urn = any ($2)) order by school_urn""",
        academic_year,
        schools,
    )
    return [dict(row) for row in rows]


_OFFER = """
    select offer_id, school_urn, subject, phase, places, starts_on, ends_on, academic_year, recorded_on,
           last_confirmed_on, year_groups, routes, shared_with
    from offers"""
