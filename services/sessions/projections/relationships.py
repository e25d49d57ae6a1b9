"""Read model of relationships."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.sessions.domain.ends import EndProposed, EndWithdrawn, RelationshipEnded
from services.sessions.domain.pauses import RelationshipPaused, RelationshipResumed
from services.sessions.domain.relationships import (
    RelationshipAgreed,
    RelationshipMoved,
    RelationshipOpened,
    RelationshipRehomed,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class RelationshipRow:
    """A relationship and its terms; hours and meetings are per week. `ended_because` says why it ended early.

    `pauses` are those that are over, each with its first and last day.
    """

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
    facet: str | None = None
    amend_within_days: int = 14
    weeks_between_meetings: int | None = None
    mentor_reads_for_days: int | None = None
    agreement_first: bool = False
    agreed_on: date | None = None
    paused_on: date | None = None
    proposed_end: date | None = None
    proposed_end_by: str | None = None
    pauses: tuple[Any, ...] = ()


def _open(_: RelationshipRow | None, event: RelationshipOpened) -> RelationshipRow:
    return row_of(RelationshipRow, event, opened_on=event.happened_on)


def _agree(row: RelationshipRow, event: RelationshipAgreed) -> RelationshipRow:
    return replace(row, agreed_on=event.happened_on)


def _pause(row: RelationshipRow, event: RelationshipPaused) -> RelationshipRow:
    return replace(row, paused_on=event.happened_on)


def _resume(row: RelationshipRow, event: RelationshipResumed) -> RelationshipRow:
    pause = {"since": event.paused_on.isoformat(), "until": (event.happened_on - timedelta(days=1)).isoformat()}
    return replace(row, paused_on=None, pauses=(*row.pauses, pause))


def _propose_end(row: RelationshipRow, event: EndProposed) -> RelationshipRow:
    return replace(row, proposed_end=event.last_day, proposed_end_by=event.by)


def _withdraw_end(row: RelationshipRow, _: EndWithdrawn) -> RelationshipRow:
    return replace(row, proposed_end=None, proposed_end_by=None)


def _rehome(row: RelationshipRow, event: RelationshipRehomed) -> RelationshipRow:
    return replace(row, trainee_id=event.trainee_id, mentor_id=event.mentor_id)


def _move(row: RelationshipRow, event: RelationshipMoved) -> RelationshipRow:
    return replace(row, school_urn=event.school_urn)


def _end(row: RelationshipRow, event: RelationshipEnded) -> RelationshipRow:
    return replace(row, ends_on=event.ended_on, ended_because=event.reason, proposed_end=None)


RELATIONSHIPS = ReadModel(
    name="relationships",
    edition=6,
    row=RelationshipRow,
    key=("relationship_id",),
    on={
        RelationshipOpened: Step(key_from("relationship_id"), _open),
        RelationshipAgreed: Step(key_from("relationship_id"), _agree),
        RelationshipPaused: Step(key_from("relationship_id"), _pause),
        RelationshipResumed: Step(key_from("relationship_id"), _resume),
        EndProposed: Step(key_from("relationship_id"), _propose_end),
        EndWithdrawn: Step(key_from("relationship_id"), _withdraw_end),
        RelationshipRehomed: Step(key_from("relationship_id"), _rehome),
        RelationshipMoved: Step(key_from("relationship_id"), _move),
        RelationshipEnded: Step(key_from("relationship_id"), _end),
    },
    indexes=("trainee_id", "mentor_id", "school_urn"),
)
