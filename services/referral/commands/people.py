"""Use cases of people: register, merge, undo, erase, and where a trainee stands."""

from datetime import date
from uuid import UUID

from services.referral import policy
from services.referral.commands.mentors import log, relate
from services.referral.commands.merged_records import kept, recorded
from services.referral.domain.mentors import MENTORING, Mentoring
from services.referral.domain.people import (
    PERSON,
    BuiltOn,
    Erase,
    Merge,
    RecordPerson,
    TakeOver,
    UndoRegistration,
    person_id,
)
from services.referral.domain.profiles import Identity, MenteeProfile, Profile, merge_profiles
from services.referral.domain.schools import SCHOOL
from services.referral.domain.training_statuses import (
    STANDING,
    Defer,
    FutureInterest,
    Reinstate,
    Return,
    Standing,
    Trigger,
    Withdraw,
)
from services.referral.domain.training_statuses import Commands as StandingCommands
from services.referral.imports import kept_files as waiting
from services.referral.imports.recording.identities import on_record
from services.referral.imports.recording.schools import UNKNOWN_SCHOOL
from shared.events.words import MenteeKind, YearGroup
from shared.kernel.decider import DomainError, Invalid
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


class AlreadyRegistered(DomainError):
    """Somebody is recorded under this reference."""


class NotAlike(DomainError):
    """Records of different kinds are not of one person here."""


def register_mentee(
    who: Principal,
    *,
    reference: str,
    given_name: str,
    family_name: str,
    email: str | None,
    kind: MenteeKind,
    school_urn: str,
    year_group: YearGroup | None,
    on: date,
) -> UseCase[JsonAnswer]:
    """Record somebody at a school who can be mentored and is no trainee."""
    policy.may_offer(who, school_urn)
    if (kind == "pupil") != (year_group is not None):
        raise Invalid("A pupil, and nobody else, has a year group.", pointer="/year_group")

    async def use_case(unit: Unit) -> JsonAnswer:
        (school,) = await unit.load(SCHOOL, school_urn)
        if school.row is None:
            raise Invalid(UNKNOWN_SCHOOL, pointer="/school_urn")
        key = person_id(unit.tenant, "mentee", reference)
        (person,) = await unit.load(PERSON, key)
        if person.status == "recorded":
            raise AlreadyRegistered("Somebody is recorded under this reference.", pointer="/reference")
        identity = Identity(reference=reference, given_name=given_name, family_name=family_name, email=email or "")
        profile = MenteeProfile(kind=kind, school_urn=school_urn, year_group=year_group)
        command = RecordPerson(person_id=key, identity=identity, on_record=None, profile=profile, on=on)
        await unit.decide(PERSON, key, command)
        return {"person_id": str(key)}

    return use_case


def erase(who: Principal, person_id: UUID, *, on: date) -> UseCase[JsonAnswer]:
    """Forget a person for good, under every id that they had: keys go with the events, and so do waiting files."""
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        whose, person = await kept(unit, person_id)
        for each in (whose, *sorted(person.taken_over)):
            await unit.decide(PERSON, each, Erase(on=on))
            unit.destroy_key(each)
        unit.in_transaction(lambda transaction: waiting.abandon(transaction, unit.tenant, waiting.PEOPLE))
        return {"person_id": str(person_id), "status": "erased"}

    return use_case


def merge(who: Principal, merged_id: UUID, *, into: UUID, on: date) -> UseCase[JsonAnswer]:
    """Let one record stand for two of the same person; what a mentor had in either is theirs in the one kept."""
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        merged = await recorded(unit, merged_id)
        standing_for = await recorded(unit, into, pointer="/into")
        if merged.kind != standing_for.kind:
            raise NotAlike("Both records are of mentors, of trainees or of mentees.", pointer="/into")
        for each in (merged_id, *sorted(merged.taken_over)):
            await unit.decide(PERSON, each, Merge(into=into, by=who.subject, on=on))
            await unit.decide(PERSON, into, TakeOver(taken_over=each, by=who.subject, on=on))
        if merged.kind == "mentor":
            await _take_over_mentoring(unit, who, merged_id, into, on)
        if merged.profile is not None:
            await _fill_profile(unit, into, merged.profile, on)
        return {"person_id": str(into), "merged_id": str(merged_id)}

    return use_case


async def _fill_profile(unit: Unit, into: UUID, merged: Profile, on: date) -> None:
    """Record what only the merged profile says of the person who is kept."""
    person, identity = (await on_record(unit, [into]))[into]
    assert identity is not None
    assert person.profile is not None
    filled = merge_profiles(person.profile, merged)
    command = RecordPerson(person_id=into, identity=identity, on_record=identity, profile=filled, on=on)
    await unit.decide(PERSON, into, command)


async def _take_over_mentoring(unit: Unit, who: Principal, merged_id: UUID, into: UUID, on: date) -> None:
    """Relations and training of both are of one mentor; training is judged anew, each by the rule of its day."""
    (theirs,) = await unit.load(MENTORING, merged_id)
    for relation in theirs.relations:
        if relation.other_id != into:
            await relate(unit, into, other_id=relation.other_id, kind=relation.kind, by=who.subject, on=on)
    for one in theirs.trainings:
        await log(unit, into, one.training_id, provider=one.provider, hours=one.hours, by=who.subject, on=one.on)


def undo_registration(who: Principal, person_id: UUID, *, on: date) -> UseCase[JsonAnswer]:
    """Take a mistaken record back; refused once anything was built on it."""
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        (standing,) = await unit.load(STANDING, person_id)
        (mentoring,) = await unit.load(MENTORING, person_id)
        if standing != Standing() or mentoring != Mentoring():
            raise BuiltOn("Something was said of this person since, so the record stays. Withdraw them instead.")
        await unit.decide(PERSON, person_id, UndoRegistration(by=who.subject, on=on))
        return {"person_id": str(person_id), "status": "undone"}

    return use_case


def defer(
    who: Principal, person_id: UUID, *, expected_back_on: date | None, reason: str | None, on: date
) -> UseCase[JsonAnswer]:
    """Let a trainee's training rest."""
    step = Defer(person_id=person_id, by=who.subject, on=on, expected_back_on=expected_back_on, reason=reason)
    return _stands(who, step)


def come_back(who: Principal, person_id: UUID, *, on: date) -> UseCase[JsonAnswer]:
    """Take up training again after a deferral."""
    return _stands(who, Return(person_id=person_id, by=who.subject, on=on))


def withdraw(
    who: Principal,
    person_id: UUID,
    *,
    trigger: Trigger,
    reasons: tuple[str, ...],
    future_interest: FutureInterest,
    on: date,
) -> UseCase[JsonAnswer]:
    """Record that a trainee left."""
    said = {"trigger": trigger, "reasons": reasons, "future_interest": future_interest}
    return _stands(who, Withdraw(person_id=person_id, by=who.subject, on=on, **said))


def reinstate(who: Principal, person_id: UUID, *, on: date) -> UseCase[JsonAnswer]:
    """Take back a trainee who had withdrawn."""
    return _stands(who, Reinstate(person_id=person_id, by=who.subject, on=on))


def _stands(who: Principal, step: StandingCommands) -> UseCase[JsonAnswer]:
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        person = await recorded(unit, step.person_id)
        if person.kind != "trainee":
            raise NotAlike("Only trainees defer and withdraw; a mentor says when they are available.")
        await unit.decide(STANDING, step.person_id, step)
        (standing,) = await unit.load(STANDING, step.person_id)
        return {"person_id": str(step.person_id), "standing": standing.stands}

    return use_case
