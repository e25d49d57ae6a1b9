"""Own events to read tables. Personal texts arrive sealed and are kept sealed."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain import assessments as assessment
from services.sessions.domain import meetings as meeting
from services.sessions.domain import merges as merge
from services.sessions.domain import notes as note
from services.sessions.domain import relationships as relationship
from services.sessions.domain import targets as target
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class RelationshipRow:
    """A relationship and its terms; hours and meetings are per week. `ended_because` says why it ended early."""

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
    ended_because: str | None = None
    role: str = "lead"


def _opened(_: RelationshipRow | None, event: relationship.RelationshipOpened) -> RelationshipRow:
    return row_of(RelationshipRow, event, opened_on=event.happened_on)


def _rehomed(row: RelationshipRow, event: relationship.RelationshipRehomed) -> RelationshipRow:
    return replace(row, trainee_id=event.trainee_id, mentor_id=event.mentor_id)


def _moved(row: RelationshipRow, event: relationship.RelationshipMoved) -> RelationshipRow:
    return replace(row, school_urn=event.school_urn)


def _ended(row: RelationshipRow, event: relationship.RelationshipEnded) -> RelationshipRow:
    return replace(row, ends_on=event.ended_on, ended_because=event.reason)


RELATIONSHIPS = ReadModel(
    name="relationships",
    row=RelationshipRow,
    key=("relationship_id",),
    on={
        relationship.RelationshipOpened: Step(key_from("relationship_id"), _opened),
        relationship.RelationshipRehomed: Step(key_from("relationship_id"), _rehomed),
        relationship.RelationshipMoved: Step(key_from("relationship_id"), _moved),
        relationship.RelationshipEnded: Step(key_from("relationship_id"), _ended),
    },
    indexes=("trainee_id", "mentor_id", "school_urn"),
)


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A record for which another one stands."""

    merged_id: UUID
    kept_id: UUID


MERGES = ReadModel(
    name="merges",
    row=MergeRow,
    key=("merged_id",),
    on={merge.RecordMerged: Step(key_from("merged_id"), lambda _, event: row_of(MergeRow, event))},
    indexes=("kept_id",),
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
    return row_of(MeetingRow, event, status="held", recorded_by=event.by)


def _missed(_: MeetingRow | None, event: meeting.MeetingMissed) -> MeetingRow:
    return row_of(MeetingRow, event, status="missed", recorded_by=event.by)


MEETINGS = ReadModel(
    name="meetings",
    row=MeetingRow,
    key=("meeting_id",),
    on={
        meeting.MeetingHeld: Step(key_from("meeting_id"), _held),
        meeting.MeetingMissed: Step(key_from("meeting_id"), _missed),
    },
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
    return row_of(TargetRow, event, set_on=event.happened_on, set_by=event.by, status="open")


def _reviewed(row: TargetRow, event: target.TargetReviewed) -> TargetRow:
    return replace(row, status=event.status, reviewed_on=event.happened_on, note=event.note)


TARGETS = ReadModel(
    name="targets",
    row=TargetRow,
    key=("target_id",),
    on={
        target.TargetSet: Step(key_from("target_id"), _set),
        target.TargetReviewed: Step(key_from("target_id"), _reviewed),
    },
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
    return row_of(NoteRow, event, written_on=event.happened_on)


NOTES = ReadModel(
    name="notes",
    row=NoteRow,
    key=("meeting_id", "author_id"),
    on={note.NoteWritten: Step(key_from("meeting_id", "author_id"), _written)},
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

READ_MODELS = (RELATIONSHIPS, MERGES, MEETINGS, TARGETS, NOTES, ASSESSMENTS)
