"""Own events to read tables. Personal texts arrive sealed and are kept sealed."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain import offer, person, programme, referral, school
from shared.kernel.readmodel import ReadModel, Step, by, gone, row_of


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme that runs."""

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date


PROGRAMMES = ReadModel(
    name="programmes",
    row=ProgrammeRow,
    key=("programme_id",),
    on={programme.ProgrammeOpened: Step(by("programme_id"), lambda _, event: row_of(ProgrammeRow, event))},
)


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral and where it stands; `changed_on` is the date of its last step."""

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    purpose: str
    reasons: tuple[str, ...]
    status: str
    referred_by: str
    referred_on: date
    changed_on: date
    note: str | None = None
    reason_declined: str | None = None


def _made(_: ReferralRow | None, event: referral.ReferralMade) -> ReferralRow:
    return row_of(
        ReferralRow,
        event,
        status="referred",
        referred_by=event.by,
        referred_on=event.happened_on,
        changed_on=event.happened_on,
    )


def _countersigned(row: ReferralRow, event: referral.ReferralCountersigned) -> ReferralRow:
    return replace(row, status="countersigned", changed_on=event.happened_on)


def _accepted(row: ReferralRow, event: referral.ReferralAccepted) -> ReferralRow:
    return replace(row, status="accepted", changed_on=event.happened_on)


def _declined(row: ReferralRow, event: referral.ReferralDeclined) -> ReferralRow:
    return replace(row, status="declined", changed_on=event.happened_on, reason_declined=event.reason)


REFERRALS = ReadModel(
    name="referrals",
    row=ReferralRow,
    key=("referral_id",),
    on={
        referral.ReferralMade: Step(by("referral_id"), _made),
        referral.ReferralCountersigned: Step(by("referral_id"), _countersigned),
        referral.ReferralAccepted: Step(by("referral_id"), _accepted),
        referral.ReferralDeclined: Step(by("referral_id"), _declined),
    },
    indexes=("status",),
)


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school as the register shows it; easting and northing are metres (EPSG:27700)."""

    urn: str
    name: str
    status: str
    phases: tuple[str, ...]
    phase: str | None
    type_of_establishment: str | None
    la_code: str | None
    la_name: str | None
    town: str | None
    postcode: str | None
    trust_code: str | None
    trust_name: str | None
    low_age: int | None
    high_age: int | None
    pupils: int | None
    percentage_fsm: float | None
    easting: int | None
    northing: int | None


SCHOOLS = ReadModel(
    name="schools",
    row=SchoolRow,
    key=("urn",),
    on={school.SchoolRecorded: Step(by("urn"), lambda _, event: row_of(SchoolRow, event.row, urn=event.urn))},
)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A mentor or trainee: who they are, sealed, and their profile; a mentor's school. Gone once they are erased."""

    person_id: UUID
    kind: str
    reference: str
    given_name: str
    family_name: str
    email: str
    trn: str | None
    school_urn: str | None
    profile: dict[str, Any]


def _mentor(_: PersonRow | None, event: person.MentorRecorded) -> PersonRow:
    return _person("mentor", event, event.profile.school_urn)


def _trainee(_: PersonRow | None, event: person.TraineeRecorded) -> PersonRow:
    return _person("trainee", event, None)


def _person(kind: str, event: person.MentorRecorded | person.TraineeRecorded, school_urn: str | None) -> PersonRow:
    return row_of(PersonRow, event, kind=kind, school_urn=school_urn, profile=event.profile.model_dump(mode="json"))


PEOPLE = ReadModel(
    name="people",
    row=PersonRow,
    key=("person_id",),
    on={
        person.MentorRecorded: Step(by("person_id"), _mentor),
        person.TraineeRecorded: Step(by("person_id"), _trainee),
        person.PersonErased: Step(by("person_id"), gone),
    },
    indexes=("kind", "school_urn"),
)


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A school's offer; no places is an offer withdrawn."""

    offer_id: UUID
    school_urn: str
    subject: str
    phase: str
    places: int
    starts_on: date
    ends_on: date
    academic_year: str
    recorded_on: date


OFFERS = ReadModel(
    name="offers",
    row=OfferRow,
    key=("offer_id",),
    on={
        offer.OfferRecorded: Step(
            by("offer_id"), lambda _, event: row_of(OfferRow, event, recorded_on=event.happened_on)
        )
    },
    indexes=("school_urn",),
)

READ_MODELS = (PROGRAMMES, REFERRALS, SCHOOLS, PEOPLE, OFFERS)
