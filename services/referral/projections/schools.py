"""Schools, what they offer, and how open they are to hosting."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.referral.domain import appetites as hosting
from services.referral.domain import offers as offer
from services.referral.domain import schools as school
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school as the register shows it; easting and northing are metres (EPSG:27700).

    One that closed stays, with status `closed`, and says who followed it where that is known.
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


def _school_recorded(row: SchoolRow | None, event: school.SchoolRecorded) -> SchoolRow:
    return row_of(SchoolRow, event.row, urn=event.urn, predecessors=row.predecessors if row else ())


def _school_closed(row: SchoolRow, event: school.SchoolClosed) -> SchoolRow:
    return replace(row, status="closed", closed_on=event.happened_on)


def _school_succeeded(row: SchoolRow, event: school.SchoolSucceeded) -> SchoolRow:
    closed_on = row.closed_on or event.happened_on
    return replace(row, status="closed", closed_on=closed_on, successor_urn=event.successor_urn)


def _school_followed(row: SchoolRow, event: school.SchoolFollowed) -> SchoolRow:
    return replace(row, predecessors=(*row.predecessors, event.predecessor_urn))


def _school_restored(row: SchoolRow, event: school.SchoolRestored) -> SchoolRow | None:
    to = event.standing
    if to.row is None:
        return None
    before = row_of(SchoolRow, to.row, urn=event.urn, successor_urn=to.successor_urn, predecessors=to.predecessors)
    return replace(before, status="closed", closed_on=row.closed_on) if to.closed else before


SCHOOLS = ReadModel(
    name="schools",
    row=SchoolRow,
    key=("urn",),
    on={
        school.SchoolRecorded: Step(key_from("urn"), _school_recorded),
        school.SchoolClosed: Step(key_from("urn"), _school_closed),
        school.SchoolSucceeded: Step(key_from("urn"), _school_succeeded),
        school.SchoolFollowed: Step(key_from("urn"), _school_followed),
        school.SchoolRestored: Step(key_from("urn"), _school_restored),
    },
    indexes=("trust_code",),
)


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A school's offer; no places is an offer withdrawn, no year groups or routes are any."""

    offer_id: UUID
    school_urn: str
    subject: str
    phase: str
    places: int
    starts_on: date
    ends_on: date
    academic_year: str
    recorded_on: date
    last_confirmed_on: date
    year_groups: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()


def _offered(row: OfferRow | None, event: offer.Events) -> OfferRow:
    recorded_on = row.recorded_on if row and isinstance(event, offer.OfferConfirmed) else event.happened_on
    return row_of(OfferRow, event, recorded_on=recorded_on, last_confirmed_on=event.happened_on)


OFFERS = ReadModel(
    name="offers",
    row=OfferRow,
    key=("offer_id",),
    on={event: Step(key_from("offer_id"), _offered) for event in offer.OFFER.events},
    indexes=("school_urn", "last_confirmed_on"),
)


@dataclass(frozen=True, slots=True)
class HostingRow:
    """How open a school is to hosting in an academic year."""

    school_urn: str
    academic_year: str
    appetite: str
    reasons_not_hosting: tuple[str, ...]
    said_on: date


HOSTINGS = ReadModel(
    name="hostings",
    row=HostingRow,
    key=("school_urn", "academic_year"),
    on={
        hosting.AppetiteSaid: Step(
            key_from("school_urn", "academic_year"),
            lambda _, event: row_of(HostingRow, event, said_on=event.happened_on),
        )
    },
)
