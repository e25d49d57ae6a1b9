"""Schools, those that closed among them, and the trusts that they make up."""

from typing import Any

from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


async def schools(reader: Reader, *, after: str | None, limit: int) -> list[dict[str, Any]]:
    """Schools in the order of their URNs, one page."""
    rows = await reader.connection.fetch(
        f"{_SCHOOL} where $1::text is null or urn > $1 order by urn limit $2", after, limit
    )
    return [dict(row) for row in rows]


async def school(reader: Reader, urn: str) -> dict[str, Any]:
    """One school; raises `NotFound`."""
    row = await reader.connection.fetchrow(f"{_SCHOOL} where urn = $1", urn)
    if row is None:
        raise NotFound("There is no such school.")
    return dict(row)


async def trusts(reader: Reader, *, after: str | None, limit: int) -> list[dict[str, Any]]:
    """Trusts in the order of their codes, one page; a trust is a group of its schools, whatever else says so."""
    rows = await reader.connection.fetch(
        """select trust_code, max(trust_name) as trust_name, count(*) filter (where status <> 'closed') as open_schools
           from schools where trust_code is not null and ($1::text is null or trust_code > $1)
           group by trust_code order by trust_code limit $2""",
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def trust(reader: Reader, code: str) -> dict[str, Any]:
    """One trust with its schools; raises `NotFound`."""
    rows = await reader.connection.fetch(f"{_SCHOOL} where trust_code = $1 order by urn", code)
    if not rows:
        raise NotFound("There is no such trust.")
    return {"trust_code": code, "trust_name": rows[0]["trust_name"], "schools": [dict(row) for row in rows]}


_SCHOOL = """
    select urn, name, status, phases, phase, type_of_establishment, la_code, la_name, town, postcode,
           trust_code, trust_name, low_age, high_age, pupils, percentage_fsm, easting, northing,
           closed_on, successor_urn, predecessors
    from schools"""
