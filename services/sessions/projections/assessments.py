"""Read model of assessments: a row for each version, with its texts as they are encrypted."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.assessment_versions import (
    AssessmentAcknowledged,
    AssessmentReturned,
    AssessmentShared,
    AssessmentSigned,
    AssessmentSubmitted,
    AssessmentTakenOver,
    AssessmentWritten,
    StandardCommented,
    TraineeCommented,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """A version of an assessment. `levels` are of the programme's scale, by standard.

    `text` holds the comments on standards and the answers to the form; `comments` those of an assessment that was
    submitted before there were drafts.
    """

    assessment_id: UUID
    version_number: int
    relationship_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: str
    state: str
    written_on: date
    levels: dict[str, Any]
    evidence: tuple[str, ...]
    observed_on: tuple[str, ...] = ()
    observations: tuple[str, ...] = ()
    excepted: bool = False
    text: str | None = None
    reason: str | None = None
    comments: dict[str, Any] = field(default_factory=dict)
    shared_on: date | None = None
    comment: str | None = None
    commented_on: date | None = None
    signatures: tuple[dict[str, Any], ...] = ()
    submitted_on: date | None = None
    acknowledged_on: date | None = None
    returned_on: date | None = None
    returned_because: str | None = None
    taken_over_because: str | None = None
    unexpected_because: str | None = None


def _write(row: AssessmentRow | None, event: AssessmentWritten) -> AssessmentRow:
    written = row_of(
        AssessmentRow,
        event,
        state="drafting",
        written_on=event.happened_on,
        levels={str(standard): level for standard, level in event.levels.items()},
        evidence=tuple(str(item_id) for item_id in event.evidence),
        observed_on=tuple(f"{day}" for day in event.observed_on),
        observations=tuple(str(item_id) for item_id in event.observations),
        reason=event.reason or (row and row.reason),
    )
    return replace(written, comment=row.comment, commented_on=row.commented_on) if row else written


def _take_over(_: AssessmentRow | None, event: AssessmentTakenOver) -> AssessmentRow:
    return replace(_write(None, event), taken_over_because=event.taken_over_because)


def _share(row: AssessmentRow, event: AssessmentShared) -> AssessmentRow:
    return replace(row, state="shared", shared_on=event.happened_on, unexpected_because=event.reasons)


def _comment(row: AssessmentRow, event: TraineeCommented) -> AssessmentRow:
    return replace(row, state="commented", comment=event.comment, commented_on=event.happened_on)


def _sign(row: AssessmentRow, event: AssessmentSigned) -> AssessmentRow:
    signature = {"role": event.role, "person_id": f"{event.person_id}", "on": f"{event.happened_on}"}
    state = "signed" if event.complete else "signing"
    return replace(row, state=state, signatures=(*row.signatures, signature))


def _submit(row: AssessmentRow | None, event: AssessmentSubmitted) -> AssessmentRow:
    if row is not None:
        return replace(row, state="submitted", submitted_on=event.happened_on)
    return row_of(
        AssessmentRow,
        event,
        state="submitted",
        written_on=event.happened_on,
        submitted_on=event.happened_on,
        levels={str(standard): judgement for standard, judgement in event.judgements.items()},
        evidence=tuple(str(item_id) for item_id in event.evidence),
    )


def _comment_on_standard(row: AssessmentRow, event: StandardCommented) -> AssessmentRow:
    return replace(row, comments={**row.comments, event.standard: event.comment})


def _acknowledge(row: AssessmentRow, event: AssessmentAcknowledged) -> AssessmentRow:
    return replace(row, state="acknowledged", acknowledged_on=event.happened_on)


def _return(row: AssessmentRow, event: AssessmentReturned) -> AssessmentRow:
    return replace(row, state="returned", returned_on=event.happened_on, returned_because=event.reason)


_KEY = key_from("assessment_id", "version_number")

ASSESSMENTS = ReadModel(
    name="assessments",
    row=AssessmentRow,
    key=("assessment_id", "version_number"),
    on={
        AssessmentWritten: Step(_KEY, _write),
        AssessmentTakenOver: Step(_KEY, _take_over),
        AssessmentShared: Step(_KEY, _share),
        TraineeCommented: Step(_KEY, _comment),
        AssessmentSigned: Step(_KEY, _sign),
        AssessmentSubmitted: Step(_KEY, _submit),
        StandardCommented: Step(_KEY, _comment_on_standard),
        AssessmentAcknowledged: Step(_KEY, _acknowledge),
        AssessmentReturned: Step(_KEY, _return),
    },
    indexes=("trainee_id", "relationship_id"),
    edition=5,
)
