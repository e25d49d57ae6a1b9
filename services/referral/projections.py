"""Own events to read tables. Personal texts arrive sealed and are kept sealed."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain import offer, person, programme, referral, school
from shared.kernel.readmodel import ReadModel, Step


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme that runs."""

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date


def _programme(_: ProgrammeRow | None, event: programme.ProgrammeOpened) -> ProgrammeRow:
    return ProgrammeRow(
        event.programme_id, event.template, event.title, event.academic_year, event.starts_on, event.ends_on
    )


PROGRAMMES = ReadModel(
    name="programmes",
    row=ProgrammeRow,
    key=("programme_id",),
    on={programme.ProgrammeOpened: Step(lambda event: (event.programme_id,), _programme)},
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
    return ReferralRow(
        referral_id=event.referral_id,
        programme_id=event.programme_id,
        trainee_id=event.trainee_id,
        purpose=event.purpose,
        reasons=event.reasons,
        status="referred",
        referred_by=event.by,
        referred_on=event.happened_on,
        changed_on=event.happened_on,
        note=event.note,
    )


def _countersigned(row: ReferralRow, event: referral.ReferralCountersigned) -> ReferralRow:
    return replace(row, status="countersigned", changed_on=event.happened_on)


def _accepted(row: ReferralRow, event: referral.ReferralAccepted) -> ReferralRow:
    return replace(row, status="accepted", changed_on=event.happened_on)


def _declined(row: ReferralRow, event: referral.ReferralDeclined) -> ReferralRow:
    return replace(row, status="declined", changed_on=event.happened_on, reason_declined=event.reason)


def _referral_id(event: referral.ReferralEvent) -> tuple[UUID]:
    return (event.referral_id,)


REFERRALS = ReadModel(
    name="referrals",
    row=ReferralRow,
    key=("referral_id",),
    on={
        referral.ReferralMade: Step(_referral_id, _made),
        referral.ReferralCountersigned: Step(_referral_id, _countersigned),
        referral.ReferralAccepted: Step(_referral_id, _accepted),
        referral.ReferralDeclined: Step(_referral_id, _declined),
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


def _school(_: SchoolRow | None, event: school.SchoolRecorded) -> SchoolRow:
    said = event.row
    return SchoolRow(
        urn=event.urn,
        name=said.name,
        status=said.status,
        phases=said.phases,
        phase=said.phase,
        type_of_establishment=said.type_of_establishment,
        la_code=said.la_code,
        la_name=said.la_name,
        town=said.town,
        postcode=said.postcode,
        trust_code=said.trust_code,
        trust_name=said.trust_name,
        low_age=said.low_age,
        high_age=said.high_age,
        pupils=said.pupils,
        percentage_fsm=said.percentage_fsm,
        easting=said.easting,
        northing=said.northing,
    )


SCHOOLS = ReadModel(
    name="schools",
    row=SchoolRow,
    key=("urn",),
    on={school.SchoolRecorded: Step(lambda event: (event.urn,), _school)},
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
    return PersonRow(
        person_id=event.person_id,
        kind=kind,
        reference=event.reference,
        given_name=event.given_name,
        family_name=event.family_name,
        email=event.email,
        trn=event.trn,
        school_urn=school_urn,
        profile=event.profile.model_dump(mode="json"),
    )


def _erased(_: PersonRow | None, event: person.PersonErased) -> None:
    del event


def _person_id(event: person.Events) -> tuple[UUID]:
    return (event.person_id,)


PEOPLE = ReadModel(
    name="people",
    row=PersonRow,
    key=("person_id",),
    on={
        person.MentorRecorded: Step(_person_id, _mentor),
        person.TraineeRecorded: Step(_person_id, _trainee),
        person.PersonErased: Step(_person_id, _erased),
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


def _offer(_: OfferRow | None, event: offer.OfferRecorded) -> OfferRow:
    return OfferRow(recorded_on=event.happened_on, **event.model_dump(exclude={"happened_on"}))


OFFERS = ReadModel(
    name="offers",
    row=OfferRow,
    key=("offer_id",),
    on={offer.OfferRecorded: Step(lambda event: (event.offer_id,), _offer)},
    indexes=("school_urn",),
)

READ_MODELS = (PROGRAMMES, REFERRALS, SCHOOLS, PEOPLE, OFFERS)
