"""What is known of others: programmes, schools, people, offers, travel times."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.matching.domain import known
from services.matching.domain.travel import TravelTimesKnown
from shared.kernel.readmodel import ReadModel, Step, by, gone, row_of


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme that trainees are matched for. Its rules are in its stream."""

    programme_id: UUID
    title: str
    academic_year: str
    starts_on: date
    ends_on: date


PROGRAMMES = ReadModel(
    name="programmes",
    row=ProgrammeRow,
    key=("programme_id",),
    on={known.ProgrammeKnown: Step(by("programme_id"), lambda _, event: row_of(ProgrammeRow, event))},
)


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school; metres, EPSG:27700; what the register says of it besides."""

    urn: str
    name: str
    easting: int | None
    northing: int | None
    closed: bool = False
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
    on={known.SchoolKnown: Step(by("urn"), lambda _, event: row_of(SchoolRow, event))},
)


@dataclass(frozen=True, slots=True)
class MentorRow:
    """A mentor; hours a week over all their mentoring. What is left of them is in `pairs`."""

    mentor_id: UUID
    school_urn: str
    subjects: tuple[str, ...]
    phases: tuple[str, ...]
    capacity_hours: float
    volunteer: bool


def _mentor(_: MentorRow | None, event: known.MentorKnown) -> MentorRow:
    return row_of(MentorRow, event, volunteer=event.role == "volunteer")


MENTORS = ReadModel(
    name="mentors",
    row=MentorRow,
    key=("mentor_id",),
    on={
        known.MentorKnown: Step(by("mentor_id"), _mentor),
        known.RecordMerged: Step(by("merged_id"), gone),
        known.RegistrationUndone: Step(by("person_id"), gone),
        known.PersonForgotten: Step(by("person_id"), gone),
    },
    indexes=("school_urn",),
)


@dataclass(frozen=True, slots=True)
class TraineeRow:
    """A trainee's needs; metres, EPSG:27700; minutes one way."""

    trainee_id: UUID
    subject: str
    phase: str
    home_easting: int
    home_northing: int
    travel_mode: str
    travel_limit_minutes: int
    home_area: str | None = None


TRAINEES = ReadModel(
    name="trainees",
    row=TraineeRow,
    key=("trainee_id",),
    on={
        known.TraineeKnown: Step(by("trainee_id"), lambda _, event: row_of(TraineeRow, event)),
        known.RecordMerged: Step(by("merged_id"), gone),
        known.RegistrationUndone: Step(by("person_id"), gone),
        known.PersonForgotten: Step(by("person_id"), gone),
    },
)


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A record for which another one stands."""

    merged_id: UUID
    kept_id: UUID


MERGES = ReadModel(
    name="merges",
    row=MergeRow,
    key=("merged_id",),
    on={known.RecordMerged: Step(by("merged_id"), lambda _, event: row_of(MergeRow, event))},
    indexes=("kept_id",),
)


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A school's offer. How many of its places are left is in `pairs`."""

    offer_id: UUID
    school_urn: str
    subject: str
    phase: str
    places: int
    starts_on: date
    ends_on: date
    academic_year: str


OFFERS = ReadModel(
    name="offers",
    row=OfferRow,
    key=("offer_id",),
    on={known.OfferKnown: Step(by("offer_id"), lambda _, event: row_of(OfferRow, event))},
    indexes=("academic_year",),
)


@dataclass(frozen=True, slots=True)
class TravelTimesRow:
    """How long it takes from a place: minutes one way by mode and school's URN."""

    place: str
    minutes: dict[str, dict[str, int]]
    since: date


TRAVEL_TIMES = ReadModel(
    name="travel_times",
    row=TravelTimesRow,
    key=("place",),
    on={TravelTimesKnown: Step(by("place"), lambda _, event: row_of(TravelTimesRow, event, since=event.happened_on))},
)
