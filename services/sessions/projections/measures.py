"""Read model of measures, without any answer; `projections/access.py` has who reads them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sessions.domain.measures import MeasuresTaken
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class MeasuresRow:
    """An instrument was answered: by whom in which role, and which time it was."""

    measure_id: UUID
    series_id: UUID
    relationship_id: UUID
    instrument: str
    role: str
    occasion: str
    taken_on: date
    version: int


def _take(_: MeasuresRow | None, event: MeasuresTaken) -> MeasuresRow:
    return row_of(MeasuresRow, event, taken_on=event.happened_on, version=event.version_number)


MEASURES = ReadModel(
    name="measures",
    row=MeasuresRow,
    key=("measure_id",),
    on={MeasuresTaken: Step(key_from("measure_id"), _take)},
    indexes=("relationship_id",),
)
