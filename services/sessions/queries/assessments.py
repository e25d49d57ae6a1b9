"""Queries of assessments."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.queries.merges import current_principal, kept_id_of, kept_record, records_of
from shared.events.words import AssessmentKind, Judgement, Standard
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class Assessment(Answer):
    """An assessment of a trainee: a judgement on each standard, comments on some of them, and the journal entries that
    it rests on.
    """

    assessment_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: AssessmentKind
    on: date
    judgements: dict[Standard, Judgement]
    evidence: tuple[UUID, ...]
    comments: dict[Standard, str]


async def list_assessments(reader: Reader, trainee_id: UUID) -> list[Assessment]:
    """Return the assessments of a trainee that the person may see, the latest first."""
    trainee_id = await kept_record(reader, trainee_id)
    scope = policy.visible_assessments(await current_principal(reader), trainee_id)
    rows = await reader.connection.fetch(
        f"""select assessment_id, relationship_id, $2::uuid as trainee_id,
                   {kept_id_of("assessor_id")} as assessor_id, kind, submitted_on as "on",
                  judgements, evidence, comments
           from assessments where trainee_id = any ($1) and ($3 or assessor_id = any ($4))
           order by submitted_on desc, assessment_id""",
        await records_of(reader, trainee_id),
        trainee_id,
        scope.everything,
        await records_of(reader, scope.assessor_id),
    )
    comments = await reader.unseal([row["comments"] for row in rows])
    return [Assessment(**{**row, "comments": opened}) for row, opened in zip(rows, comments, strict=True)]
