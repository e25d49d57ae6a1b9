"""Answers to the instruments of programmes: that they were given, and the numbers that mentees let be counted."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.sessions import MeasuresTaken, NumbersReleased
from shared.kernel.readmodel import set_fields


@dataclass(frozen=True, slots=True)
class MeasuresRow:
    """One time that an instrument was answered in a role; `numbers` are those released, by question."""

    measure_id: UUID
    relationship_id: UUID
    instrument: str
    role: str
    occasion: str
    taken_on: date | None = None
    numbers: dict[str, float] | None = None


MEASURES = table(
    "measures",
    MeasuresRow,
    ("measure_id",),
    {
        MeasuresTaken: set_fields(MeasuresRow, MeasuresTaken, taken_on="happened_on"),
        NumbersReleased: set_fields(MeasuresRow, NumbersReleased, taken_on="happened_on", numbers="numbers"),
    },
    indexes=("relationship_id",),
    edition=2,
)
