"""Who somebody is, and what matching needs of them: the values of a person.

Source: product.md R3, R6. An identity is personal; a profile names nobody. A mentee is somebody who is mentored and no
trainee: a teacher, a pupil, a parent.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.events.words import MenteeKind, Phase, RouteKind, TravelMode, YearGroup

HOME_GRID = 500
"""Metres to which a home is rounded before it is kept anywhere: near enough for a journey, too coarse for a door."""

ROUTE_KINDS: Mapping[str, RouteKind] = {
    "provider_led_postgrad": "fee",
    "provider_led_undergrad": "fee",
    "opt_in_undergrad": "fee",
    "school_direct_tuition_fee": "fee",
    "school_direct_salaried": "salaried",
    "provider_led_postgrad_salaried": "salaried",
    "hpitt_postgrad": "salaried",
    "pg_teaching_apprenticeship": "apprenticeship",
    "teacher_degree_apprenticeship": "apprenticeship",
}
"""How a training route of DfE's register is paid for; a route that is not here is not known to be any of them."""


def near_home(metres: int) -> int:
    """An easting or northing of a home, rounded to the grid."""
    return (metres + HOME_GRID // 2) // HOME_GRID * HOME_GRID


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Identity(_Value):
    """Who somebody is: every field is personal. `reference` is what the partnership calls them by."""

    reference: str = Field(repr=False)
    given_name: str = Field(repr=False)
    family_name: str = Field(repr=False)
    email: str = Field(repr=False)
    trn: str | None = Field(None, repr=False)
    hesa_id: str | None = Field(None, repr=False)


class MentorProfile(_Value):
    """What a mentor can give: subjects by code, phases sorted, hours a week over all their mentoring."""

    school_urn: str
    subjects: tuple[str, ...]
    phases: tuple[Phase, ...]
    capacity_hours: float
    role: Literal["volunteer", "directed"]
    trained_on: date | None = None


class TraineeProfile(_Value):
    """What a trainee needs: home in metres (EPSG:27700) rounded to `HOME_GRID`, limit in minutes one way.

    `home_area` is the outward part of the home's postcode (LS6), never more of it.
    Where they live and how they travel may come later than the rest: DfE's register does not know it.
    """

    subject: str
    phase: Phase
    training_route: str
    course_starts_on: date
    course_ends_on: date
    home_easting: int | None = None
    home_northing: int | None = None
    travel_mode: TravelMode | None = None
    travel_limit_minutes: int | None = None
    home_area: str | None = None


class MenteeProfile(_Value):
    """Whom of a school somebody can mentor; a year group for a pupil."""

    kind: MenteeKind
    school_urn: str
    year_group: YearGroup | None = None


Profile = MentorProfile | TraineeProfile | MenteeProfile
