"""Publish stored events of referral as public events. No other module publishes; only `publish_names` sends names."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from services.referral.domain import (
    appetites,
    calendars,
    earlier_placements,
    limits,
    mentors,
    offers,
    people,
    programmes,
    referrals,
    schools,
    training_statuses,
)
from services.referral.domain.profiles import ROUTE_KINDS
from services.referral.domain.templates import Template
from shared.events import Catalogue, PublicEvent
from shared.events import referral as public
from shared.events.people import PersonNamed
from shared.events.practices import Practice
from shared.kernel.decider import Event
from shared.kernel.postgres import name_tenants
from shared.kernel.postgres.personal import ERASED
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.publishing import publish_as, publisher
from shared.kernel.records import RecordedEvent
from shared.kernel.store import StreamReader

_PEOPLE: Catalogue[Event] = Catalogue(people.PERSON.events)


def _opened(event: programmes.ProgrammeOpened) -> public.ProgrammeOpened:
    template = Template.model_validate(event.settings)
    areas = [area.model_dump() for area in template.areas]
    practice = Practice.model_validate(template.model_dump() | {"curriculum": areas, "signs": _signs(template)})
    own = {"rules": rules(event.settings, 1), "practice": practice, "assesses": template.assesses}
    return publish_as(public.ProgrammeOpened, event, **own)


def _signs(template: Template) -> dict[str, Any] | None:
    """The signs with the number of working days after which an untouched target is one."""
    if template.signs is None:
        return None
    owner_after, more = template.targets.untouched_after, template.targets.mentor_after
    days = owner_after + more if template.signs.untouched_targets and owner_after is not None else None
    return template.signs.model_dump() | {"untouched_targets": days}


def _overridden(event: programmes.SettingOverridden) -> public.ProgrammeRulesChanged:
    stretches = tuple(
        public.RulesFrom(effective_from=stretch.effective_from, rules=rules(stretch.settings, event.number))
        for stretch in event.stretches
    )
    return publish_as(public.ProgrammeRulesChanged, event, rules_version=event.number, stretches=stretches)


def _earlier_placements(event: earlier_placements.EarlierPlacementsRecorded) -> public.EarlierPlacementsRecorded:
    return publish_as(public.EarlierPlacementsRecorded, event, placements=_plain(event.placements))


def _plain(values: Sequence[BaseModel]) -> list[dict[str, Any]]:
    return [value.model_dump() for value in values]


def _mentor(event: people.MentorRecorded) -> public.MentorRecorded:
    about = {"happened_on": event.happened_on, "mentor_id": event.person_id}
    return publish_as(public.MentorRecorded, event.profile, periods=_plain(event.profile.periods), **about)


def _trainee(event: people.TraineeRecorded) -> public.TraineeRecorded | None:
    """Publish nothing until it is known where they live and how they travel: without that nobody can be matched."""
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


def _mentee(event: people.MenteeRecorded) -> public.MenteeRecorded:
    about = {"happened_on": event.happened_on, "mentee_id": event.person_id}
    return publish_as(public.MenteeRecorded, event.profile, **about)


def _merged(event: people.PeopleMerged) -> public.PeopleMerged:
    return publish_as(public.PeopleMerged, event, merged_id=event.person_id, kept_id=event.into)


def _offer(event: offers.Events) -> public.OfferRecorded:
    return publish_as(public.OfferRecorded, event, last_confirmed_on=event.happened_on)


def _calendar(event: calendars.CalendarRecorded) -> public.SchoolCalendarRecorded:
    """Publish the periods of a school without their names, which are free text."""
    fields = set(public.CalendarPeriod.model_fields)
    periods = [period.model_dump(include=fields) for period in event.periods]
    return publish_as(public.SchoolCalendarRecorded, event, periods=periods)


def _school(event: schools.SchoolRecorded) -> public.SchoolRecorded:
    return publish_as(public.SchoolRecorded, event.row, happened_on=event.happened_on, urn=event.urn)


def _restored_school(event: schools.SchoolRestored) -> PublicEvent:
    """Publish what the school is again, as if it had become that just now."""
    about = {"happened_on": event.happened_on, "urn": event.urn}
    school = event.standing
    if school.row is None:
        return public.SchoolRemoved(**about)
    if school.successor_urn is not None:
        return public.SchoolSucceeded(successor_urn=school.successor_urn, **about)
    if school.closed:
        return public.SchoolClosed(**about)
    return publish_as(public.SchoolRecorded, school.row, **about)


def _training_status(event: training_statuses.Events) -> public.TraineeStandingChanged:
    status = training_statuses.status_after(event).status
    return publish_as(public.TraineeStandingChanged, event, trainee_id=event.person_id, standing=status)


def _declared(event: mentors.MentorDeclared) -> public.MentorDeclared:
    about = {"happened_on": event.happened_on, "mentor_id": event.person_id}
    return publish_as(public.MentorDeclared, event.terms, available=_plain(event.terms.available), **about)


def _relations(event: mentors.RelationsRecorded) -> public.RelationsRecorded:
    return publish_as(public.RelationsRecorded, event, mentor_id=event.person_id, relations=_plain(event.relations))


def _training(event: mentors.TrainingLogged | mentors.TrainingRemoved) -> public.TrainingLogged:
    """Publish an entry of training as it is now: the hours of a removed one are none."""
    if isinstance(event, mentors.TrainingRemoved):
        none = {"hours": 0.0, "claimable": 0.0}
        removed = {"happened_on": event.happened_on, "mentor_id": event.person_id, "removed": True}
        return publish_as(public.TrainingLogged, event.training.model_copy(update=none), **removed)
    about = {"happened_on": event.happened_on, "mentor_id": event.person_id}
    return publish_as(public.TrainingLogged, event.training, **about)


def _step_reversed(event: referrals.StepReversed) -> public.ReferralStepReversed | None:
    """Publish the reversal of the steps that are published themselves."""
    if event.step in ("countersignature", "consent", "consent_refusal"):
        return None
    return publish_as(public.ReferralStepReversed, event, accepted=event.status == "accepted")


publish = publisher(
    {
        programmes.ProgrammeOpened: _opened,
        programmes.SettingOverridden: _overridden,
        schools.SchoolRecorded: _school,
        schools.SchoolClosed: public.SchoolClosed,
        schools.SchoolSucceeded: public.SchoolSucceeded,
        schools.SchoolRestored: _restored_school,
        calendars.CalendarRecorded: _calendar,
        earlier_placements.EarlierPlacementsRecorded: _earlier_placements,
        people.MentorRecorded: _mentor,
        people.TraineeRecorded: _trainee,
        people.MenteeRecorded: _mentee,
        people.PersonErased: public.PersonErased,
        people.PeopleMerged: _merged,
        people.RegistrationUndone: public.RegistrationUndone,
        offers.OfferRecorded: _offer,
        offers.OfferConfirmed: _offer,
        offers.OfferWithdrawn: _offer,
        appetites.AppetiteSaid: public.AppetiteSaid,
        limits.HostingLimitSet: public.HostingLimitSet,
        **dict.fromkeys(training_statuses.TRAINING_STATUS.events, _training_status),
        mentors.MentorDeclared: _declared,
        mentors.RelationsRecorded: _relations,
        mentors.TrainingLogged: _training,
        mentors.TrainingCorrected: _training,
        mentors.TrainingRemoved: _training,
        referrals.ReferralMade: public.ReferralMade,
        referrals.ReferralAccepted: public.ReferralAccepted,
        referrals.ReferralDeclined: public.ReferralDeclined,
        referrals.ReferralRedirected: public.ReferralRedirected,
        referrals.ReferralWithdrawn: public.ReferralWithdrawn,
        referrals.StepReversed: _step_reversed,
    }
)
"""The public form of a stored event, None for what stays here."""


async def publish_names(reads: StreamReader, events: Sequence[RecordedEvent[str]]) -> Sequence[PublicEvent | None]:
    """Publish the names of people on the compacted topic; an erased or merged person's key is emptied there.

    A name whose encryption key is destroyed is never sent, even if its event is published again.
    """
    decoded = [
        _PEOPLE.decode(stored.type, stored.schema_version, stored.body) if _PEOPLE.knows(stored.type) else None
        for stored in events
    ]
    by_tenant: dict[str, list[str]] = {}
    for stored, event in zip(events, decoded, strict=True):
        by_tenant.setdefault(stored.tenant, []).extend(_names(event))
    connection, keyring = connection_and_keyring(reads)
    await name_tenants(connection, by_tenant)
    opened: dict[str, str] = {}
    for tenant, texts in by_tenant.items():
        opened |= await keyring.open(connection, tenant, texts)
    return [_named(event, opened) for event in decoded]


def _names(event: Event | None) -> Sequence[str]:
    match event:
        case people.MentorRecorded() | people.TraineeRecorded() | people.MenteeRecorded():
            return event.given_name, event.family_name, event.email
        case _:
            return ()


def _named(event: Event | None, opened: Mapping[str, str]) -> PublicEvent | None:
    match event:
        case people.MentorRecorded() | people.TraineeRecorded() | people.MenteeRecorded():
            given_name, family_name, email = (opened.get(text, text) for text in _names(event))
            if ERASED in (given_name, family_name, email):
                return public.PersonErased(happened_on=event.happened_on, person_id=event.person_id)
            return PersonNamed(
                happened_on=event.happened_on,
                person_id=event.person_id,
                given_name=given_name,
                family_name=family_name,
                email=email,
            )
        case people.PersonErased() | people.PeopleMerged() | people.RegistrationUndone():
            return publish(event)
        case _:
            return None


def rules(settings: Mapping[str, Any], version: int) -> public.ProgrammeRules:
    """Make the public rules of a programme's settings."""
    template = Template.model_validate(settings)
    return public.ProgrammeRules(
        edition=template.edition,
        mentor_hours_per_trainee_week=template.mentoring.hours_per_trainee_week,
        meetings_per_week=template.mentoring.meetings_per_week,
        targets_per_meeting=template.mentoring.targets_per_meeting,
        amend_within_days=template.mentoring.amend_within_days,
        assessor_is_not_mentor=template.assessment.assessor_is_not_mentor,
        assessments=template.assessment.kinds,
        weights=template.weights,
        version=version,
        weeks_between_meetings=template.mentoring.weeks_between_meetings,
        offer_stale_days=template.offers.stale_after_days,
        leave_stale_offers_out=template.offers.leave_stale_out,
        conflicts=template.conflicts,
        pairing=template.pairing,
        mentor_kinds=template.mentor_kinds,
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
        mentor_reads_for_days=template.confidentiality.mentor_reads_for_days,
        agreement_first=template.agreement_first,
        facets_by_reason={criterion.code: criterion.facets for criterion in template.criteria if criterion.facets},
    )
