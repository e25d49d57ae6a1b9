"""What referral publishes on `alongside.referral.v1`: programmes, schools, people without names, offers, referrals."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.practices import Practice
from shared.events.published import PublicEvent
from shared.events.words import (
    Appetite,
    AssessmentKind,
    CalendarKind,
    ContrastFactor,
    Facet,
    LimitScope,
    LoadKind,
    MenteeKind,
    Phase,
    Priority,
    Purpose,
    RelationKind,
    RoleKind,
    RouteKind,
    Situation,
    Standing,
    TrainingKind,
    TravelMode,
    YearGroup,
)


class ProgrammeRules(BaseModel):
    """The rules of a programme at one time; `version` lets a service record by which rules it acted.

    Hours are per week of placement. `weights` are whole numbers by soft rule of the matching. A pair with no meeting a
    week meets once in `weeks_between_meetings` weeks. An offer that nobody confirmed for `offer_stale_days` days is
    stale; `leave_stale_offers_out` keeps stale offers out of rounds. `conflicts` are relations that bar a pair. Both
    sides of a proposal are reminded after `remind_after` working days and have `answer_within` working days to answer.
    `contrast` weighs the factors of the school register. Travel caps are minutes one way by mode; speeds are km/h.
    Where a value is None or missing from a table, matching uses its own assumption. `facets_by_reason` has the facets
    of mentoring that each reason for a referral, by its code in the programme's criteria, asks for. A trainee is placed
    at `schools_at_least` different schools over their course, if that is still possible; `same_school_again` allows a
    later placement at an earlier school. The record of a meeting may be amended for `amend_within_days` days after it.
    A mentor reads what the two wrote for `mentor_reads_for_days` days after the end; None sets no end. With
    `agreement_first` the two sign an agreement before they confide anything to the record. The mentors of a programme
    within a school are of one of `mentor_kinds`; without any it has learning mentors, for its pupils alone.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    edition: str
    mentor_hours_per_trainee_week: float
    meetings_per_week: int
    targets_per_meeting: int
    assessor_is_not_mentor: bool
    assessments: tuple[AssessmentKind, ...]
    weights: dict[str, int]
    version: int = 1
    weeks_between_meetings: int | None = None
    offer_stale_days: int | None = None
    leave_stale_offers_out: bool = False
    conflicts: tuple[RelationKind, ...] = ("line_manager", "family")
    pairing: Literal["hosted", "in_school", "chosen"] = "hosted"
    mentor_kinds: tuple[RoleKind, ...] = ()
    remind_after: int | None = None
    answer_within: int | None = None
    asks_training: bool = False
    asks_qts: bool = False
    contrast: dict[ContrastFactor, int] = {}
    travel_caps: dict[TravelMode, int] = {}
    travel_speeds: dict[TravelMode, float] = {}
    detour_factor: float | None = None
    facets_by_reason: dict[str, tuple[Facet, ...]] = {}
    schools_at_least: int | None = None
    same_school_again: bool = False
    amend_within_days: int = 14
    mentor_reads_for_days: int | None = None
    agreement_first: bool = False


class ProgrammeOpened(PublicEvent):
    """A partnership opened a programme from a template; its practice does not change any more.

    `assesses` are the kinds of assessment for which the practice has a step, none where nobody is assessed. It is None
    for a programme of an earlier version, whose steps do not say how somebody is assessed.
    """

    type: ClassVar[str] = "referral.programme_opened"

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    rules: ProgrammeRules
    practice: Practice = Practice()
    assesses: tuple[AssessmentKind, ...] | None = None


class RulesFrom(BaseModel):
    """Rules that hold from a day on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    effective_from: date
    rules: ProgrammeRules


class ProgrammeRulesChanged(PublicEvent):
    """A partnership overrode a setting of a programme for some time.

    `rules` has every rule of the programme from its first day on, in order, and replaces what earlier events published.
    The rules of a day are the last whose `effective_from` is not after it.
    """

    type: ClassVar[str] = "referral.programme_rules_changed"

    programme_id: UUID
    rules_version: int
    stretches: tuple[RulesFrom, ...]


class SchoolRecorded(PublicEvent):
    """An open school, as the partnership's last register extract shows it.

    Positions are metres, EPSG:27700. Texts are the register's own, such as `Roman Catholic` or `Urban major
    conurbation`; None where the register has no value.
    """

    type: ClassVar[str] = "referral.school_recorded"

    urn: str
    name: str
    phases: tuple[Phase, ...]
    trust_code: str | None = None
    la_code: str | None = None
    easting: int | None = None
    northing: int | None = None
    trust_name: str | None = None
    phase: str | None = None
    gender: str | None = None
    religious_character: str | None = None
    admissions_policy: str | None = None
    urban_rural: str | None = None
    pupils: int | None = None
    percentage_fsm: float | None = None
    special_classes: str | None = None
    resourced_provision: str | None = None


class SchoolClosed(PublicEvent):
    """The register shows the school as closed; no successor is known yet."""

    type: ClassVar[str] = "referral.school_closed"

    urn: str


class SchoolSucceeded(PublicEvent):
    """The school is closed and another school took over everything attached to it; `merged` if together with other
    schools.

    Mentors and offers are published again, at the successor. A relation that is later published with the old URN means
    the successor.
    """

    type: ClassVar[str] = "referral.school_succeeded"

    urn: str
    successor_urn: str
    merged: bool = False


class SchoolRemoved(PublicEvent):
    """The school was recorded by mistake, and nothing was attached to it."""

    type: ClassVar[str] = "referral.school_removed"

    urn: str


class EarlierPlacement(BaseModel):
    """A placement from before the trainee came to the partnership; dates may be unknown."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    school_urn: str
    starts_on: date | None = None
    ends_on: date | None = None


class CalendarPeriod(BaseModel):
    """A period of a school's year, from its first to its last day."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: CalendarKind
    starts_on: date
    ends_on: date


class SchoolCalendarRecorded(PublicEvent):
    """All terms, holidays and days for staff only of a school that are known; they replace the earlier ones."""

    type: ClassVar[str] = "referral.school_calendar_recorded"

    urn: str
    periods: tuple[CalendarPeriod, ...]


class EarlierPlacementsRecorded(PublicEvent):
    """All known earlier placements of a trainee; replaces what earlier events published."""

    type: ClassVar[str] = "referral.earlier_placements_recorded"

    trainee_id: UUID
    placements: tuple[EarlierPlacement, ...]


class SchoolPeriod(BaseModel):
    """A school that a mentor is at, from a day and until a day, both included; None where there is no such limit."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    school_urn: str
    starts_on: date | None = None
    ends_on: date | None = None


class MentorRecorded(PublicEvent):
    """A mentor at a school, as last recorded. Capacity is hours a week over all their mentoring.

    `trained_on` is the day of their training in their school's list, None if it has none. `has_qts` says whether they
    hold qualified teacher status, None if unknown. `periods` are all the schools that they mentor at, with dates;
    without periods they mentor at `school_urn` only.
    """

    type: ClassVar[str] = "referral.mentor_recorded"

    mentor_id: UUID
    school_urn: str
    subjects: tuple[str, ...]
    phases: tuple[Phase, ...]
    capacity_hours: float
    role: Literal["volunteer", "directed"]
    trained_on: date | None = None
    has_qts: bool | None = None
    situation: tuple[Situation, ...] = ()
    periods: tuple[SchoolPeriod, ...] = ()


class Availability(BaseModel):
    """A period in which a mentor is available; both days are included."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    starts_on: date
    ends_on: date


class MentorDeclared(PublicEvent):
    """What a mentor can be asked for. `load` is hours a week that they already give, to be subtracted from their
    capacity.

    A mentor without `availability` is always available.
    """

    type: ClassVar[str] = "referral.mentor_declared"

    mentor_id: UUID
    role_kinds: tuple[RoleKind, ...]
    facets: tuple[Facet, ...]
    load: dict[LoadKind, float]
    available: tuple[Availability, ...]


class Related(BaseModel):
    """A person to whom a mentor has a relation, and the kind of relation."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    other_id: UUID
    kind: RelationKind


class RelationsRecorded(PublicEvent):
    """All relations of a mentor that may bar a pair; replaces what earlier events published."""

    type: ClassVar[str] = "referral.relations_recorded"

    mentor_id: UUID
    relations: tuple[Related, ...]


class TrainingLogged(PublicEvent):
    """A mentor was trained: hours in all, and hours that can be claimed by the rule of that day (None: no rule is
    known).

    A later event of the same `training_id` replaces the entry; `removed` says that there was no such training.
    """

    type: ClassVar[str] = "referral.training_logged"

    mentor_id: UUID
    training_id: UUID
    provider: str
    academic_year: str
    kind: TrainingKind
    hours: float
    claimable: float | None = None
    removed: bool = False


class TraineeRecorded(PublicEvent):
    """A trainee, as last recorded. The home is rounded to 500 metres (EPSG:27700); the limit is minutes one way.

    `home_area` is the outward part of the home's postcode (LS6) where it is known, never more of it. A placement lies
    between the first and the last day of the course. `placements_left` counts the next placement and those after it,
    None where that is not known. `year_groups` are those that the course trains for, none for any.
    """

    type: ClassVar[str] = "referral.trainee_recorded"

    trainee_id: UUID
    subject: str
    phase: Phase
    training_route: str
    home_easting: int
    home_northing: int
    travel_mode: TravelMode
    travel_limit_minutes: int
    route_kind: RouteKind | None = None
    home_area: str | None = None
    situation: tuple[Situation, ...] = ()
    course_starts_on: date | None = None
    course_ends_on: date | None = None
    placements_left: int | None = None
    year_groups: tuple[YearGroup, ...] = ()


class TraineeStandingChanged(PublicEvent):
    """A trainee deferred, withdrew or returned. The reason stays in referral."""

    type: ClassVar[str] = "referral.trainee_standing_changed"

    trainee_id: UUID
    standing: Standing


class MenteeRecorded(PublicEvent):
    """A person at a school who can be mentored and is not a trainee: a teacher, a pupil, a parent."""

    type: ClassVar[str] = "referral.mentee_recorded"

    mentee_id: UUID
    kind: MenteeKind
    school_urn: str
    year_group: YearGroup | None = None


class OfferRecorded(PublicEvent):
    """A school's offer to host: places in a subject and phase between two dates; 0 places is a withdrawn offer.

    Without year groups or routes the offer is open to all of them. The places are shared by the school and
    `shared_with`, other schools of its trust. `last_confirmed_on` is when the school last confirmed the offer. A
    `send_placement` is in special educational needs provision, for trainees who were referred for one.
    """

    type: ClassVar[str] = "referral.offer_recorded"

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
    send_placement: bool = False


class HostingLimitSet(PublicEvent):
    """A limit on hosting was set: at most `places` trainees at one time in an academic year, over all offers in the
    scope.

    None as `places` removes the limit. A department is a `subject` at a `school_urn`, a school a `school_urn`, a trust
    a `trust_code`. A later event about the same scope and year replaces an earlier one.
    """

    type: ClassVar[str] = "referral.hosting_limit_set"

    scope: LimitScope
    academic_year: str
    school_urn: str | None = None
    subject: str | None = None
    trust_code: str | None = None
    places: int | None = None


class AppetiteSaid(PublicEvent):
    """A school declared how open it is to hosting in an academic year."""

    type: ClassVar[str] = "referral.appetite_said"

    school_urn: str
    academic_year: str
    appetite: Appetite


class ReferralMade(PublicEvent):
    """Somebody was referred to a programme. Reasons are the programme's coded criteria.

    A `send_placement` is asked for in special educational needs provision.
    """

    type: ClassVar[str] = "referral.referral_made"

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    purpose: Purpose
    reasons: tuple[str, ...]
    priority: Priority = "usual"
    send_placement: bool = False


class ReferralAccepted(PublicEvent):
    """The programme accepted a referral: the trainee waits for a match.

    `priority` replaces the referrer's proposal, which stays if it is None. `mentor_hours_per_week` is the mentor's time
    that this trainee needs, None for the programme's number.
    """

    type: ClassVar[str] = "referral.referral_accepted"

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    priority: Priority | None = None
    mentor_hours_per_week: float | None = None


class ReferralDeclined(PublicEvent):
    """The programme declined a referral. The text of the reason stays in referral."""

    type: ClassVar[str] = "referral.referral_declined"

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID


class ReferralRedirected(PublicEvent):
    """A referral was passed on: to another programme, where it is a new referral with its own id, or to another
    role.
    """

    type: ClassVar[str] = "referral.referral_redirected"

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    to_programme_id: UUID | None = None


class ReferralWithdrawn(PublicEvent):
    """A referral was withdrawn, before or after acceptance: the trainee no longer waits for a match by it."""

    type: ClassVar[str] = "referral.referral_withdrawn"

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID


class ReferralStepReversed(PublicEvent):
    """The last step of a referral was a mistake, and was taken back: the referral is as it was before it.

    After the reversal of an acceptance the trainee waits no longer by it. Where `accepted`, the referral is accepted
    again, with this priority and these hours a week of a mentor's time, and the trainee waits for a match.
    """

    type: ClassVar[str] = "referral.referral_step_reversed"

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    step: Literal["acceptance", "refusal", "redirection", "withdrawal"]
    accepted: bool
    priority: Priority | None = None
    mentor_hours_per_week: float | None = None


class PeopleMerged(PublicEvent):
    """Two records of one person were merged: `merged_id`, in earlier and later events alike, now means `kept_id`.

    The event is in the stream of `merged_id`; on the topic of people it empties that key.
    """

    type: ClassVar[str] = "referral.people_merged"

    merged_id: UUID
    kept_id: UUID
    kind: Literal["mentor", "trainee", "mentee"]


class RegistrationUndone(PublicEvent):
    """The record of a person was a mistake on which nothing had been built: there is no person of this id."""

    type: ClassVar[str] = "referral.registration_undone"

    person_id: UUID


class PersonErased(PublicEvent):
    """A person is to be erased: every service destroys its key for them."""

    type: ClassVar[str] = "referral.person_erased"

    person_id: UUID
