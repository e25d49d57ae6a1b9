"""The identity and the profile of a person: who they are, and what the matching needs to know.

Source: product.md R3, R6. An identity is personal; a profile names nobody. A mentee is somebody who is mentored and is
not a trainee: a teacher, a pupil, a parent.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from pydantic import Field

from services.referral.domain.fields import Dated
from shared.events.words import MenteeKind, Phase, RouteKind, Situation, TravelMode, YearGroup
from shared.inputs.days import PostDay
from shared.inputs.schools import Urn
from shared.kernel.decider import Invalid, Value

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
    """Round an easting or northing of a home to the grid of `HOME_GRID` metres."""
    return (metres + HOME_GRID // 2) // HOME_GRID * HOME_GRID


class Identity(Value):
    """Who somebody is: every field is personal. `reference` is the partnership's own reference for them.
    `date_of_birth`, as 1999-12-31, is recorded of teachers in induction only.

    Somebody with one name has it as `family_name`, and an empty `given_name`.
    """

    reference: str = Field(repr=False)
    given_name: str = Field(repr=False)
    family_name: str = Field(repr=False)
    email: str = Field(repr=False)
    trn: str | None = Field(None, repr=False)
    hesa_id: str | None = Field(None, repr=False)
    date_of_birth: str | None = Field(None, repr=False)

    @property
    def full_name(self) -> str:
        """The name as it is shown."""
        return f"{self.given_name} {self.family_name}".strip()


class SchoolPeriod(Value):
    """A school that a mentor is at, from a day and until a day, both included; None where there is no such limit."""

    school_urn: Urn
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def first_day(self) -> date:
        """The first day of the period, for comparisons."""
        return self.starts_on or date.min

    @property
    def last_day(self) -> date:
        """The last day of the period, for comparisons."""
        return self.ends_on or date.max


class MentorProfile(Value):
    """What a mentor can give: subjects by code, phases sorted, hours a week over all their mentoring.

    `has_qts` says whether they hold qualified teacher status, None where that is not known. `periods` are all schools
    that they mentor at, with dates; without any they are at `school_urn` and nowhere else.
    """

    school_urn: str
    subjects: tuple[str, ...]
    phases: tuple[Phase, ...]
    capacity_hours: float
    role: Literal["volunteer", "directed"]
    trained_on: date | None = None
    has_qts: bool | None = None
    situation: tuple[Situation, ...] = ()
    periods: tuple[SchoolPeriod, ...] = ()

    @property
    def all_periods(self) -> tuple[SchoolPeriod, ...]:
        """The periods of the mentor at every school, including the main school without dates."""
        return self.periods or (SchoolPeriod(school_urn=self.school_urn),)

    def schools_after(self, day: date) -> frozenset[str]:
        """Return the schools (URNs) that the mentor is at on this day or later."""
        return frozenset(period.school_urn for period in self.all_periods if day <= period.last_day)

    def at_schools(self, periods: Sequence[SchoolPeriod]) -> "MentorProfile":
        """Copy the profile with these periods, at least one; the main school stays if it is among them.

        Periods at the same school that overlap or follow each other become one.
        """
        joined = _join(periods)
        urns = [one.school_urn for one in joined]
        main = self.school_urn if self.school_urn in urns else urns[0]
        undated = joined == (SchoolPeriod(school_urn=main),)
        return self.model_copy(update={"school_urn": main, "periods": () if undated else joined})

    def at_successors(self, successors: Mapping[str, str]) -> "MentorProfile":
        """Copy the profile with each closed school replaced by its successor (`successors`: closed school to
        successor).
        """
        periods = [
            period.model_copy(update={"school_urn": successors.get(period.school_urn, period.school_urn)})
            for period in self.all_periods
        ]
        main = successors.get(self.school_urn, self.school_urn)
        return self.model_copy(update={"school_urn": main}).at_schools(periods)


def _join(periods: Sequence[SchoolPeriod]) -> tuple[SchoolPeriod, ...]:
    """Join what overlaps or adjoins at each school; schools keep their order, periods of a school go by date."""
    joined: dict[str, list[SchoolPeriod]] = {}
    order = list(dict.fromkeys(period.school_urn for period in periods))
    for period in sorted(periods, key=lambda period: period.first_day):
        of_school = joined.setdefault(period.school_urn, [])
        if of_school and (of_school[-1].ends_on is None or (period.first_day - of_school[-1].last_day).days <= 1):
            last = max(of_school[-1].last_day, period.last_day)
            of_school[-1] = of_school[-1].model_copy(update={"ends_on": None if last == date.max else last})
        else:
            of_school.append(period)
    return tuple(one for urn in order for one in joined[urn])


class TraineeProfile(Value):
    """What a trainee needs: home in metres (EPSG:27700) rounded to `HOME_GRID`, limit in minutes one way.

    `home_area` is the outward part of the home's postcode (LS6), never more of it.
    `placements_left` counts the next placement and those after it, None where that is not known.
    `year_groups` are those that the course trains for, of which a placement has one at least; none for any.
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
    situation: tuple[Situation, ...] = ()
    placements_left: int | None = None
    year_groups: tuple[YearGroup, ...] = ()


class NewSchoolPeriod(SchoolPeriod):
    """A school that a mentor is at, as it is sent."""

    starts_on: PostDay | None = None
    ends_on: PostDay | None = None


class MentorSchools(Dated):
    """All schools that a mentor is at, each with the days between which they are there."""

    periods: tuple[NewSchoolPeriod, ...] = Field(min_length=1, max_length=20)

    def check_order(self) -> None:
        """Raise `Invalid` where a period ends before it starts, or overlaps another one at the same school."""
        for nth, period in enumerate(self.periods):
            if period.last_day < period.first_day:
                raise Invalid("The last day is not before the first.", pointer=f"/periods/{nth}/ends_on")
            for other in self.periods[:nth]:
                apart = period.last_day < other.first_day or other.last_day < period.first_day
                if other.school_urn == period.school_urn and not apart:
                    sentence = "Two periods at this school overlap. Make them one, or correct their dates."
                    raise Invalid(sentence, pointer=f"/periods/{nth}/starts_on")


class MenteeProfile(Value):
    """Somebody of a school who can be mentored; a pupil has a year group."""

    kind: MenteeKind
    school_urn: Urn
    year_group: YearGroup | None = None


Profile = MentorProfile | TraineeProfile | MenteeProfile


def merge_profiles(kept: Profile, merged: Profile) -> Profile:
    """Fill unknown fields of the kept record from the record that was merged with it.

    These fields are qualified teacher status, circumstances, schools that the merged record gives with dates, the
    placements that are left, and the year groups of the course. Every other field is that of the kept record.
    """
    match kept, merged:
        case MentorProfile(), MentorProfile():
            has_qts = merged.has_qts if kept.has_qts is None else kept.has_qts
            filled = kept.model_copy(
                update={"has_qts": has_qts, "situation": _either(kept.situation, merged.situation)}
            )
            return filled.at_schools([*kept.all_periods, *merged.periods]) if merged.periods else filled
        case TraineeProfile(), TraineeProfile():
            left = merged.placements_left if kept.placements_left is None else kept.placements_left
            situation = _either(kept.situation, merged.situation)
            years = kept.year_groups or merged.year_groups
            return kept.model_copy(update={"placements_left": left, "situation": situation, "year_groups": years})
        case _:
            return kept


def _either(kept: tuple[Situation, ...], merged: tuple[Situation, ...]) -> tuple[Situation, ...]:
    return tuple(sorted({*kept, *merged}))
