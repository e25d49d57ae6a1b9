"""Read model of assessments."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.assessments import AssessmentSubmitted, StandardCommented
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """An assessment: judgements and encrypted comments, each by standard."""

    assessment_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: str
    submitted_on: date
    judgements: dict[str, Any]
    evidence: tuple[str, ...]
    comments: dict[str, Any]


def _submit(_: AssessmentRow | None, event: AssessmentSubmitted) -> AssessmentRow:
    judgements = {str(standard): judgement for standard, judgement in event.judgements.items()}
    evidence = tuple(str(entry_id) for entry_id in event.evidence)
    return row_of(
        AssessmentRow, event, submitted_on=event.happened_on, judgements=judgements, evidence=evidence, comments={}
    )


def _comment(row: AssessmentRow, event: StandardCommented) -> AssessmentRow:
    return replace(row, comments={**row.comments, event.standard: event.comment})


ASSESSMENTS = ReadModel(
    name="assessments",
    row=AssessmentRow,
    key=("assessment_id",),
    on={
        AssessmentSubmitted: Step(key_from("assessment_id"), _submit),
        StandardCommented: Step(key_from("assessment_id"), _comment),
    },
    indexes=("trainee_id",),
)
