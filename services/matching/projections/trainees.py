"""Trainees as read models: their record, status and earlier placements."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.matching.domain.people import PersonForgotten, RecordMerged, RegistrationUndone
from services.matching.domain.trainees import EarlierPlacementsKnown, TraineeKnown, TraineeStatusKnown
from shared.events.words import TravelMode
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class TraineeRow:
    """A trainee: home in metres (EPSG:27700), travel limit in minutes one way."""

    trainee_id: UUID
    subject: str
    phase: str
    home_easting: int
    home_northing: int
    travel_mode: TravelMode
    travel_limit_minutes: int
    home_area: str | None = None
    route_kind: str | None = None
    situation: tuple[str, ...] = ()
    course_starts_on: date | None = None
    course_ends_on: date | None = None
    placements_left: int | None = None
    year_groups: tuple[str, ...] = ()


TRAINEES = ReadModel(
    name="trainees",
    row=TraineeRow,
    key=("trainee_id",),
    edition=2,
    on={
        TraineeKnown: Step(key_from("trainee_id"), lambda _, event: row_of(TraineeRow, event)),
        RecordMerged: Step(key_from("merged_id"), remove_row),
        RegistrationUndone: Step(key_from("person_id"), remove_row),
        PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class TraineeStatusRow:
    """Whether a trainee is in training, deferred or withdrawn (`standing`), and since when."""

    trainee_id: UUID
    standing: str
    since: date


def _status(_: TraineeStatusRow | None, event: TraineeStatusKnown) -> TraineeStatusRow:
    return row_of(TraineeStatusRow, event, since=event.happened_on)


TRAINEE_STATUSES = ReadModel(
    name="trainee_standings",
    row=TraineeStatusRow,
    key=("trainee_id",),
    on={
        TraineeStatusKnown: Step(key_from("trainee_id"), _status),
        PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class EarlierPlacementsRow:
    """The schools at which a trainee was placed before they came to the partnership."""

    trainee_id: UUID
    schools: tuple[str, ...]


def _earlier(_: EarlierPlacementsRow | None, event: EarlierPlacementsKnown) -> EarlierPlacementsRow:
    return EarlierPlacementsRow(event.trainee_id, tuple(placement.school_urn for placement in event.placements))


EARLIER_PLACEMENTS = ReadModel(
    name="earlier_placements",
    row=EarlierPlacementsRow,
    key=("trainee_id",),
    on={
        EarlierPlacementsKnown: Step(key_from("trainee_id"), _earlier),
        PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)
