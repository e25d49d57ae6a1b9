"""What matching knows of others' facts, as last recorded: programmes, schools, people, offers, candidates.

One aggregate for all of them, because they are one shape: the last fact counts, and a fact told again changes nothing.
Source: product.md M1 (the rules need these attributes); names stay in referral.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator

from shared.events.words import (
    Appetite,
    AssessmentKind,
    ContrastFactor,
    Facet,
    LoadKind,
    MenteeKind,
    Phase,
    RelationKind,
    RoleKind,
    RouteKind,
    Standing,
    TrainingKind,
    TravelMode,
    YearGroup,
)
from shared.kernel.decider import Command, Decider, Event


class Rules(BaseModel):
    """A programme's rules at one time; hours are a week, weights are by soft rule, and `contrast` by factor of it.

    Both sides of a proposal are reminded after `remind_after` working days and have `answer_within` to answer. Travel
    is capped at minutes one way by mode; the detour factor and speeds (km/h) are the solver's where nothing is said.
    `facets_by_reason` are the facets of support that a reason for a referral asks for.
    """

    model_config = ConfigDict(frozen=True)

    edition: str
    mentor_hours_per_trainee_week: float
    meetings_per_week: int
    targets_per_meeting: int
    assessor_is_not_mentor: bool
    assessments: tuple[AssessmentKind, ...]
    weights: dict[str, int]
    remind_after: int = 5
    answer_within: int = 10
    version: int = 1
    pairing: Literal["hosted", "in_school", "chosen"] = "hosted"
    offer_stale_days: int | None = None
    leave_stale_offers_out: bool = False
    conflicts: tuple[RelationKind, ...] = ("line_manager", "family")
    asks_training: bool = False
    asks_qts: bool = False
    contrast: dict[ContrastFactor, int] = {}
    travel_caps: dict[TravelMode, int] = {}
    travel_speeds: dict[TravelMode, float] = {}
    detour_factor: float | None = None
    facets_by_reason: dict[str, tuple[Facet, ...]] = {}
    schools_at_least: int = 2
    same_school_again: bool = False

    @model_validator(mode="before")
    @classmethod
    def _what_is_not_said_is_as_usual(cls, said: object) -> object:
        return {name: value for name, value in said.items() if value is not None} if isinstance(said, dict) else said


class Stretch(BaseModel):
    """Rules that hold from a day on."""

    model_config = ConfigDict(frozen=True)

    effective_from: date
    rules: Rules


class ProgrammeKnown(Event):
    """A programme that trainees are matched for."""

    type: ClassVar[str] = "matching.programme_known"

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    rules: Rules


class RulesKnown(Event):
    """All rules of a programme from its first day on, in order, since a partnership changed one of them."""

    type: ClassVar[str] = "matching.rules_known"

    programme_id: UUID
    stretches: tuple[Stretch, ...]


class SchoolKnown(Event):
    """A school and where it is: metres, EPSG:27700. One that closed hosts nobody new; a successor may stand for it.

    What contrast reads of it is in the register's own words; None where the register says nothing.
    """

    type: ClassVar[str] = "matching.school_known"

    closed: bool = False
    successor_urn: str | None = None

    urn: str
    name: str
    phases: tuple[Phase, ...]
    trust_code: str | None
    la_code: str | None
    easting: int | None
    northing: int | None
    phase: str | None = None
    pupils: int | None = None
    gender: str | None = None
    religious_character: str | None = None
    admissions_policy: str | None = None
    percentage_fsm: float | None = None
    urban_rural: str | None = None
    special_classes: str | None = None
    resourced_provision: str | None = None


class MentorKnown(Event):
    """A mentor at a school; capacity is hours a week over all their mentoring."""

    type: ClassVar[str] = "matching.mentor_known"

    mentor_id: UUID
    school_urn: str
    subjects: tuple[str, ...]
    phases: tuple[Phase, ...]
    capacity_hours: float
    role: Literal["volunteer", "directed"]
    trained_on: date | None = None


class Availability(BaseModel):
    """From one day to another, both included."""

    model_config = ConfigDict(frozen=True)

    starts_on: date
    ends_on: date


class MentorTermsKnown(Event):
    """What a mentor can be asked for; `load` is hours a week given already. No availability is always available."""

    type: ClassVar[str] = "matching.mentor_terms_known"

    mentor_id: UUID
    role_kinds: tuple[RoleKind, ...]
    facets: tuple[Facet, ...]
    load: dict[LoadKind, float]
    available: tuple[Availability, ...]


class Related(BaseModel):
    """Somebody to whom a mentor stands in this relation."""

    model_config = ConfigDict(frozen=True)

    other_id: UUID
    kind: RelationKind


class RelationsKnown(Event):
    """All relations of a mentor that may bar a pair."""

    type: ClassVar[str] = "matching.relations_known"

    mentor_id: UUID
    relations: tuple[Related, ...]


class TrainingKnown(Event):
    """A mentor had training, in hours."""

    type: ClassVar[str] = "matching.training_known"

    training_id: UUID
    mentor_id: UUID
    kind: TrainingKind
    hours: float


class TraineeKnown(Event):
    """A trainee and what they need; the limit is minutes one way, the area an outward postcode."""

    type: ClassVar[str] = "matching.trainee_known"

    trainee_id: UUID
    subject: str
    phase: Phase
    training_route: str
    home_easting: int
    home_northing: int
    travel_mode: TravelMode
    travel_limit_minutes: int
    home_area: str | None = None
    route_kind: RouteKind | None = None


class MenteeKnown(Event):
    """Somebody at a school who is no trainee and can be mentored; a year group is a pupil's."""

    type: ClassVar[str] = "matching.mentee_known"

    mentee_id: UUID
    kind: MenteeKind
    school_urn: str
    year_group: YearGroup | None = None


class TraineeStandingKnown(Event):
    """A trainee deferred, withdrew, or is back."""

    type: ClassVar[str] = "matching.trainee_standing_known"

    trainee_id: UUID
    standing: Standing


class EarlierPlacement(BaseModel):
    """A placement before the trainee came to the partnership; dates may be unknown."""

    model_config = ConfigDict(frozen=True)

    school_urn: str
    starts_on: date | None = None
    ends_on: date | None = None


class EarlierPlacementsKnown(Event):
    """Where a trainee was placed before they came to the partnership, all that is known of it."""

    type: ClassVar[str] = "matching.earlier_placements_known"

    trainee_id: UUID
    placements: tuple[EarlierPlacement, ...]


class OfferKnown(Event):
    """A school's offer to host: places in a subject and phase between two dates.

    Without year groups or routes it is open to any. The places are shared with other schools of the trust, and the
    school last said on `last_confirmed_on` that they stand.
    """

    type: ClassVar[str] = "matching.offer_known"

    offer_id: UUID
    school_urn: str
    subject: str
    phase: Phase
    places: int
    starts_on: date
    ends_on: date
    academic_year: str
    year_groups: tuple[YearGroup, ...] = ()
    routes: tuple[RouteKind, ...] = ()
    shared_with: tuple[str, ...] = ()
    last_confirmed_on: date | None = None


class AppetiteKnown(Event):
    """A school said how open it is to hosting in an academic year."""

    type: ClassVar[str] = "matching.appetite_known"

    school_urn: str
    academic_year: str
    appetite: Appetite


class ReasonsKnown(Event):
    """Why somebody was referred: the programme's coded criteria."""

    type: ClassVar[str] = "matching.reasons_known"

    referral_id: UUID
    trainee_id: UUID
    reasons: tuple[str, ...]


class CandidateJoined(Event):
    """A referral was accepted: its trainee waits for a match in the programme."""

    type: ClassVar[str] = "matching.candidate_joined"

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID


class CandidateLeft(Event):
    """The referral was taken back: its trainee waits no more by it."""

    type: ClassVar[str] = "matching.candidate_left"

    referral_id: UUID


class RecordMerged(Event):
    """Two records were one person: whatever names `merged_id` means `kept_id`."""

    type: ClassVar[str] = "matching.record_merged"

    merged_id: UUID
    kept_id: UUID


class RegistrationUndone(Event):
    """The record was a mistake: until it is told again there is nobody to match."""

    type: ClassVar[str] = "matching.registration_undone"

    person_id: UUID


class PersonForgotten(Event):
    """A person asked to be forgotten: they are matched no more, and what is recorded of them later is not kept."""

    type: ClassVar[str] = "matching.person_forgotten"

    person_id: UUID


F = TypeVar("F", bound=Event)


class Learn(Command, Generic[F]):
    """Take a fact in."""

    fact: F


def known(category: str, *facts: type[F]) -> Decider[F | None, Learn[F], F]:
    """The decider of one thing's facts; its state is the last one, None before the first."""
    return Decider(category, lambda: None, _decide, lambda _, last: last, facts)


def _decide(command: Learn[F], last: F | None, now: datetime) -> Sequence[F]:
    del now
    return [] if last is not None and _content(last) == _content(command.fact) else [command.fact]


def _content(fact: Event) -> dict[str, object]:
    # the same told again on another day is nothing new
    return fact.model_dump(exclude={"happened_on"})


def on_the_day(programme: ProgrammeKnown, changed: RulesKnown | None, day: date) -> ProgrammeKnown:
    """The programme with the rules of a day: of what a partnership changed, the last that is not after it."""
    held = [stretch.rules for stretch in changed.stretches if stretch.effective_from <= day] if changed else []
    return programme.model_copy(update={"rules": held[-1]}) if held else programme


PROGRAMME = known("programme", ProgrammeKnown)
PROGRAMME_RULES = known("programme_rules", RulesKnown)
SCHOOL = known("school", SchoolKnown)
MENTOR: Decider[Event | None, Learn[Event], Event] = known("mentor", MentorKnown, RegistrationUndone)
MENTOR_TERMS = known("mentor_terms", MentorTermsKnown)
RELATIONS = known("relations", RelationsKnown)
TRAINING = known("training", TrainingKnown)
TRAINEE: Decider[Event | None, Learn[Event], Event] = known("trainee", TraineeKnown, RegistrationUndone)
MENTEE: Decider[Event | None, Learn[Event], Event] = known("mentee", MenteeKnown, RegistrationUndone)
TRAINEE_STANDING = known("trainee_standing", TraineeStandingKnown)
EARLIER_PLACEMENTS = known("earlier_placements", EarlierPlacementsKnown)
OFFER = known("offer", OfferKnown)
APPETITE = known("appetite", AppetiteKnown)
REASONS = known("reasons", ReasonsKnown)
CANDIDATE: Decider[Event | None, Learn[Event], Event] = known("candidate", CandidateJoined, CandidateLeft)
MERGE = known("merge", RecordMerged)
PERSON = known("person", PersonForgotten)
