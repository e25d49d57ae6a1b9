"""Mentoring relationships and their terms."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.sessions import RelationshipEnded, RelationshipMoved, RelationshipOpened, RelationshipRehomed
from shared.kernel.readmodel import replace_fields, row_of


@dataclass(frozen=True, slots=True)
class RelationshipRow:
    """A mentoring relationship. Meetings due and minutes of the mentor's time are per full week of it.

    Without a meeting a week, one is due in each `weeks_between_meetings` full weeks.

    `role` is what the mentor is in it: the lead mentor, or somebody who supports the trainee as well.
    `ended_because` is the code of the reason why it ended before its time.
    """

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    mentor_minutes_per_week: int
    role: str = "lead"
    weeks_between_meetings: int | None = None
    ended_because: str | None = None


Event = RelationshipOpened | RelationshipRehomed | RelationshipMoved | RelationshipEnded


def _fold(row: RelationshipRow | None, event: Event) -> RelationshipRow | None:
    match event:
        case RelationshipOpened():
            return row_of(RelationshipRow, event)
        case RelationshipRehomed():
            return replace_fields(row, trainee_id=event.trainee_id, mentor_id=event.mentor_id) if row else None
        case RelationshipMoved():
            return replace_fields(row, school_urn=event.school_urn) if row else None
        case RelationshipEnded():
            return replace_fields(row, ends_on=event.ended_on, ended_because=event.reason) if row else None


RELATIONSHIPS = table(
    "relationships",
    RelationshipRow,
    ("relationship_id",),
    dict.fromkeys((RelationshipOpened, RelationshipRehomed, RelationshipMoved, RelationshipEnded), _fold),
    indexes=("mentor_id", "trainee_id", "school_urn", "known_from"),
    edition=6,
)
