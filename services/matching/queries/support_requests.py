"""Queries of requests for support, for the people who may read them."""

from datetime import date
from uuid import UUID

from services.matching import policy
from services.matching.queries.identities import current_principal, kept_id
from shared.events.words import Facet
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class SupportRequest(Answer):
    """The support that a person requests, and since when; None where they request none."""

    person_id: UUID
    facets: tuple[Facet, ...]
    structural: bool
    buddy: bool
    since: date | None


async def support_request(reader: Reader, person_id: UUID) -> SupportRequest:
    """Return the support that a person requests; raises `NotFound` for everybody who may not request it for them."""
    row = await reader.connection.fetchrow(
        f"""select p.person_id, a.since, coalesce(a.facets, '[]') as facets,
                  coalesce(a.structural, false) as structural, coalesce(a.buddy, false) as buddy,
                  coalesce((select school_urn from mentees where mentee_id = p.person_id),
                           (select school_urn from mentors where mentor_id = p.person_id)) as school_urn
           from (select {kept_id("$1::uuid")} as person_id) p
           left join asks a on a.person_id = p.person_id""",
        person_id,
    )
    assert row is not None
    policy.may_request_support_for(await current_principal(reader), row["person_id"], row["school_urn"])
    return SupportRequest.model_validate(dict(row))
