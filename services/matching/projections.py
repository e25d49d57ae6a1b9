"""Own events to read tables. Personal texts arrive sealed and are kept sealed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.matching.domain import known, pair
from services.matching.domain.answering import AnswersAwaited
from services.matching.domain.round import RoundSolved, TraineeUnplaced
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
    return row or row_of(CandidateRow, event, status="waiting", since=event.happened_on)


def _unplaced(row: CandidateRow, event: TraineeUnplaced) -> CandidateRow:
    return replace(row, reason=event.reason, explanation=event.explanation)


def _left(row: CandidateRow | None, event: known.CandidateLeft) -> CandidateRow | None:
    # none for a referral that was taken back before it was accepted
    return row and replace(row, status="left", since=event.happened_on, reason=None, explanation=None)


def _turned(status: str) -> Callable[[CandidateRow, pair.PairEvent], CandidateRow]:
    def fold(row: CandidateRow, event: pair.PairEvent) -> CandidateRow:
        if row.status == "left":
            return row
        pair_id = None if status == "waiting" else event.pair_id
        return replace(row, status=status, since=event.happened_on, pair_id=pair_id, reason=None, explanation=None)

    return fold


CANDIDATES = ReadModel(
    name="candidates",
    row=CandidateRow,
    key=("referral_id",),
    on={
        known.CandidateJoined: Step(by("referral_id"), _joined),
        known.CandidateLeft: Step(by("referral_id"), _left),
        TraineeUnplaced: Step(by("referral_id"), _unplaced),
        pair.Proposed: Step(by("referral_id"), _turned("proposed")),
        pair.Declined: Step(by("referral_id"), _turned("waiting")),
        pair.Lapsed: Step(by("referral_id"), _turned("waiting")),
        pair.Confirmed: Step(by("referral_id"), _turned("placed")),
    },
    indexes=("status", "programme_id"),
)


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair and where it stands; `terms` is what each soft rule added to `cost`.

    `answer_by` is the last day to answer, `reminded_on` the day on which those who had not answered were told.
    """

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
    answer_by: date | None = None
    reminded_on: date | None = None


def _proposed(_: PairRow | None, event: pair.Proposed) -> PairRow:
    return row_of(
        PairRow,
        event,
        school_urn=event.placement.school_urn,
        offer_id=event.placement.offer_id,
        subject=event.placement.subject,
        starts_on=event.placement.starts_on,
        ends_on=event.placement.ends_on,
        mentor_hours_per_week=event.placement.mentor_hours_per_week,
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


def _ended(status: str) -> Callable[[PairRow, pair.Confirmed | pair.Lapsed], PairRow]:
    return lambda row, event: replace(row, status=status, changed_on=event.happened_on)


PAIRS = ReadModel(
    name="pairs",
    row=PairRow,
    key=("pair_id",),
    on={
        pair.Proposed: Step(by("pair_id"), _proposed),
        pair.Accepted: Step(by("pair_id"), _accepted),
        pair.Declined: Step(by("pair_id"), _declined),
        pair.Confirmed: Step(by("pair_id"), _ended("confirmed")),
        pair.Lapsed: Step(by("pair_id"), _ended("lapsed")),
        pair.Reminded: Step(by("pair_id"), lambda row, event: replace(row, reminded_on=event.happened_on)),
        AnswersAwaited: Step(by("pair_id"), lambda row, event: replace(row, answer_by=event.answer_by)),
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
    return row_of(RoundRow, event, solved_on=event.happened_on, **dict(event.outcome))


ROUNDS = ReadModel(
    name="rounds",
    row=RoundRow,
    key=("round_id",),
    on={RoundSolved: Step(by("round_id"), _round)},
)


@dataclass(frozen=True, slots=True)
class UnplacedRow:
    """A trainee whom a round left without a place, and why."""

    round_id: UUID
    referral_id: UUID
    trainee_id: UUID
    reason: str
    explanation: str


UNPLACED = ReadModel(
    name="unplaced",
    row=UnplacedRow,
    key=("round_id", "referral_id"),
    on={TraineeUnplaced: Step(by("round_id", "referral_id"), lambda _, event: row_of(UnplacedRow, event))},
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

READ_MODELS = (
    PROGRAMMES,
    SCHOOLS,
    MENTORS,
    TRAINEES,
    MERGES,
    OFFERS,
    CANDIDATES,
    PAIRS,
    ROUNDS,
    UNPLACED,
    TRAVEL_TIMES,
)
