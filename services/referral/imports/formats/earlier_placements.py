"""Formats of earlier placements of trainees: the project's own, and two of DfE's Register trainee teachers.

A trainee is identified by the partnership's reference, by TRN or by HESA id. A blank cell changes nothing on record.
URNs that stand for "not applicable" are skipped.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from services.referral.imports.reading.cells import NO_SCHOOL, Day, HesaId, Reference, Trn, Urn
from services.referral.imports.reading.rules import not_before
from shared.spreadsheets.rows import Format, Row


class PlacementRow(Row):
    """One earlier placement; its dates may be unknown."""

    provider_trainee_id: Reference
    school_urn: Urn
    starts_on: Day | None = None
    ends_on: Annotated[Day | None, not_before("starts_on")] = None

    @property
    def trainee(self) -> tuple[Literal["reference"], str]:
        """The trainee who was placed."""
        return "reference", self.provider_trainee_id

    @property
    def schools(self) -> Mapping[str, str]:
        """The schools, by the column that names them."""
        return _schools(self, ("school_urn",))


class RegisterPlacementsRow(Row):
    """The placements of one trainee, in the format of the register's bulk file for placements."""

    trn: Trn = Field(alias="TRN", repr=False)
    placement_1: Urn | None = Field(None, alias="Placement 1 URN")
    placement_2: Urn | None = Field(None, alias="Placement 2 URN")
    placement_3: Urn | None = Field(None, alias="Placement 3 URN")
    placement_4: Urn | None = Field(None, alias="Placement 4 URN")
    placement_5: Urn | None = Field(None, alias="Placement 5 URN")

    @property
    def trainee(self) -> tuple[Literal["trn"], str]:
        """The trainee who was placed."""
        return "trn", self.trn

    @property
    def schools(self) -> Mapping[str, str]:
        """The schools, by the column that names them."""
        return _schools(self, tuple(f"placement_{number}" for number in range(1, 6)))


class HesaPlacementRow(Row):
    """One placement, in the format of HESA's collection."""

    hesa_id: HesaId = Field(repr=False)
    urn: Urn

    @property
    def trainee(self) -> tuple[Literal["hesa_id"], str]:
        """The trainee who was placed."""
        return "hesa_id", self.hesa_id

    @property
    def schools(self) -> Mapping[str, str]:
        """The schools, by the column that names them."""
        return _schools(self, ("urn",))


AnyPlacementRow = PlacementRow | RegisterPlacementsRow | HesaPlacementRow


def _schools(row: Row, fields: tuple[str, ...]) -> dict[str, str]:
    named = {str(type(row).model_fields[field].alias or field): getattr(row, field) for field in fields}
    return {column: urn for column, urn in named.items() if urn is not None and urn not in NO_SCHOOL}


PLACEMENTS = (
    Format[AnyPlacementRow](PlacementRow),
    Format[AnyPlacementRow](RegisterPlacementsRow, known_by=frozenset({"TRN", "Placement 1 URN"})),
    Format[AnyPlacementRow](HesaPlacementRow, known_by=frozenset({"hesa_id", "urn"})),
)
