"""Read model of schools as the register shows them, closed schools included."""

from dataclasses import dataclass, replace
from datetime import date

from services.referral.domain import schools
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school as the register shows it; easting and northing are metres (EPSG:27700).

    A school that closed stays, with status `closed` and its successor where that is known.
    """

    urn: str
    name: str
    status: str
    phases: tuple[str, ...]
    phase: str | None
    type_of_establishment: str | None
    la_code: str | None
    la_name: str | None
    town: str | None
    postcode: str | None
    trust_code: str | None
    trust_name: str | None
    low_age: int | None
    high_age: int | None
    pupils: int | None
    percentage_fsm: float | None
    easting: int | None
    northing: int | None
    closed_on: date | None = None
    successor_urn: str | None = None
    predecessors: tuple[str, ...] = ()
    type_group: str | None = None
    district_code: str | None = None


def _school_recorded(row: SchoolRow | None, event: schools.SchoolRecorded) -> SchoolRow:
    return row_of(SchoolRow, event.row, urn=event.urn, predecessors=row.predecessors if row else ())


def _school_closed(row: SchoolRow, event: schools.SchoolClosed) -> SchoolRow:
    return replace(row, status="closed", closed_on=event.happened_on)


def _school_succeeded(row: SchoolRow, event: schools.SchoolSucceeded) -> SchoolRow:
    closed_on = row.closed_on or event.happened_on
    return replace(row, status="closed", closed_on=closed_on, successor_urn=event.successor_urn)


def _school_followed(row: SchoolRow, event: schools.SchoolFollowed) -> SchoolRow:
    return replace(row, predecessors=(*row.predecessors, event.predecessor_urn))


def _school_restored(row: SchoolRow, event: schools.SchoolRestored) -> SchoolRow | None:
    to = event.standing
    if to.row is None:
        return None
    before = row_of(SchoolRow, to.row, urn=event.urn, successor_urn=to.successor_urn, predecessors=to.predecessors)
    return replace(before, status="closed", closed_on=row.closed_on) if to.closed else before


SCHOOLS = ReadModel(
    name="schools",
    row=SchoolRow,
    key=("urn",),
    edition=2,
    on={
        schools.SchoolRecorded: Step(key_from("urn"), _school_recorded),
        schools.SchoolClosed: Step(key_from("urn"), _school_closed),
        schools.SchoolSucceeded: Step(key_from("urn"), _school_succeeded),
        schools.SchoolFollowed: Step(key_from("urn"), _school_followed),
        schools.SchoolRestored: Step(key_from("urn"), _school_restored),
    },
    indexes=("trust_code",),
)
