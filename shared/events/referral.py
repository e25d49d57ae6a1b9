"""What referral publishes on `alongside.referral.v1`: programmes, schools, people without names, offers, referrals."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.published import PublicEvent
from shared.events.words import AssessmentKind, Phase, Purpose, TravelMode


class ProgrammeRules(BaseModel):
    """The rules of a programme, as its template had them when it was opened; a service keeps what it acted on.

    Hours are per week of placement; `weights` are by soft rule of the matching, whole numbers.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    edition: str
    mentor_hours_per_trainee_week: float
    meetings_per_week: int
    targets_per_meeting: int
    assessor_is_not_mentor: bool
    assessments: tuple[AssessmentKind, ...]
    weights: dict[str, int]


class ProgrammeOpened(PublicEvent):
    """A partnership opened a programme from a template."""

    type: ClassVar[str] = "referral.programme_opened"

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date
    rules: ProgrammeRules


class SchoolRecorded(PublicEvent):
    """A school as the partnership's last register extract shows it. Positions are metres, EPSG:27700."""

    type: ClassVar[str] = "referral.school_recorded"

    urn: str
    name: str
    phases: tuple[Phase, ...]
    trust_code: str | None = None
    la_code: str | None = None
    easting: int | None = None
    northing: int | None = None


class MentorRecorded(PublicEvent):
    """A mentor at a school, as last recorded. Capacity is hours a week over all their mentoring."""

    type: ClassVar[str] = "referral.mentor_recorded"

    mentor_id: UUID
    school_urn: str
    subjects: tuple[str, ...]
    phases: tuple[Phase, ...]
    capacity_hours: float
    role: Literal["volunteer", "directed"]


class TraineeRecorded(PublicEvent):
    """A trainee, as last recorded. The home is rounded to 500 metres (EPSG:27700); the limit is minutes one way."""

    type: ClassVar[str] = "referral.trainee_recorded"

    trainee_id: UUID
    subject: str
    phase: Phase
    training_route: str
    home_easting: int
    home_northing: int
    travel_mode: TravelMode
    travel_limit_minutes: int


class OfferRecorded(PublicEvent):
    """A school's offer to host: so many places in a subject and phase between two dates."""

    type: ClassVar[str] = "referral.offer_recorded"

    offer_id: UUID
    school_urn: str
    subject: str
    phase: Phase
    places: int
    starts_on: date
    ends_on: date
    academic_year: str


class ReferralMade(PublicEvent):
    """Somebody was referred to a programme. Reasons are the programme's coded criteria."""

    type: ClassVar[str] = "referral.referral_made"

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    purpose: Purpose
    reasons: tuple[str, ...]


class ReferralAccepted(PublicEvent):
    """The programme took the referral on: the trainee waits for a match."""

    type: ClassVar[str] = "referral.referral_accepted"

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID


class ReferralDeclined(PublicEvent):
    """The programme did not take the referral on. The reason's words stay in referral."""

    type: ClassVar[str] = "referral.referral_declined"

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID


class PersonErased(PublicEvent):
    """A person is to be forgotten: every service destroys the key it keeps for them."""

    type: ClassVar[str] = "referral.person_erased"

    person_id: UUID
