"""Assessments against the Teachers' Standards."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.sessions import AssessmentSubmitted
from shared.kernel.readmodel import row_of


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """An assessment: by standard, the judgement for each of the Teachers' Standards that it covers."""

    assessment_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: str
    assessed_on: date
    judgements: dict[str, str]


def _fold(_: AssessmentRow | None, event: AssessmentSubmitted) -> AssessmentRow:
    judgements = {str(standard): str(judgement) for standard, judgement in event.judgements.items()}
    return row_of(AssessmentRow, event, assessed_on=event.happened_on, judgements=judgements)


ASSESSMENTS = table(
    "assessments",
    AssessmentRow,
    ("assessment_id",),
    {AssessmentSubmitted: _fold},
    indexes=("trainee_id", "relationship_id", "known_from"),
    edition=4,
)
