"""Assessments, as far as somebody may see them."""

from typing import Any
from uuid import UUID

from services.sessions import policy
from shared.kernel.reader import Reader

Answer = dict[str, Any]


async def assessments(reader: Reader, trainee_id: UUID) -> list[Answer]:
    """A trainee's assessments, the latest first: all for the trainee and the partnership lead, else one's own."""
    kept_id = await reader.connection.fetchval("select kept_id from merges where merged_id = $1", trainee_id)
    trainee_id = kept_id or trainee_id
    rows = await reader.connection.fetch(
        """select assessment_id, relationship_id, $1::uuid as trainee_id, assessor_id, kind, submitted_on as "on",
                  judgements, comments
           from assessments
           where (trainee_id = $1 or trainee_id in (select merged_id from merges where kept_id = $1))
             and ($2 or assessor_id = $3)
           order by submitted_on desc, assessment_id""",
        trainee_id,
        policy.may_see_all_assessments(reader.who, trainee_id),
        policy.person_id(reader.who),
    )
    comments = await reader.unsealed([row["comments"] for row in rows])
    return [{**dict(row), "comments": opened} for row, opened in zip(rows, comments, strict=True)]
