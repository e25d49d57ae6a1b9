"""Assessments as rows."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain import assessments as assessment
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """An assessment: judgements and sealed comments by standard."""

    assessment_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: str
    submitted_on: date
    judgements: dict[str, Any]
    comments: dict[str, Any]


def _submitted(_: AssessmentRow | None, event: assessment.AssessmentSubmitted) -> AssessmentRow:
    judgements = {str(standard): judgement for standard, judgement in event.judgements.items()}
    return row_of(AssessmentRow, event, submitted_on=event.happened_on, judgements=judgements, comments={})


def _commented(row: AssessmentRow, event: assessment.StandardCommented) -> AssessmentRow:
    return replace(row, comments={**row.comments, event.standard: event.comment})


ASSESSMENTS = ReadModel(
    name="assessments",
    row=AssessmentRow,
    key=("assessment_id",),
    on={
        assessment.AssessmentSubmitted: Step(key_from("assessment_id"), _submitted),
        assessment.StandardCommented: Step(key_from("assessment_id"), _commented),
    },
    indexes=("trainee_id",),
)
