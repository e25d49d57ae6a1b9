"""Read model of figures that schools brought in by file: every version of each."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sessions.domain.figures import FigureRecorded
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A version of a figure; value and source are encrypted with the mentee's key."""

    person_id: UUID
    measure: str
    happened_on: date
    version: int
    value: str
    source: str
    recorded_on: date


FIGURES = ReadModel(
    name="figures",
    row=FigureRow,
    key=("person_id", "measure", "happened_on", "version"),
    on={
        FigureRecorded: Step(
            key_from("person_id", "measure", "happened_on", "version_number"),
            lambda _, event: row_of(FigureRow, event, version=event.version_number),
        )
    },
)
