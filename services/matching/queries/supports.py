"""Queries of supports, for the people who may see them."""

from datetime import date
from uuid import UUID

from services.matching import policy
from services.matching.domain.supports import SupportStatus
from services.matching.queries.identities import current_principal, is_of_person, kept_id, kept_record
from shared.events.words import Facet, SupportRole, SupportSide
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class Support(Answer):
    """A support of a mentee in addition to their lead mentor; `words` explain why these two."""

    support_id: UUID
    programme_id: UUID
    mentee_id: UUID
    mentor_id: UUID
    role: SupportRole
    facet: Facet | None
    school_urn: str
    school_name: str | None
    starts_on: date
    ends_on: date
    hours_per_week: float
    words: str
    status: SupportStatus
    proposed_on: date
    changed_on: date
    accepted_by: tuple[SupportSide, ...]
    declined_by: SupportSide | None
    answer_by: date | None


def _is_of(person: str) -> str:
    return f"({is_of_person('s.mentee_id', person)} or {is_of_person('s.mentor_id', person)})"


_SUPPORT = f"""
    select s.support_id, s.programme_id, {kept_id("s.mentee_id")} as mentee_id,
           {kept_id("s.mentor_id")} as mentor_id, s.role, s.facet, s.school_urn,
           h.name as school_name, s.starts_on, s.ends_on, s.hours_per_week, s.words, s.status, s.proposed_on,
           s.changed_on, s.accepted_by, s.declined_by, s.answer_by
    from supports s
    left join schools h on h.tenant = s.tenant and h.urn = s.school_urn
    left join mentors m on m.tenant = s.tenant and m.mentor_id = {kept_id("s.mentor_id")}
    where ($1 or s.school_urn = any ($2) or m.school_urn = any ($2) or {_is_of("$3")})"""


async def supports(
    reader: Reader, *, status: str | None, person_id: UUID | None, after: UUID | None, limit: int
) -> list[Support]:
    """List one page of the supports that the person may see, in the order of their ids; of one mentor or mentee if
    named.
    """
    return await reader.all(
        Support,
        f"""{_SUPPORT} and ($4::text is null or s.status = $4) and ($5::uuid is null or s.support_id > $5)
              and ($6::uuid is null or {_is_of("$6")})
            order by s.support_id limit $7""",
        *await _seen(reader),
        status,
        after,
        person_id and await kept_record(reader, person_id),
        limit,
    )


async def support(reader: Reader, support_id: UUID) -> Support:
    """Show one support; raises `NotFound` for a support that the person may not see."""
    found = await reader.first(Support, f"{_SUPPORT} and s.support_id = $4", *await _seen(reader), support_id)
    if found is None:
        raise NotFound("There is no such support.")
    return found


async def _seen(reader: Reader) -> tuple[object, ...]:
    scope = policy.support_scope(await current_principal(reader))
    return scope.all, list(scope.schools), scope.person_id
