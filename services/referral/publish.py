"""Stored event to public event: the only doors out of referral. What leaves by the first carries no names."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from services.referral.domain import offer, person, programme, referral, school
from services.referral.programmes import Template
from shared.events import Catalogue, PublicEvent
from shared.events import referral as public
from shared.events.people import PersonNamed
from shared.kernel.decider import Event
from shared.kernel.personal import ERASED
from shared.kernel.postgres import name_tenants
from shared.kernel.postgres.store import behind
from shared.kernel.store import Recorded, Transaction

_PEOPLE: Catalogue[Event] = Catalogue(person.PERSON.events)


def publish(event: BaseModel) -> PublicEvent | None:
    """The public form of a private event, or None for what stays here."""
    match event:
        case programme.ProgrammeOpened():
            return public.ProgrammeOpened(
                happened_on=event.happened_on,
                programme_id=event.programme_id,
                template=event.template,
                title=event.title,
                academic_year=event.academic_year,
                starts_on=event.starts_on,
                ends_on=event.ends_on,
                rules=_rules(Template.model_validate(event.settings)),
            )
        case referral.ReferralMade():
            return public.ReferralMade(
                happened_on=event.happened_on,
                referral_id=event.referral_id,
                programme_id=event.programme_id,
                trainee_id=event.trainee_id,
                purpose=event.purpose,
                reasons=event.reasons,
            )
        case referral.ReferralAccepted():
            return public.ReferralAccepted(
                happened_on=event.happened_on,
                referral_id=event.referral_id,
                programme_id=event.programme_id,
                trainee_id=event.trainee_id,
            )
        case referral.ReferralDeclined():
            return public.ReferralDeclined(
                happened_on=event.happened_on,
                referral_id=event.referral_id,
                programme_id=event.programme_id,
                trainee_id=event.trainee_id,
            )
        case school.SchoolRecorded(row=row):
            return public.SchoolRecorded(
                happened_on=event.happened_on,
                urn=event.urn,
                name=row.name,
                phases=row.phases,
                trust_code=row.trust_code,
                la_code=row.la_code,
                easting=row.easting,
                northing=row.northing,
            )
        case person.MentorRecorded(profile=mentor):
            return public.MentorRecorded(
                happened_on=event.happened_on,
                mentor_id=event.person_id,
                school_urn=mentor.school_urn,
                subjects=mentor.subjects,
                phases=mentor.phases,
                capacity_hours=mentor.capacity_hours,
                role=mentor.role,
            )
        case person.TraineeRecorded(profile=trainee):
            return public.TraineeRecorded(
                happened_on=event.happened_on,
                trainee_id=event.person_id,
                subject=trainee.subject,
                phase=trainee.phase,
                training_route=trainee.training_route,
                home_easting=trainee.home_easting,
                home_northing=trainee.home_northing,
                travel_mode=trainee.travel_mode,
                travel_limit_minutes=trainee.travel_limit_minutes,
            )
        case person.PersonErased():
            return _erased(event)
        case offer.OfferRecorded():
            return public.OfferRecorded(**event.model_dump())
        case _:
            return None


async def people(transaction: Transaction, events: Sequence[Recorded[str]]) -> Sequence[PublicEvent | None]:
    """Who people are, for the compacted topic: names opened, and for whoever is erased the event that empties the key.

    A name whose key is destroyed is never sent, whenever its event is published or published again.
    """
    found = [
        _PEOPLE.decode(stored.type, stored.schema_version, stored.body) if _PEOPLE.knows(stored.type) else None
        for stored in events
    ]
    connection, keyring = behind(transaction)
    await name_tenants(connection, (stored.tenant for stored in events))
    said: dict[str, str] = {}
    for tenant in {stored.tenant for stored, event in zip(events, found, strict=True) if event is not None}:
        theirs = [event for stored, event in zip(events, found, strict=True) if stored.tenant == tenant]
        said |= await keyring.open(connection, tenant, (text for event in theirs for text in _names(event)))
    return [_named(event, said) for event in found]


def _names(event: Event | None) -> Sequence[str]:
    match event:
        case person.MentorRecorded() | person.TraineeRecorded():
            return event.given_name, event.family_name, event.email
        case _:
            return ()


def _named(event: Event | None, said: Mapping[str, str]) -> PublicEvent | None:
    match event:
        case person.MentorRecorded() | person.TraineeRecorded():
            given_name, family_name, email = (said.get(text, text) for text in _names(event))
            if ERASED in (given_name, family_name, email):
                return _erased(event)
            return PersonNamed(
                happened_on=event.happened_on,
                person_id=event.person_id,
                given_name=given_name,
                family_name=family_name,
                email=email,
            )
        case person.PersonErased():
            return _erased(event)
        case _:
            return None


def _erased(event: person.Events) -> public.PersonErased:
    return public.PersonErased(happened_on=event.happened_on, person_id=event.person_id)


def _rules(template: Template) -> public.ProgrammeRules:
    return public.ProgrammeRules(
        edition=template.edition,
        mentor_hours_per_trainee_week=template.mentoring.hours_per_trainee_week,
        meetings_per_week=template.mentoring.meetings_per_week,
        targets_per_meeting=template.mentoring.targets_per_meeting,
        assessor_is_not_mentor=template.assessment.assessor_is_not_mentor,
        assessments=template.assessment.kinds,
        weights=template.weights,
    )
