"""What is known of others: programmes, schools, people, offers, travel times."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.matching.domain import known
from services.matching.domain.travel_times import TravelTimesKnown
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


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
    on={known.ProgrammeKnown: Step(key_from("programme_id"), lambda _, event: row_of(ProgrammeRow, event))},
)


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school; metres, EPSG:27700; what the register says of it besides."""

    urn: str
    name: str
    easting: int | None
    northing: int | None
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
    on={known.SchoolKnown: Step(key_from("urn"), lambda _, event: row_of(SchoolRow, event))},
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
    trained_on: date | None = None


def _mentor(_: MentorRow | None, event: known.MentorKnown) -> MentorRow:
    return row_of(MentorRow, event, volunteer=event.role == "volunteer")


MENTORS = ReadModel(
    name="mentors",
    row=MentorRow,
    key=("mentor_id",),
    on={
        known.MentorKnown: Step(key_from("mentor_id"), _mentor),
        known.RecordMerged: Step(key_from("merged_id"), remove_row),
        known.RegistrationUndone: Step(key_from("person_id"), remove_row),
        known.PersonForgotten: Step(key_from("person_id"), remove_row),
    },
    indexes=("school_urn",),
)


@dataclass(frozen=True, slots=True)
class MentorTermsRow:
    """What a mentor can be asked for; `load` is hours a week given already, `available` stretches of ISO dates."""

    mentor_id: UUID
    role_kinds: tuple[str, ...]
    facets: tuple[str, ...]
    load: dict[str, float]
    available: tuple[dict[str, str], ...]


def _terms(_: MentorTermsRow | None, event: known.MentorTermsKnown) -> MentorTermsRow:
    return row_of(MentorTermsRow, event, available=tuple(one.model_dump(mode="json") for one in event.available))


MENTOR_TERMS = ReadModel(
    name="mentor_terms",
    row=MentorTermsRow,
    key=("mentor_id",),
    on={
        known.MentorTermsKnown: Step(key_from("mentor_id"), _terms),
        known.PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class RelationsRow:
    """How a mentor stands to others: each an `other_id` and a `kind`."""

    mentor_id: UUID
    relations: tuple[dict[str, str], ...]


def _relations(_: RelationsRow | None, event: known.RelationsKnown) -> RelationsRow:
    return RelationsRow(event.mentor_id, tuple(one.model_dump(mode="json") for one in event.relations))


RELATIONS = ReadModel(
    name="relations",
    row=RelationsRow,
    key=("mentor_id",),
    on={
        known.RelationsKnown: Step(key_from("mentor_id"), _relations),
        known.PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class TrainingsRow:
    """Training that a mentor had: hours by its id."""

    mentor_id: UUID
    trainings: dict[str, float]


def _training(row: TrainingsRow | None, event: known.TrainingKnown) -> TrainingsRow:
    return TrainingsRow(event.mentor_id, (row.trainings if row else {}) | {str(event.training_id): event.hours})


TRAININGS = ReadModel(
    name="trainings",
    row=TrainingsRow,
    key=("mentor_id",),
    on={
        known.TrainingKnown: Step(key_from("mentor_id"), _training),
        known.PersonForgotten: Step(key_from("person_id"), remove_row),
    },
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
    route_kind: str | None = None


TRAINEES = ReadModel(
    name="trainees",
    row=TraineeRow,
    key=("trainee_id",),
    on={
        known.TraineeKnown: Step(key_from("trainee_id"), lambda _, event: row_of(TraineeRow, event)),
        known.RecordMerged: Step(key_from("merged_id"), remove_row),
        known.RegistrationUndone: Step(key_from("person_id"), remove_row),
        known.PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class MenteeRow:
    """Somebody at a school who is no trainee: a teacher, a pupil with their year group, a parent."""

    mentee_id: UUID
    kind: str
    school_urn: str
    year_group: str | None = None


MENTEES = ReadModel(
    name="mentees",
    row=MenteeRow,
    key=("mentee_id",),
    on={
        known.MenteeKnown: Step(key_from("mentee_id"), lambda _, event: row_of(MenteeRow, event)),
        known.RecordMerged: Step(key_from("merged_id"), remove_row),
        known.RegistrationUndone: Step(key_from("person_id"), remove_row),
        known.PersonForgotten: Step(key_from("person_id"), remove_row),
    },
    indexes=("school_urn",),
)


@dataclass(frozen=True, slots=True)
class TraineeStandingRow:
    """Whether a trainee is in training, deferred or withdrawn, since when."""

    trainee_id: UUID
    standing: str
    since: date


def _stands(_: TraineeStandingRow | None, event: known.TraineeStandingKnown) -> TraineeStandingRow:
    return row_of(TraineeStandingRow, event, since=event.happened_on)


TRAINEE_STANDINGS = ReadModel(
    name="trainee_standings",
    row=TraineeStandingRow,
    key=("trainee_id",),
    on={
        known.TraineeStandingKnown: Step(key_from("trainee_id"), _stands),
        known.PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class EarlierPlacementsRow:
    """The schools at which a trainee was placed before they came to the partnership."""

    trainee_id: UUID
    schools: tuple[str, ...]


def _earlier(_: EarlierPlacementsRow | None, event: known.EarlierPlacementsKnown) -> EarlierPlacementsRow:
    return EarlierPlacementsRow(event.trainee_id, tuple(one.school_urn for one in event.placements))


EARLIER_PLACEMENTS = ReadModel(
    name="earlier_placements",
    row=EarlierPlacementsRow,
    key=("trainee_id",),
    on={
        known.EarlierPlacementsKnown: Step(key_from("trainee_id"), _earlier),
        known.PersonForgotten: Step(key_from("person_id"), remove_row),
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
    on={known.RecordMerged: Step(key_from("merged_id"), lambda _, event: row_of(MergeRow, event))},
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
    year_groups: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()
    last_confirmed_on: date | None = None


OFFERS = ReadModel(
    name="offers",
    row=OfferRow,
    key=("offer_id",),
    on={known.OfferKnown: Step(key_from("offer_id"), lambda _, event: row_of(OfferRow, event))},
    indexes=("academic_year",),
)


@dataclass(frozen=True, slots=True)
class AppetiteRow:
    """How open a school is to hosting in an academic year, and when it said so."""

    school_urn: str
    academic_year: str
    appetite: str
    said_on: date


def _appetite(_: AppetiteRow | None, event: known.AppetiteKnown) -> AppetiteRow:
    return row_of(AppetiteRow, event, said_on=event.happened_on)


APPETITES = ReadModel(
    name="appetites",
    row=AppetiteRow,
    key=("school_urn", "academic_year"),
    on={known.AppetiteKnown: Step(key_from("school_urn", "academic_year"), _appetite)},
)


@dataclass(frozen=True, slots=True)
class ReasonsRow:
    """Why somebody was referred, in the programme's codes."""

    referral_id: UUID
    trainee_id: UUID
    reasons: tuple[str, ...]


REASONS = ReadModel(
    name="reasons",
    row=ReasonsRow,
    key=("referral_id",),
    on={known.ReasonsKnown: Step(key_from("referral_id"), lambda _, event: row_of(ReasonsRow, event))},
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
    on={
        TravelTimesKnown: Step(
            key_from("place"), lambda _, event: row_of(TravelTimesRow, event, since=event.happened_on)
        )
    },
)
