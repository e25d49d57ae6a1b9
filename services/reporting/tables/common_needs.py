"""Needs that people of a school share, counted once a term; nobody is named."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table, whole_row
from shared.events.sessions import CommonNeedsCounted, NeedCount


@dataclass(frozen=True, slots=True)
class CommonNeedsRow:
    """The needs of at least the programme's smallest group, in the term that ended on `until`."""

    programme_id: UUID
    school_urn: str
    until: date
    needs: tuple[NeedCount, ...]


COMMON_NEEDS = table(
    "common_needs",
    CommonNeedsRow,
    ("programme_id", "school_urn", "until"),
    {CommonNeedsCounted: whole_row(CommonNeedsRow)},
    edition=2,
)
