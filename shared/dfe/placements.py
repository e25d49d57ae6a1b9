"""Placements for DfE's Register trainee teachers: a row for each school at which a trainee was placed in a year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.calendar.academic_years import AcademicYear
from shared.dfe.forms import Column, Form, Gap, in_order
from shared.dfe.people import PersonOnRecord
from shared.wording import counted_noun

WITHOUT_URN = "900020"
"""What the register takes for an establishment that has no URN."""

PLACEMENTS = Form(
    name="placements",
    edition="2026",
    service="Register trainee teachers",
    source="DFE-Digital/register-trainee-teachers, import of placements from HESA (August 2026)",
    columns=(
        Column("hesa_id", "the trainee's HESA id on record"),
        Column("urn", f"the URN of the school of the placement; {WITHOUT_URN} for a host without a URN"),
    ),
)


@dataclass(frozen=True, slots=True)
class Stay:
    """A trainee's placement at a school (or a host without a URN, by its code), from a day to a day."""

    trainee_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """A school at which a trainee was placed."""

    hesa_id: str
    urn: str


@dataclass(frozen=True, slots=True)
class RegisterPlacements:
    """The rows of the file, who is missing from it, and how many placements of the year have not begun."""

    rows: list[PlacementRow]
    gaps: list[Gap]
    to_come: int

    def write(self) -> list[bytes]:
        """Write the file; none without rows."""
        return PLACEMENTS.write([(row.hesa_id, row.urn) for row in self.rows])


def list_placements(
    people: Mapping[UUID, PersonOnRecord], stays: Iterable[Stay], year: AcademicYear, today: date
) -> RegisterPlacements:
    """List the placements of a year that have begun, each trainee and school once.

    A trainee without a HESA id is left out with all their placements: the register knows placements by that id.
    """
    of_year = [stay for stay in stays if stay.starts_on <= year.ends_on and stay.ends_on >= year.starts_on]
    kept = [stay for stay in of_year if stay.starts_on <= stay.ends_on and stay.trainee_id in people]
    rows: set[tuple[str, str]] = set()
    left_out: dict[UUID, int] = {}
    for stay in kept:
        trainee = people[stay.trainee_id]
        if stay.starts_on > today:
            continue
        if trainee.hesa_id is None or not trainee.has_hesa_id:
            left_out[trainee.person_id] = left_out.get(trainee.person_id, 0) + 1
            continue
        urn = stay.school_urn if stay.school_urn.isdigit() else WITHOUT_URN
        rows.add((trainee.hesa_id, urn))
    gaps = [
        Gap(
            people[id_].reference,
            f"has no HESA id, so {counted_noun(number, 'placement')} of theirs cannot be in the file. Import the "
            "trainees with a column hesa_id.",
        )
        for id_, number in left_out.items()
    ]
    to_come = sum(stay.starts_on > today for stay in kept)
    return RegisterPlacements([PlacementRow(*row) for row in sorted(rows)], in_order(gaps), to_come)
