"""People by name, with what a mentor can be asked for and where a trainee stands."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.referral.domain.people import Kind
from services.referral.queries.history import history
from shared.kernel.decider import NotFound
from shared.kernel.postgres.personal import ERASED
from shared.kernel.reader import Reader


async def stands_for(reader: Reader, person_id: str | None) -> str | None:
    """The id of the record that stands for somebody's, which is mostly their own."""
    kept_id = await reader.connection.fetchval("select kept_id::text from merges where merged_id::text = $1", person_id)
    return kept_id or person_id


async def people(
    reader: Reader, *, kind: Kind | None, schools: list[str] | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """People of these schools (None: all people), by name, in the order of their ids, one page."""
    rows = await reader.connection.fetch(
        f"""{_PERSON}
            where ($1::text is null or p.kind = $1)
              and ($2::text[] is null or {_AT_SCHOOLS}) and ($3::uuid is null or p.person_id > $3)
            order by p.person_id limit $4""",
        kind,
        schools,
        after,
        limit,
    )
    return [_told(row) for row in await reader.unsealed([dict(row) for row in rows])]


async def person(reader: Reader, person_id: UUID, *, schools: list[str] | None) -> dict[str, Any]:
    """One person by name: somebody of these schools (None: anybody), or who asks; raises `NotFound`."""
    row = await reader.connection.fetchrow(
        f"""{_PERSON}
            where p.person_id::text = $1 and ($2::text[] is null or {_AT_SCHOOLS} or p.person_id::text = $3)
        """,
        await stands_for(reader, str(person_id)),
        schools,
        await stands_for(reader, reader.who.subject),
    )
    if row is None:
        raise NotFound("There is no such person.")
    (found,) = await reader.unsealed([dict(row)])
    reasons = await reader.connection.fetchrow(
        "select reason, reasons from standings where person_id = $1", found["person_id"]
    )
    return _told(found) | {"standing": await _standing(reader, found["standing"], reasons)}


async def names(reader: Reader, ids: Sequence[UUID], *, schools: list[str] | None) -> dict[str, str]:
    """What people of these schools (None: of all) are called, by id; nobody's and erased people's ids are left out."""
    rows = await reader.connection.fetch(
        f"""select i.id, p.given_name, p.family_name
           from unnest($1::uuid[]) as i (id)
           left join merges m on m.merged_id = i.id
           join people p on p.person_id = coalesce(m.kept_id, i.id)
           where $2::text[] is null or {_AT_SCHOOLS}""",
        ids,
        schools,
    )
    opened = await reader.unsealed([dict(row) for row in rows])
    return {
        str(one["id"]): f"{one['given_name']} {one['family_name']}" for one in opened if one["family_name"] != ERASED
    }


async def person_history(reader: Reader, person_id: UUID) -> list[dict[str, Any]]:
    """What was recorded of a person, under every id that they had."""
    rows = await reader.connection.fetch("select merged_id from merges where kept_id = $1", person_id)
    ids = [person_id, *(row["merged_id"] for row in rows)]
    return await history(
        reader, *(f"{category}-{each}" for each in ids for category in ("person", "standing", "mentoring"))
    )


async def _standing(reader: Reader, standing: dict[str, Any] | None, words: Any) -> dict[str, Any] | None:
    """Where a trainee stands; why they left only for the partnership's lead and themselves: see `person`."""
    if standing is None or words is None:
        return None
    (said,) = await reader.unsealed([dict(words)])
    return standing | {"reason": said["reason"], "reasons": (said["reasons"] or "").split()}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A row as it is answered: a mentor's hours over all their mentoring, and their training by year and kind."""
    terms, trainings = row.pop("terms"), row.pop("trainings")
    if row["kind"] != "mentor":
        row.pop("relations")
        return row
    given = sum((terms or {}).get("load", {}).values())
    capacity = row["profile"]["capacity_hours"]
    return row | {
        "relations": row["relations"] or [],
        "mentoring": terms,
        "hours": {"capacity": capacity, "given": given, "left": max(0.0, capacity - given)},
        "training": _totals(trainings or []),
    }


def _totals(trainings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Hours by provider, year and kind; `claimable` is None where no rule is known."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for one in trainings:
        found[one["provider"], one["academic_year"], one["kind"]].append(one)
    return [
        {
            "provider": provider,
            "academic_year": year,
            "kind": kind,
            "hours": sum(one["hours"] for one in of_it),
            "claimable": sum(one["claimable"] for one in of_it)
            if all(one["claimable"] is not None for one in of_it)
            else None,
            "editions": sorted({one["edition"] for one in of_it if one["edition"]}),
        }
        for (provider, year, kind), of_it in sorted(found.items())
    ]


# a mentor is at several schools, each until a last day; others are at one
_AT_SCHOOLS = """case when p.profile -> 'periods' is null or p.profile -> 'periods' = '[]' then p.school_urn = any ($2)
    else exists (select from jsonb_array_elements(p.profile -> 'periods') as period
                 where period ->> 'school_urn' = any ($2)
                   and coalesce((period ->> 'ends_on')::date, current_date) >= current_date) end"""

_PERSON = """
    select p.person_id, p.kind, p.reference, p.given_name, p.family_name, p.email, p.trn, p.hesa_id,
           p.school_urn, p.profile,
           g.terms, g.relations, g.trainings,
           case when s.person_id is null then null else jsonb_build_object(
               'standing', s.standing, 'since', s.since, 'expected_back_on', s.expected_back_on,
               'trigger', s.trigger, 'future_interest', s.future_interest) end as standing
    from people p left join mentorings g using (tenant, person_id) left join standings s using (tenant, person_id)"""
