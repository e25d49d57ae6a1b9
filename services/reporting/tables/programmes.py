"""Programmes that trainees are referred to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table, whole_row
from shared.events.referral import ProgrammeOpened


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme as it was opened."""

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date


PROGRAMMES = table("programmes", ProgrammeRow, ("programme_id",), {ProgrammeOpened: whole_row(ProgrammeRow)})
