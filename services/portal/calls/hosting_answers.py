"""What a school's pages read of the services' answers: the school, its offers, mentors, proposals and days."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.portal.calls.answers import Part

Phase = Literal["primary", "secondary"]


class School(Part):
    """A school by its URN."""

    urn: str
    name: str
    phases: tuple[Phase, ...]


class Offer(Part):
    """What a school can host; without places it is withdrawn, without year groups or routes it is for all of them."""

    offer_id: UUID
    school_urn: str
    subject: str
    phase: Phase
    places: int
    starts_on: date
    ends_on: date
    academic_year: str
    last_confirmed_on: date
    year_groups: tuple[str, ...]
    routes: tuple[str, ...]
    shared_with: tuple[str, ...]
    send_placement: bool


class OfferToConfirm(Part):
    """An offer about which the school is asked again, and why."""

    offer_id: UUID
    academic_year: str
    why: Literal["stale", "not_open"]


class OfferPlaces(Part):
    """An offer after it was recorded, and its places."""

    offer_id: UUID
    places: int


class OfferStatus(Part):
    """An offer after it was confirmed or withdrawn."""

    offer_id: UUID


class Appetite(Part):
    """How open a school is to hosting in an academic year."""

    school_urn: str
    academic_year: str
    appetite: str
    reasons_not_hosting: tuple[str, ...]
    said_on: date


class AppetiteStatus(Part):
    """How open a school is to hosting, after it was recorded."""

    appetite: str


class OpenProgramme(Part):
    """A programme, the template that it follows, and its days."""

    programme_id: UUID
    template: str
    academic_year: str
    ends_on: date
    closed_on: date | None


class DeclaredTerms(Part):
    """What a mentor has declared: hours a week that they give outside Alongside, by kind of mentoring."""

    load: dict[str, float]


class HoursOfMentor(Part):
    """The hours a week that a mentor has for mentoring."""

    capacity: float


class PersonOfSchool(Part):
    """A mentor or a mentee of a school; a mentee has no hours."""

    person_id: UUID
    hours: HoursOfMentor | None = None
    mentoring: DeclaredTerms | None = None


class MentoringHours(Part):
    """A mentoring relationship at a school, and the hours a week that its programme gives the mentor for it."""

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    starts_on: date
    ends_on: date
    mentor_hours_per_week: float
    role: str


class PairProposal(Part):
    """A trainee and a mentor who are proposed to each other, and who has accepted."""

    pair_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    school_name: str | None
    subject: str
    starts_on: date
    ends_on: date
    mentor_hours_per_week: float
    travel_minutes: int
    accepted_by: tuple[Literal["mentor", "trainee"], ...]
    answer_by: date | None


class PairChanged(Part):
    """A pair after an answer."""

    status: str


class SupportProposal(Part):
    """A mentor who is proposed to somebody besides their lead mentor, and who has accepted."""

    support_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    school_name: str | None
    words: str
    starts_on: date
    ends_on: date
    hours_per_week: float
    accepted_by: tuple[Literal["mentor", "mentee"], ...]
    answer_by: date | None


class SupportChanged(Part):
    """A support after an answer."""

    status: str


class HalfDay(Part):
    """Half of a day of a placement."""

    relationship_id: UUID
    trainee_id: UUID
    on: date
    half: Literal["morning", "afternoon"]
    kind: str
    while_away: bool


class RefusedLine(Part):
    """A day that was refused: its place among those that were sent, and what to do."""

    line: int
    detail: str


class DayOutcomes(Part):
    """How many days were recorded, and which were refused."""

    recorded: int
    refused: tuple[RefusedLine, ...]
