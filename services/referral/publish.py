"""Stored event to public event: the only doors out of referral. What leaves by the first carries no names."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from services.referral.domain import appetites as hosting
from services.referral.domain import earlier_placements as earlier
from services.referral.domain import limits
from services.referral.domain import mentors as mentoring
from services.referral.domain import offers as offer
from services.referral.domain import people as person
from services.referral.domain import programmes as programme
from services.referral.domain import referrals as referral
from services.referral.domain import schools as school
from services.referral.domain import training_statuses as standing
from services.referral.domain.profiles import ROUTE_KINDS
from services.referral.domain.templates import Template
from shared.events import Catalogue, PublicEvent
from shared.events import referral as public
from shared.events.people import PersonNamed
from shared.kernel.decider import Event
from shared.kernel.postgres import name_tenants
from shared.kernel.postgres.personal import ERASED
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.publishing import publish_as
from shared.kernel.records import RecordedEvent
from shared.kernel.store import StreamReader

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
                rules=rules(event.settings, 1),
            )
        case programme.SettingOverridden():
            return public.ProgrammeRulesChanged(
                happened_on=event.happened_on,
                programme_id=event.programme_id,
                rules_version=event.number,
                stretches=tuple(
                    public.RulesFrom(effective_from=stretch.effective_from, rules=rules(stretch.settings, event.number))
                    for stretch in event.stretches
                ),
            )
        case referral.ReferralEvent():
            return _referral(event)
        case school.SchoolRecorded() | school.SchoolClosed() | school.SchoolSucceeded() | school.SchoolRestored():
            return _school(event)
        case earlier.EarlierPlacementsRecorded():
            return public.EarlierPlacementsRecorded(**event.model_dump())
        case person.MentorRecorded(profile=mentor):
            return publish_as(
                public.MentorRecorded,
                mentor,
                happened_on=event.happened_on,
                mentor_id=event.person_id,
                periods=[period.model_dump() for period in mentor.periods],
            )
        case person.TraineeRecorded():
            return _trainee(event)
        case person.MenteeRecorded(profile=mentee):
            return public.MenteeRecorded(
                happened_on=event.happened_on, mentee_id=event.person_id, **mentee.model_dump()
            )
        case person.PersonErased() | person.PeopleMerged() | person.RegistrationUndone():
            return _gone(event)
        case offer.OfferRecorded() | offer.OfferConfirmed() | offer.OfferWithdrawn():
            return public.OfferRecorded(**event.model_dump(), last_confirmed_on=event.happened_on)
        case limits.HostingLimitSet():
            return publish_as(public.HostingLimitSet, event)
        case hosting.AppetiteSaid():
            return public.AppetiteSaid(**event.model_dump(exclude={"reasons_not_hosting", "by"}))
        case standing.TraineeDeferred() | standing.TraineeReturned():
            return _stands(event)
        case standing.TraineeWithdrawn() | standing.TraineeReinstated():
            return _stands(event)
        case mentoring.MentorDeclared() | mentoring.RelationsRecorded() | mentoring.TrainingLogged():
            return _mentoring(event)
        case _:
            return None


def _trainee(event: person.TraineeRecorded) -> public.TraineeRecorded | None:
    """None until it is known where they live and how they travel: without that nobody can be matched."""
    trainee = event.profile
    if None in (trainee.home_easting, trainee.home_northing, trainee.travel_mode, trainee.travel_limit_minutes):
        return None
    return publish_as(
        public.TraineeRecorded,
        trainee,
        happened_on=event.happened_on,
        trainee_id=event.person_id,
        route_kind=ROUTE_KINDS.get(trainee.training_route),
    )


def _referral(event: referral.ReferralEvent) -> PublicEvent | None:
    about = event.model_dump(include={"happened_on", "referral_id", "programme_id", "trainee_id"})
    match event:
        case referral.ReferralMade():
            return publish_as(public.ReferralMade, event)
        case referral.ReferralAccepted():
            return publish_as(public.ReferralAccepted, event)
        case referral.ReferralDeclined():
            return public.ReferralDeclined(**about)
        case referral.ReferralRedirected():
            return public.ReferralRedirected(to_programme_id=event.to_programme_id, **about)
        case referral.ReferralWithdrawn():
            return public.ReferralWithdrawn(**about)
        case _:
            return None


def _school(event: school.Events) -> PublicEvent | None:
    about = {"happened_on": event.happened_on, "urn": event.urn}
    match event:
        case school.SchoolRecorded(row=row):
            return public.SchoolRecorded(**about, **row.model_dump(include=set(public.SchoolRecorded.model_fields)))
        case school.SchoolClosed():
            return public.SchoolClosed(**about)
        case school.SchoolSucceeded():
            return public.SchoolSucceeded(**about, successor_urn=event.successor_urn, merged=event.merged)
        case school.SchoolRestored(standing=school.Standing(row=None)):
            return public.SchoolRemoved(**about)
        case school.SchoolRestored(standing=school.Standing(successor_urn=str() as successor_urn)):
            return public.SchoolSucceeded(**about, successor_urn=successor_urn)
        case school.SchoolRestored(standing=school.Standing(closed=True)):
            return public.SchoolClosed(**about)
        case school.SchoolRestored(standing=school.Standing(row=school.RegisterRow() as row)):
            return _school(school.SchoolRecorded(row=row, **about))
        case _:
            return None


def _stands(event: standing.Events) -> public.TraineeStandingChanged:
    after = standing.evolve(standing.Standing(), event)
    return public.TraineeStandingChanged(
        happened_on=event.happened_on, trainee_id=event.person_id, standing=after.stands
    )


def _mentoring(event: mentoring.Events) -> PublicEvent:
    about = {"happened_on": event.happened_on, "mentor_id": event.person_id}
    match event:
        case mentoring.MentorDeclared(terms=terms):
            return public.MentorDeclared(**about, **terms.model_dump())
        case mentoring.RelationsRecorded(relations=relations):
            found = tuple(public.Related(other_id=one.other_id, kind=one.kind) for one in relations)
            return public.RelationsRecorded(relations=found, **about)
        case mentoring.TrainingLogged(training=training):
            return public.TrainingLogged(**about, **training.model_dump(exclude={"edition", "on"}))


async def people(reads: StreamReader, events: Sequence[RecordedEvent[str]]) -> Sequence[PublicEvent | None]:
    """Who people are, for the compacted topic: names opened, and for whoever is erased the event that empties the key.

    A name whose key is destroyed is never sent, whenever its event is published or published again.
    """
    found = [
        _PEOPLE.decode(stored.type, stored.schema_version, stored.body) if _PEOPLE.knows(stored.type) else None
        for stored in events
    ]
    connection, keyring = connection_and_keyring(reads)
    await name_tenants(connection, (stored.tenant for stored in events))
    said: dict[str, str] = {}
    for tenant in {stored.tenant for stored, event in zip(events, found, strict=True) if event is not None}:
        theirs = [event for stored, event in zip(events, found, strict=True) if stored.tenant == tenant]
        said |= await keyring.open(connection, tenant, (text for event in theirs for text in _names(event)))
    return [_named(event, said) for event in found]


def _names(event: Event | None) -> Sequence[str]:
    match event:
        case person.MentorRecorded() | person.TraineeRecorded() | person.MenteeRecorded():
            return event.given_name, event.family_name, event.email
        case _:
            return ()


def _named(event: Event | None, said: Mapping[str, str]) -> PublicEvent | None:
    match event:
        case person.MentorRecorded() | person.TraineeRecorded() | person.MenteeRecorded():
            given_name, family_name, email = (said.get(text, text) for text in _names(event))
            if ERASED in (given_name, family_name, email):
                return _gone(event)
            return PersonNamed(
                happened_on=event.happened_on,
                person_id=event.person_id,
                given_name=given_name,
                family_name=family_name,
                email=email,
            )
        case person.PersonErased() | person.PeopleMerged() | person.RegistrationUndone():
            return _gone(event)
        case _:
            return None


def _gone(event: person.Events) -> public.PersonErased | public.PeopleMerged | public.RegistrationUndone:
    """What empties a person's key on the compacted topic."""
    match event:
        case person.PeopleMerged():
            return public.PeopleMerged(
                happened_on=event.happened_on, merged_id=event.person_id, kept_id=event.into, kind=event.kind
            )
        case person.RegistrationUndone():
            return public.RegistrationUndone(happened_on=event.happened_on, person_id=event.person_id)
        case _:
            return public.PersonErased(happened_on=event.happened_on, person_id=event.person_id)


def rules(settings: Mapping[str, Any], version: int) -> public.ProgrammeRules:
    """The public form of a programme's settings."""
    template = Template.model_validate(settings)
    return public.ProgrammeRules(
        edition=template.edition,
        mentor_hours_per_trainee_week=template.mentoring.hours_per_trainee_week,
        meetings_per_week=template.mentoring.meetings_per_week,
        targets_per_meeting=template.mentoring.targets_per_meeting,
        assessor_is_not_mentor=template.assessment.assessor_is_not_mentor,
        assessments=template.assessment.kinds,
        weights=template.weights,
        version=version,
        weeks_between_meetings=template.mentoring.weeks_between_meetings,
        offer_stale_days=template.offers.stale_after_days,
        leave_stale_offers_out=template.offers.leave_stale_out,
        conflicts=template.conflicts,
        pairing=template.pairing,
        remind_after=template.answers.remind_after,
        answer_within=template.answers.answer_within,
        asks_training=template.readiness.training,
        asks_qts=template.readiness.qts,
        contrast=template.contrast.model_dump(),
        travel_caps=template.travel_caps.model_dump(exclude_none=True),
        travel_speeds=template.travel_speeds.model_dump(exclude_none=True),
        detour_factor=template.detour_factor,
        schools_at_least=template.placements.schools_at_least,
        same_school_again=template.placements.same_school_again,
        facets_by_reason={one.code: one.facets for one in template.criteria if one.facets},
    )
