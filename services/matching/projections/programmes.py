"""Programmes as read models."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.matching.domain.programmes import ProgrammeKnown
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme that trainees are matched for. Its rules are in its stream."""

    programme_id: UUID
    title: str
    academic_year: str
    starts_on: date
    ends_on: date


PROGRAMMES = ReadModel(
    name="programmes",
    row=ProgrammeRow,
    key=("programme_id",),
    on={ProgrammeKnown: Step(key_from("programme_id"), lambda _, event: row_of(ProgrammeRow, event))},
)
