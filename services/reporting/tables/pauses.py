"""Pauses of mentoring relationships, in which no meeting is due."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.sessions import RelationshipPaused, RelationshipResumed
from shared.kernel.readmodel import Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A pause from a day on; `resumed_on` is the first day after it, None while it lasts."""

    relationship_id: UUID
    paused_on: date
    resumed_on: date | None = None


def _resume(_: PauseRow | None, event: RelationshipResumed) -> PauseRow:
    return row_of(PauseRow, event, resumed_on=event.happened_on)


def _pause(row: PauseRow | None, event: RelationshipPaused) -> PauseRow:
    return row or row_of(PauseRow, event, paused_on=event.happened_on)


PAUSES = table(
    "pauses",
    PauseRow,
    ("relationship_id", "paused_on"),
    {RelationshipPaused: Step(key_from("relationship_id", "happened_on"), _pause), RelationshipResumed: _resume},
)
