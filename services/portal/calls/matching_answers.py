"""What the matching board reads of the services' answers: the fields that it uses, and no others.

The contract test of `calls.answers` holds each of them against the OpenAPI document of its service.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.portal.calls.answers import Part

RoundState = Literal["asked", "begun", "solved", "cancelled", "failed"]
IN_PROGRESS = ("asked", "begun")


class Readiness(Part):
    """What a round of a programme would begin with."""

    programme_known: bool
    pairing: str | None
    candidates: int
    without_record: int
    mentors: int
    offers: int
    places: int
    schools: int


class TravelCaps(Part):
    """The longest journey by mode, in minutes one way; None where the trainee's own limit alone counts."""

    car: int | None = None
    public_transport: int | None = None
    bicycle: int | None = None
    walking: int | None = None


class RulesOfProgramme(Part):
    """The rules of a programme that a scenario may change: weights, and minutes of travel by mode."""

    weights: dict[str, int]
    travel_caps: TravelCaps


class ProgrammeWithRules(Part):
    """A programme with the rules of a day."""

    programme_id: UUID
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    settings: RulesOfProgramme


class OfferToConfirm(Part):
    """An offer to ask a school about, and why."""

    school_urn: str
    subject: str
    why: str


class Referral(Part):
    """A referral that waits to be accepted."""

    programme_id: UUID


class Overrides(Part):
    """What differs in a scenario from the rules of the programme; what is not set stays as it is."""

    weights: Mapping[str, int] = {}
    hours_per_trainee_week: float | None = None
    travel_caps: Mapping[str, int] = {}
    leave_stale_offers_out: bool | None = None
    offer_stale_days: int | None = None
    asks_training: bool | None = None
    same_school_again: bool | None = None
    schools_at_least: int | None = None
    places: Mapping[UUID, int] = {}
    schools_left_out: tuple[str, ...] = ()
    mentors_left_out: tuple[UUID, ...] = ()


class Leaver(Part):
    """The school, the offer or the mentor that leaves in a repair."""

    school_urn: str | None = None
    offer_id: UUID | None = None
    mentor_id: UUID | None = None


class RoundSize(Part):
    """How much there is to do in a round that was begun."""

    trainees: int
    candidates: int


class Round(Part):
    """A round, a repair, a preview or a scenario, in numbers."""

    round_id: UUID
    programme_id: UUID
    state: RoundState
    kind: Literal["match", "repair"]
    proposes: bool
    name: str | None
    variant: Overrides | None = None
    leaving: Leaver | None = None
    asked_on: date | None
    asked_at: datetime | None
    begun_at: datetime | None
    counts: RoundSize | None
    failed_because: str | None
    placed: int | None
    unplaced: int | None
    trainees_left_out: int | None
    offers_left_out: int | None

    @property
    def in_progress(self) -> bool:
        """Whether the round is not over yet."""
        return self.state in IN_PROGRESS


class SchoolInRound(Part):
    """The pairs at a school; its position is in metres."""

    school_urn: str
    school_name: str | None
    easting: int | None
    northing: int | None
    pairs: int
    confirmed: int
    declined: int
    locked: int
    travel_mean_minutes: float
    travel_longest_minutes: int


class RoundOverview(Round):
    """A round in numbers, by school, subject, status and reason."""

    schools: tuple[SchoolInRound, ...]
    subjects: dict[str, int]
    statuses: dict[str, int]
    reasons: dict[str, int]
    changes: int


class Scenario(Part):
    """A scenario in the list of scenarios."""

    scenario_id: UUID
    name: str
    state: RoundState
    asked_on: date | None
    asked_at: datetime | None
    placed: int | None
    unplaced: int | None


class PairOfBefore(Part):
    """The pair that a trainee had before a repair."""

    mentor_id: UUID
    school_urn: str
    school_name: str | None
    because: str | None


class RoundTrainee(Part):
    """A trainee of a round, with a pair or without."""

    trainee_id: UUID
    subject: str | None
    pair_id: UUID | None
    mentor_id: UUID | None
    school_urn: str | None
    school_name: str | None
    offer_id: UUID | None
    travel_minutes: int | None
    status: str | None
    locked: bool
    changes: bool
    reason: str | None
    before: PairOfBefore | None


class RoundTraineesPage(Part):
    """Some trainees of a round, and how many there are."""

    total: int
    trainees: tuple[RoundTrainee, ...]


class CostTerm(Part):
    """What a preference adds to the cost of a pair."""

    title: str
    cost: int
    words: str


class SatisfiedRule(Part):
    """A hard rule, and how the pair satisfies it."""

    title: str
    known: bool
    words: str


class Alternative(Part):
    """The next best pair of the trainee."""

    mentor_id: UUID
    school_urn: str
    travel_minutes: int
    moves: int
    words: str


class PairExplanation(Part):
    """Why a trainee has this pair."""

    terms: tuple[CostTerm, ...]
    rules: tuple[SatisfiedRule, ...]
    others_stay: Alternative | None = None
    others_move: Alternative | None = None
    sought: bool = True


class Remedy(Part):
    """A smallest change that would place the trainee, and at which offers it needs more places."""

    kind: str
    words: str
    more_places: Mapping[UUID, int] = {}


class ExplainedTrainee(RoundTrainee):
    """A trainee of a round with every reason."""

    why: PairExplanation | None
    explanation: str | None
    remedies: tuple[Remedy, ...]


class PairAnswers(Part):
    """What the two sides have answered to a proposal."""

    pair_id: UUID
    status: str
    accepted_by: tuple[str, ...]
    declined_by: str | None
    reason_declined: str | None
    answer_by: date | None
    locked: bool


class Candidate(Part):
    """Somebody who waits for a pair."""

    referral_id: UUID
    trainee_id: UUID
    since: date
    ready: bool
    reason: str | None
    explanation: str | None


class Departure(Part):
    """What breaks if a school leaves, in pairs."""

    school_urn: str
    broken: int
    placed_elsewhere: int
    lost: int
    moved_too: int


class Departures(Part):
    """What breaks, for every school with pairs."""

    departures: tuple[Departure, ...]


class ScenarioPair(Part):
    """The mentor and the school of a trainee in a scenario."""

    mentor_id: UUID
    school_urn: str


class TraineeDifference(Part):
    """A trainee who has another pair in the second scenario, or a pair in only one of the two."""

    trainee_id: UUID
    before: ScenarioPair | None
    after: ScenarioPair | None


class ScenarioDifference(Part):
    """The trainees who differ from one scenario to the next."""

    trainees: tuple[TraineeDifference, ...]


class MeasuredScenario(Scenario):
    """A scenario with the measures by which scenarios are compared."""

    variant: Overrides | None = None
    total_cost: int | None
    travel_mean_minutes: float | None
    travel_longest_minutes: int | None
    contrast_mean: float | None


class Comparison(Part):
    """Scenarios side by side."""

    scenarios: tuple[MeasuredScenario, ...]
    changes: tuple[ScenarioDifference, ...]


class RoundProgress(Part):
    """A round or a scenario that was requested."""

    round_id: UUID


class RepairProgress(Part):
    """A repair that was requested."""

    round_id: UUID | None


class CancelledRound(Part):
    """A round after it was cancelled."""

    state: str


class PairState(Part):
    """A pair after somebody answered for a side, or locked it."""

    pair_id: UUID
    status: str


class Offer(Part):
    """What a school offers to host."""

    offer_id: UUID
    school_urn: str
    subject: str
    phase: str
    places: int
    starts_on: date
    ends_on: date
    year_groups: tuple[str, ...]
    routes: tuple[str, ...]
    shared_with: tuple[str, ...]
    send_placement: bool


class OfferPlaces(Part):
    """An offer and its places after a change."""

    offer_id: UUID
    places: int


class School(Part):
    """A school and its name."""

    urn: str
    name: str
