"""Look up the schools of a partnership for a round."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.matching.domain.identities import Identities
from services.matching.projections.schools import SchoolRow
from services.matching.rounds.rows import Rows
from services.matching.solver import Point
from services.matching.solver.contrast import Factors, special_provision


@dataclass(frozen=True, slots=True)
class Schools:
    """Schools by URN, and the successor of each closed school."""

    by_urn: Mapping[str, SchoolRow]
    identities: Identities

    @classmethod
    def of(cls, rows: Rows) -> "Schools":
        """Collect the schools of the rows of a round."""
        return cls({school.urn: school for school in rows.schools}, rows.identities)

    def current(self, urn: str) -> str:
        """Return the URN of the last successor of a school, or its own."""
        return self.identities.school(urn)

    def trust_of(self, urn: str) -> str | None:
        """Return the code of a school's trust; None where it has none."""
        row = self.by_urn.get(urn)
        return row.trust_code if row else None

    def hosting_point(self, urn: str) -> Point | None:
        """Return the position of a school that can host; None for a school that is closed, unknown or without a
        position.
        """
        row = self.by_urn.get(urn)
        if row is None or row.closed or row.easting is None or row.northing is None:
            return None
        return Point(row.easting, row.northing)

    def factors(self) -> dict[str, Factors]:
        """Return the factors of the school register by URN, for contrast."""
        return {urn: _factors(row) for urn, row in self.by_urn.items()}


def _factors(school: SchoolRow) -> Factors:
    return Factors(
        phase=school.phase,
        pupils=school.pupils,
        gender=school.gender,
        faith=school.religious_character,
        admissions=school.admissions_policy,
        free_meals=school.percentage_fsm,
        urban_rural=school.urban_rural,
        special_provision=special_provision(school.special_classes, school.resourced_provision),
    )
