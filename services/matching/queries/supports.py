"""Supports and what people ask for, each for those who may see it."""

from typing import Any
from uuid import UUID

from services.matching import policy
from services.matching.policy import SupportScope
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader

_SUPPORT = """
    select s.support_id, s.programme_id, s.mentee_id, s.mentor_id, s.role, s.facet, s.school_urn,
           h.name as school_name, s.starts_on, s.ends_on, s.hours_per_week, s.words, s.status, s.proposed_on,
           s.changed_on, s.accepted_by, s.declined_by, s.answer_by
    from supports s
    left join schools h on h.tenant = s.tenant and h.urn = s.school_urn
    left join merges a on a.tenant = s.tenant and a.merged_id = s.mentee_id
    left join merges b on b.tenant = s.tenant and b.merged_id = s.mentor_id
    left join mentors m on m.tenant = s.tenant and m.mentor_id = coalesce(b.kept_id, s.mentor_id)
    where ($1 or s.school_urn = any ($2) or m.school_urn = any ($2)
           or $3 in (s.mentee_id, s.mentor_id, a.kept_id, b.kept_id))"""


async def supports(
    reader: Reader,
    scope: SupportScope,
    *,
    status: str | None,
    person_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[dict[str, Any]]:
    """The supports of a scope (of one person, where one is named) in the order of their ids, one page."""
    rows = await reader.connection.fetch(
        f"""{_SUPPORT} and ($4::text is null or s.status = $4) and ($5::uuid is null or s.support_id > $5)
              and ($6::uuid is null or $6 in (s.mentee_id, s.mentor_id, a.kept_id, b.kept_id))
            order by s.support_id limit $7""",
        *_arguments(scope),
        status,
        after,
        person_id,
        limit,
    )
    return [dict(row) for row in rows]


async def support(reader: Reader, scope: SupportScope, support_id: UUID) -> dict[str, Any]:
    """One support of a scope; raises `NotFound`."""
    row = await reader.connection.fetchrow(f"{_SUPPORT} and s.support_id = $4", *_arguments(scope), support_id)
    if row is None:
        raise NotFound("There is no such support.")
    return dict(row)


async def asks(reader: Reader, person_id: UUID) -> dict[str, Any]:
    """What somebody asks for, nothing where they ask for nothing; raises `NotFound` for whom it is not for."""
    row = await reader.connection.fetchrow(
        """select p.person_id, a.facets, a.structural, a.buddy, a.since,
                  coalesce((select school_urn from mentees where mentee_id = p.person_id),
                           (select school_urn from mentors where mentor_id = p.person_id)) as school_urn
           from (select coalesce((select kept_id from merges where merged_id = $1), $1) as person_id) p
           left join asks a on a.person_id = p.person_id""",
        person_id,
    )
    assert row is not None
    policy.may_ask_for(reader.who, row["person_id"], row["school_urn"])
    nothing = {"facets": (), "structural": False, "buddy": False}
    said = {name: row[name] for name in ("facets", "structural", "buddy", "since")}
    return {"person_id": row["person_id"]} | said | (nothing if row["since"] is None else {})


def _arguments(scope: SupportScope) -> tuple[object, ...]:
    return scope.all, list(scope.schools), scope.person_id
