"""Queries of summaries: the draft for the two, the list of those that were agreed for those to whom they go."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.summaries import summary_step
from services.sessions.queries.agreements import AgreementView, draft_fields
from services.sessions.queries.assignments import assigned_today
from services.sessions.queries.merges import current_principal, kept_id_of
from services.sessions.queries.programmes import find_programme, find_programmes
from services.sessions.queries.relationships import find_relationships, find_to_see
from shared.events.practices import Need
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class SummaryAccess(Answer):
    """Somebody to whom a summary goes read it on a day."""

    reader_id: UUID
    on: date


class SummaryView(AgreementView):
    """The summary with its form, as the two draft and sign it; `choices` are the needs that they can name.

    `agreed_needs` are those that both have signed, `reads` says who else has read it.
    """

    choices: tuple[Need, ...]
    needs: tuple[str, ...]
    agreed_needs: tuple[str, ...]
    reads: tuple[SummaryAccess, ...]


class AgreedSummary(Answer):
    """A summary that both have signed: open it to read it."""

    relationship_id: UUID
    programme_id: UUID
    school_urn: str
    agreed_on: date
    needs: tuple[str, ...]


async def show_summary(reader: Reader, relationship_id: UUID) -> SummaryView:
    """Return the summary of a relationship for its two; raises `NotFound`, or `NotAllowed` for overseers."""
    seen = await find_to_see(reader, relationship_id)
    policy.may_draft_summary(seen.who, seen.relationship, seen.assigned)
    programme = await find_programme(reader, seen.relationship.programme_id)
    step = summary_step(programme)
    row = await reader.connection.fetchrow(
        "select needs, agreed_needs from summaries where relationship_id = $1", relationship_id
    )
    rules = programme.practice.needs
    return SummaryView(
        **await draft_fields(reader, "summaries", relationship_id, programme, step),
        choices=rules.choices if rules else (),
        needs=row["needs"] if row else (),
        agreed_needs=row["agreed_needs"] if row else (),
        reads=tuple(await reader.all(SummaryAccess, _READS, relationship_id)),
    )


async def list_summaries(reader: Reader) -> list[AgreedSummary]:
    """Return the summaries that go to the person, the latest first."""
    who, assigned = await current_principal(reader), await assigned_today(reader)
    scope = policy.visible_relationships(who, assigned)
    rows = await reader.connection.fetch(_AGREED, scope.everything, sorted(scope.schools), sorted(scope.trainees))
    relationships = await find_relationships(reader, {row["relationship_id"] for row in rows})
    programmes = await find_programmes(reader, {each.programme_id for each in relationships.values()})
    received = []
    for row in rows:
        relationship = relationships[row["relationship_id"]]
        programme = programmes.get(relationship.programme_id)
        roles = policy.assigned_roles(who, assigned.get(relationship.trainee_id, policy.NOBODY))
        if programme is not None and policy.receives_summary(who, relationship, programme, roles):
            received.append(AgreedSummary(**row))
    return received


_AGREED = """
    select s.relationship_id, r.programme_id, r.school_urn, s.agreed_on, s.agreed_needs as needs
    from summaries s join relationships r using (relationship_id)
    where s.agreed_draft is not null and ($1 or r.school_urn = any ($2) or r.trainee_id = any ($3))
    order by s.agreed_on desc, s.relationship_id"""
_READS = f"""
    select distinct {kept_id_of("reader_id")} as reader_id, read_on as "on" from summary_reads
    where relationship_id = $1 order by read_on desc, reader_id"""
