"""Schools as read models: where they are, appetite, hosting limits."""

from dataclasses import dataclass
from datetime import date

from services.matching.domain.schools import AppetiteKnown, HostingLimitKnown, SchoolKnown
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school: its position in metres (EPSG:27700), and the register's fields."""

    urn: str
    name: str
    easting: int | None
    northing: int | None
    trust_code: str | None = None
    closed: bool = False
    successor_urn: str | None = None
    phase: str | None = None
    pupils: int | None = None
    gender: str | None = None
    religious_character: str | None = None
    admissions_policy: str | None = None
    percentage_fsm: float | None = None
    urban_rural: str | None = None
    special_classes: str | None = None
    resourced_provision: str | None = None


SCHOOLS = ReadModel(
    name="schools",
    row=SchoolRow,
    key=("urn",),
    on={SchoolKnown: Step(key_from("urn"), lambda _, event: row_of(SchoolRow, event))},
)


@dataclass(frozen=True, slots=True)
class AppetiteRow:
    """How open a school is to hosting in an academic year, and when it declared that."""

    school_urn: str
    academic_year: str
    appetite: str
    said_on: date


def _appetite(_: AppetiteRow | None, event: AppetiteKnown) -> AppetiteRow:
    return row_of(AppetiteRow, event, said_on=event.happened_on)


APPETITES = ReadModel(
    name="appetites",
    row=AppetiteRow,
    key=("school_urn", "academic_year"),
    on={AppetiteKnown: Step(key_from("school_urn", "academic_year"), _appetite)},
)


@dataclass(frozen=True, slots=True)
class HostingLimitRow:
    """The most trainees at one time in an academic year; fields that the scope does not need are empty texts."""

    academic_year: str
    scope: str
    school_urn: str
    subject: str
    trust_code: str
    places: int


_SCOPE = ("school_urn", "subject", "trust_code")


def _hosting_limit_key(event: HostingLimitKnown) -> tuple[object, ...]:
    return (event.academic_year, event.scope, *(getattr(event, name) or "" for name in _SCOPE))


def _hosting_limit(_: HostingLimitRow | None, event: HostingLimitKnown) -> HostingLimitRow | None:
    if event.places is None:
        return None
    return row_of(HostingLimitRow, event, **{name: getattr(event, name) or "" for name in _SCOPE})


HOSTING_LIMITS = ReadModel(
    name="hosting_limits",
    row=HostingLimitRow,
    key=("academic_year", "scope", *_SCOPE),
    on={HostingLimitKnown: Step(_hosting_limit_key, _hosting_limit)},
)
