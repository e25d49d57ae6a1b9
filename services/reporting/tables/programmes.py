"""Programmes that trainees are referred to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.referral import ProgrammeOpened
from shared.kernel.readmodel import row_of


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme as it was opened; `smallest_group` is how many people a figure of a group is of at least."""

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    smallest_group: int


def _open(_: ProgrammeRow | None, event: ProgrammeOpened) -> ProgrammeRow:
    return row_of(ProgrammeRow, event, smallest_group=event.practice.confidentiality.smallest_group)


PROGRAMMES = table("programmes", ProgrammeRow, ("programme_id",), {ProgrammeOpened: _open}, edition=4)
