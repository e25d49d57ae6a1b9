"""Days of trainees in placements, by halves."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.sessions import DayRecorded
from shared.kernel.readmodel import Step, key_from, replace_fields


@dataclass(frozen=True, slots=True)
class DayRow:
    """A trainee's day: of each half the state, the kind and the school; None where nothing is recorded.

    The last event that names a half says what it is.
    """

    trainee_id: UUID
    day: date
    morning_state: str | None = None
    morning_kind: str | None = None
    morning_school: str | None = None
    afternoon_state: str | None = None
    afternoon_kind: str | None = None
    afternoon_school: str | None = None


def _record(row: DayRow | None, event: DayRecorded) -> DayRow:
    row = row or DayRow(event.trainee_id, event.happened_on)
    is_there = event.state != "removed"
    state, kind, school = (event.state, event.kind, event.school_urn) if is_there else (None, None, None)
    if "morning" in event.halves:
        row = replace_fields(row, morning_state=state, morning_kind=kind, morning_school=school)
    if "afternoon" in event.halves:
        row = replace_fields(row, afternoon_state=state, afternoon_kind=kind, afternoon_school=school)
    return row


DAYS = table(
    "days",
    DayRow,
    ("trainee_id", "day"),
    {DayRecorded: Step(key_from("trainee_id", "happened_on"), _record)},
    indexes=("known_from",),
    edition=3,
)
