"""Relationships as rows."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain import relationships as relationship
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
