"""Placements that trainees had before the partnership kept their record."""

from dataclasses import dataclass
from uuid import UUID

from services.reporting.tables.folding import table, whole_row
from shared.events.referral import EarlierPlacement, EarlierPlacementsRecorded


@dataclass(frozen=True, slots=True)
class EarlierPlacementsRow:
    """The earlier placements of a trainee, as last recorded."""

    trainee_id: UUID
    placements: tuple[EarlierPlacement, ...]


EARLIER_PLACEMENTS = table(
    "earlier_placements",
    EarlierPlacementsRow,
    ("trainee_id",),
    {EarlierPlacementsRecorded: whole_row(EarlierPlacementsRow)},
    indexes=("known_from",),
    edition=3,
)
