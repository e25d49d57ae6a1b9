"""Own events to read tables. Personal texts arrive sealed and are kept sealed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.matching.domain import known, pair
from services.matching.domain.round import RoundSolved, TraineeUnplaced
from shared.kernel.readmodel import ReadModel, Step


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme that trainees are matched for. Its rules are in its stream."""

    programme_id: UUID
    title: str
    academic_year: str
    starts_on: date
    ends_on: date


def _programme(_: ProgrammeRow | None, event: known.ProgrammeKnown) -> ProgrammeRow:
    return ProgrammeRow(event.programme_id, event.title, event.academic_year, event.starts_on, event.ends_on)


PROGRAMMES = ReadModel(
    name="programmes",
    row=ProgrammeRow,
    key=("programme_id",),
    on={known.ProgrammeKnown: Step(lambda event: (event.programme_id,), _programme)},
)


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school; metres, EPSG:27700."""

    urn: str
    name: str
    easting: int | None
    northing: int | None


SCHOOLS = ReadModel(
    name="schools",
    row=SchoolRow,
    key=("urn",),
    on={
        known.SchoolKnown: Step(
            lambda event: (event.urn,), lambda _, event: SchoolRow(event.urn, event.name, event.easting, event.northing)
        )
    },
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
    return MentorRow(
        event.mentor_id,
        event.school_urn,
        event.subjects,
        event.phases,
        event.capacity_hours,
        volunteer=event.role == "volunteer",
    )


def _forgotten(_: object, __: known.PersonForgotten) -> None:
    return None


def _person_id(event: known.PersonForgotten) -> tuple[UUID]:
    return (event.person_id,)


MENTORS = ReadModel(
    name="mentors",
    row=MentorRow,
    key=("mentor_id",),
    on={
        known.MentorKnown: Step(lambda event: (event.mentor_id,), _mentor),
        known.PersonForgotten: Step(_person_id, _forgotten),
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


def _trainee(_: TraineeRow | None, event: known.TraineeKnown) -> TraineeRow:
    return TraineeRow(
        event.trainee_id,
        event.subject,
        event.phase,
        event.home_easting,
        event.home_northing,
        event.travel_mode,
        event.travel_limit_minutes,
    )


TRAINEES = ReadModel(
    name="trainees",
    row=TraineeRow,
    key=("trainee_id",),
    on={
        known.TraineeKnown: Step(lambda event: (event.trainee_id,), _trainee),
        known.PersonForgotten: Step(_person_id, _forgotten),
    },
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


def _offer(_: OfferRow | None, event: known.OfferKnown) -> OfferRow:
    return OfferRow(
        event.offer_id,
        event.school_urn,
        event.subject,
        event.phase,
        event.places,
        event.starts_on,
        event.ends_on,
        event.academic_year,
    )


OFFERS = ReadModel(
    name="offers",
    row=OfferRow,
    key=("offer_id",),
    on={known.OfferKnown: Step(lambda event: (event.offer_id,), _offer)},
    indexes=("academic_year",),
)


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A trainee in a programme: waiting, proposed or placed; while waiting, why the last round had no place."""

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    status: str
    since: date
    pair_id: UUID | None = None
    reason: str | None = None
    explanation: str | None = None


def _joined(row: CandidateRow | None, event: known.CandidateJoined) -> CandidateRow:
    return row or CandidateRow(event.referral_id, event.programme_id, event.trainee_id, "waiting", event.happened_on)


def _unplaced(row: CandidateRow, event: TraineeUnplaced) -> CandidateRow:
    return replace(row, reason=event.reason, explanation=event.explanation)


def _turned(status: str) -> Callable[[CandidateRow, pair.PairEvent], CandidateRow]:
    def fold(row: CandidateRow, event: pair.PairEvent) -> CandidateRow:
        pair_id = None if status == "waiting" else event.pair_id
        return replace(row, status=status, since=event.happened_on, pair_id=pair_id, reason=None, explanation=None)

    return fold


def _referral_id(event: Any) -> tuple[UUID]:
    return (event.referral_id,)


CANDIDATES = ReadModel(
    name="candidates",
    row=CandidateRow,
    key=("referral_id",),
    on={
        known.CandidateJoined: Step(_referral_id, _joined),
        TraineeUnplaced: Step(_referral_id, _unplaced),
        pair.Proposed: Step(_referral_id, _turned("proposed")),
        pair.Declined: Step(_referral_id, _turned("waiting")),
        pair.Confirmed: Step(_referral_id, _turned("placed")),
    },
    indexes=("status", "programme_id"),
)


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair and where it stands; `terms` is what each soft rule added to `cost`."""

    pair_id: UUID
    round_id: UUID
    programme_id: UUID
    referral_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    offer_id: UUID
    subject: str
    starts_on: date
    ends_on: date
    mentor_hours_per_week: float
    travel_minutes: int
    cost: int
    terms: dict[str, int]
    status: str
    proposed_on: date
    changed_on: date
    accepted_by: tuple[str, ...] = ()
    declined_by: str | None = None
    decliner_id: UUID | None = None
    reason_declined: str | None = None


def _proposed(_: PairRow | None, event: pair.Proposed) -> PairRow:
    return PairRow(
        pair_id=event.pair_id,
        round_id=event.round_id,
        programme_id=event.programme_id,
        referral_id=event.referral_id,
        trainee_id=event.trainee_id,
        mentor_id=event.mentor_id,
        school_urn=event.placement.school_urn,
        offer_id=event.placement.offer_id,
        subject=event.placement.subject,
        starts_on=event.placement.starts_on,
        ends_on=event.placement.ends_on,
        mentor_hours_per_week=event.placement.mentor_hours_per_week,
        travel_minutes=event.travel_minutes,
        cost=event.cost,
        terms=event.terms,
        status="proposed",
        proposed_on=event.happened_on,
        changed_on=event.happened_on,
    )


def _accepted(row: PairRow, event: pair.Accepted) -> PairRow:
    return replace(row, accepted_by=(*row.accepted_by, event.side), changed_on=event.happened_on)


def _declined(row: PairRow, event: pair.Declined) -> PairRow:
    return replace(
        row,
        status="declined",
        changed_on=event.happened_on,
        declined_by=event.side,
        decliner_id=event.decliner_id,
        reason_declined=event.reason,
    )


def _confirmed(row: PairRow, event: pair.Confirmed) -> PairRow:
    return replace(row, status="confirmed", changed_on=event.happened_on)


def _pair_id(event: pair.PairEvent) -> tuple[UUID]:
    return (event.pair_id,)


PAIRS = ReadModel(
    name="pairs",
    row=PairRow,
    key=("pair_id",),
    on={
        pair.Proposed: Step(_pair_id, _proposed),
        pair.Accepted: Step(_pair_id, _accepted),
        pair.Declined: Step(_pair_id, _declined),
        pair.Confirmed: Step(_pair_id, _confirmed),
    },
    indexes=("status", "round_id", "referral_id", "mentor_id", "trainee_id", "school_urn"),
)


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round and what it came to, as `domain.round.Outcome` says."""

    round_id: UUID
    programme_id: UUID
    solved_on: date
    by: str
    hours_per_trainee_week: float
    weights: dict[str, int]
    placed: int
    unplaced: int
    trainees_left_out: int
    offers_left_out: int
    total_cost: int
    solver: str
    status: str


def _round(_: RoundRow | None, event: RoundSolved) -> RoundRow:
    return RoundRow(
        round_id=event.round_id,
        programme_id=event.programme_id,
        solved_on=event.happened_on,
        by=event.by,
        **dict(event.outcome),
    )


ROUNDS = ReadModel(
    name="rounds",
    row=RoundRow,
    key=("round_id",),
    on={RoundSolved: Step(lambda event: (event.round_id,), _round)},
)


@dataclass(frozen=True, slots=True)
class UnplacedRow:
    """A trainee whom a round left without a place, and why."""

    round_id: UUID
    referral_id: UUID
    trainee_id: UUID
    reason: str
    explanation: str


def _left_over(_: UnplacedRow | None, event: TraineeUnplaced) -> UnplacedRow:
    return UnplacedRow(event.round_id, event.referral_id, event.trainee_id, event.reason, event.explanation)


UNPLACED = ReadModel(
    name="unplaced",
    row=UnplacedRow,
    key=("round_id", "referral_id"),
    on={TraineeUnplaced: Step(lambda event: (event.round_id, event.referral_id), _left_over)},
)

READ_MODELS = (PROGRAMMES, SCHOOLS, MENTORS, TRAINEES, OFFERS, CANDIDATES, PAIRS, ROUNDS, UNPLACED)
