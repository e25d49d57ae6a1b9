"""Own events to read tables. Personal texts arrive sealed and are kept sealed."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain import assessment, meeting, note, relationship, target
from shared.kernel.readmodel import ReadModel, Step


@dataclass(frozen=True, slots=True)
class RelationshipRow:
    """A relationship and its terms; hours and meetings are per week."""

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    targets_per_meeting: int
    mentor_hours_per_week: float
    opened_on: date


def _opened(_: RelationshipRow | None, event: relationship.RelationshipOpened) -> RelationshipRow:
    return RelationshipRow(
        relationship_id=event.relationship_id,
        programme_id=event.programme_id,
        trainee_id=event.trainee_id,
        mentor_id=event.mentor_id,
        school_urn=event.school_urn,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        meetings_per_week=event.meetings_per_week,
        targets_per_meeting=event.targets_per_meeting,
        mentor_hours_per_week=event.mentor_hours_per_week,
        opened_on=event.happened_on,
    )


RELATIONSHIPS = ReadModel(
    name="relationships",
    row=RelationshipRow,
    key=("relationship_id",),
    on={relationship.RelationshipOpened: Step(lambda event: (event.relationship_id,), _opened)},
    indexes=("trainee_id", "mentor_id", "school_urn"),
)


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting as it was recorded; `discussed` and `reflection` are sealed."""

    meeting_id: UUID
    relationship_id: UUID
    happened_on: date
    status: str
    recorded_by: str
    minutes: int | None = None
    agenda_by: str | None = None
    reason: str | None = None
    discussed: str | None = None
    reflection: str | None = None


def _held(_: MeetingRow | None, event: meeting.MeetingHeld) -> MeetingRow:
    return MeetingRow(
        meeting_id=event.meeting_id,
        relationship_id=event.relationship_id,
        happened_on=event.happened_on,
        status="held",
        recorded_by=event.by,
        minutes=event.minutes,
        agenda_by=event.agenda_by,
        discussed=event.discussed,
        reflection=event.reflection,
    )


def _missed(_: MeetingRow | None, event: meeting.MeetingMissed) -> MeetingRow:
    return MeetingRow(
        meeting_id=event.meeting_id,
        relationship_id=event.relationship_id,
        happened_on=event.happened_on,
        status="missed",
        recorded_by=event.by,
        reason=event.reason,
    )


def _meeting_id(event: meeting.MeetingEvent) -> tuple[UUID]:
    return (event.meeting_id,)


MEETINGS = ReadModel(
    name="meetings",
    row=MeetingRow,
    key=("meeting_id",),
    on={meeting.MeetingHeld: Step(_meeting_id, _held), meeting.MeetingMissed: Step(_meeting_id, _missed)},
    indexes=("relationship_id",),
)


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target and its last review; `text`, `measure` and `note` are sealed."""

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    set_on: date
    set_by: str
    due_on: date
    status: str
    text: str
    measure: str | None = None
    reviewed_on: date | None = None
    note: str | None = None


def _set(_: TargetRow | None, event: target.TargetSet) -> TargetRow:
    return TargetRow(
        target_id=event.target_id,
        relationship_id=event.relationship_id,
        trainee_id=event.trainee_id,
        set_on=event.happened_on,
        set_by=event.by,
        due_on=event.due_on,
        status="open",
        text=event.text,
        measure=event.measure,
    )


def _reviewed(row: TargetRow, event: target.TargetReviewed) -> TargetRow:
    return replace(row, status=event.status, reviewed_on=event.happened_on, note=event.note)


def _target_id(event: target.TargetEvent) -> tuple[UUID]:
    return (event.target_id,)


TARGETS = ReadModel(
    name="targets",
    row=TargetRow,
    key=("target_id",),
    on={target.TargetSet: Step(_target_id, _set), target.TargetReviewed: Step(_target_id, _reviewed)},
    indexes=("relationship_id",),
)


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A mentor's private note about a meeting, sealed with its author's key."""

    meeting_id: UUID
    author_id: UUID
    note: str
    written_on: date


def _written(_: NoteRow | None, event: note.NoteWritten) -> NoteRow:
    return NoteRow(event.meeting_id, event.author_id, event.note, event.happened_on)


NOTES = ReadModel(
    name="notes",
    row=NoteRow,
    key=("meeting_id", "author_id"),
    on={note.NoteWritten: Step(lambda event: (event.meeting_id, event.author_id), _written)},
)


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
    return AssessmentRow(
        assessment_id=event.assessment_id,
        relationship_id=event.relationship_id,
        trainee_id=event.trainee_id,
        assessor_id=event.assessor_id,
        kind=event.kind,
        submitted_on=event.happened_on,
        judgements={str(standard): judgement for standard, judgement in event.judgements.items()},
        comments={},
    )


def _commented(row: AssessmentRow, event: assessment.StandardCommented) -> AssessmentRow:
    return replace(row, comments={**row.comments, event.standard: event.comment})


ASSESSMENTS = ReadModel(
    name="assessments",
    row=AssessmentRow,
    key=("assessment_id",),
    on={
        assessment.AssessmentSubmitted: Step(lambda event: (event.assessment_id,), _submitted),
        assessment.StandardCommented: Step(lambda event: (event.assessment_id,), _commented),
    },
    indexes=("trainee_id",),
)

READ_MODELS = (RELATIONSHIPS, MEETINGS, TARGETS, NOTES, ASSESSMENTS)
