"""Use cases of people: register a mentee, merge two records, undo a mistaken record, erase a person."""

from collections.abc import Collection
from datetime import date
from typing import Literal
from uuid import UUID

from services.referral import policy
from services.referral.commands.mentors import take_over_mentoring
from services.referral.commands.merged_records import existing_record, kept_record, take_over_absence
from services.referral.commands.schools import recorded_school
from services.referral.domain.fields import Dated
from services.referral.domain.mentors import MENTORING, Mentoring
from services.referral.domain.people import (
    PERSON,
    BuiltOn,
    Erase,
    Merge,
    MergeInto,
    NewMentee,
    RecordPerson,
    TakeOver,
    UndoRegistration,
    person_id,
)
from services.referral.domain.placements import PLACEMENTS, Placement, refuse_both_placed
from services.referral.domain.profiles import Identity, MenteeProfile, Profile, merge_profiles
from services.referral.domain.training_statuses import TRAINING_STATUS, TrainingStatus
from services.referral.imports import kept_files
from services.referral.imports.recording.identities import load_people
from services.referral.imports.recording.same_people import (
    NewIdentity,
    find_clashes,
    forget_identity,
    hand_identity_over,
    note_identities,
)
from shared.kernel.answers import Answer
from shared.kernel.decider import DomainError, Invalid
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class AlreadyRegistered(DomainError):
    """Another person has this reference already."""


class SharedEmail(DomainError):
    """Somebody on record has this e-mail address, and nobody has confirmed that they are two people."""


class SharedTrn(DomainError):
    """Somebody on record holds this TRN, which belongs to one person."""


class NotAlike(DomainError):
    """The step is for records of another kind of person, or for two of the same kind."""


class PersonId(Answer):
    """The person who was recorded."""

    person_id: UUID


class RecordEnded(PersonId):
    """A person whose record was erased or undone."""

    status: Literal["erased", "undone"]


class RecordsMerged(PersonId):
    """The person whose record is kept, and the id of the record that was merged with it."""

    merged_id: UUID


def register_mentee(who: Principal, mentee: NewMentee) -> UseCase[PersonId]:
    """Record a person at a school who can be mentored and is not a trainee."""
    policy.may_offer(who, mentee.school_urn)
    if (mentee.kind == "pupil") != (mentee.year_group is not None):
        raise Invalid("A pupil, and nobody else, has a year group.", pointer="/year_group")
    for name, value in (("trn", mentee.trn), ("date_of_birth", mentee.date_of_birth)):
        if value is not None and mentee.kind != "teacher":
            raise Invalid("Leave this out: it is recorded of teachers only.", pointer=f"/{name}")

    async def use_case(unit: Unit) -> PersonId:
        await recorded_school(unit, mentee.school_urn)
        key = person_id(unit.tenant, "mentee", mentee.reference)
        (person,) = await unit.load(PERSON, key)
        if person.status == "recorded":
            raise AlreadyRegistered(
                "Another person has this reference already. Give another reference.", pointer="/reference"
            )
        named = mentee.model_dump(include={"reference", "given_name", "family_name", "trn"})
        born = None if mentee.date_of_birth is None else f"{mentee.date_of_birth}"
        identity = Identity(email=mentee.email or "", date_of_birth=born, **named)
        profile = MenteeProfile(**mentee.model_dump(include=set(MenteeProfile.model_fields)))
        new = NewIdentity(key, identity)
        clashes = await find_clashes(unit, "mentee", [new])
        for clash in clashes:
            if clash.is_error:
                raise SharedTrn(clash.sentence(""), pointer="/trn", holder_id=str(clash.holder_id))
        if clashes and not mentee.other_person:
            raise SharedEmail(
                clashes[0].sentence("with `other_person`"), pointer="/email", holder_id=str(clashes[0].holder_id)
            )
        command = RecordPerson(person_id=key, identity=identity, on_record=None, profile=profile, on=mentee.on)
        await unit.decide(PERSON, key, command)
        await note_identities(unit, "mentee", [new])
        return PersonId(person_id=key)

    return use_case


def erase(who: Principal, person_id: UUID, step: Dated) -> UseCase[RecordEnded]:
    """Erase a person for good, under every id that they had: destroy their keys, and every import file that waits."""
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> RecordEnded:
        kept_id, person = await kept_record(unit, person_id)
        for each in (kept_id, *sorted(person.taken_over)):
            await unit.decide(PERSON, each, Erase(on=step.on))
            unit.destroy_key(each)
            forget_identity(unit, each)
        unit.in_transaction(lambda transaction: kept_files.abandon(transaction, unit.tenant, kept_files.PEOPLE))
        return RecordEnded(person_id=kept_id, status="erased")

    return use_case


def merge(who: Principal, merged_id: UUID, into: MergeInto) -> UseCase[RecordsMerged]:
    """Merge two records of the same person; the kept record takes over what a mentor had in the other.

    Raises `BothPlaced` if both have a placement at the same time: the lead decides first which of the two goes on.
    """
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> RecordsMerged:
        record_id, merged = await existing_record(unit, merged_id)
        kept_id, kept = await existing_record(unit, into.into, pointer="/into")
        if merged_id == into.into:
            raise Invalid(
                "This is the same record. Give the other record of the person as `into`: that one is kept.",
                pointer="/into",
            )
        if record_id == kept_id:
            return RecordsMerged(person_id=kept_id, merged_id=merged_id)  # they are one record already
        if merged.kind != kept.kind:
            raise NotAlike("Choose two records of mentors, of trainees or of mentees.", pointer="/into")
        refuse_both_placed(
            await _placements(unit, record_id, merged.taken_over), await _placements(unit, kept_id, kept.taken_over)
        )
        for each in (record_id, *sorted(merged.taken_over)):
            await unit.decide(PERSON, each, Merge(into=kept_id, by=who.subject, on=into.on))
            await unit.decide(PERSON, kept_id, TakeOver(taken_over=each, by=who.subject, on=into.on))
        hand_identity_over(unit, record_id, kept_id)
        if merged.kind == "mentor":
            await take_over_mentoring(unit, who, record_id, kept_id, into.on)
        await take_over_absence(unit, who, record_id, kept_id)
        if merged.profile is not None:
            await _fill_profile(unit, kept_id, merged.profile, into.on)
        return RecordsMerged(person_id=kept_id, merged_id=merged_id)

    return use_case


async def _placements(unit: Unit, person_id: UUID, taken_over: Collection[UUID]) -> list[Placement]:
    """The placements of a record and of those merged with it; the append compares that they are still the same."""
    ids = [person_id, *sorted(taken_over)]
    await unit.read_and_compare(*((PLACEMENTS, id_) for id_ in ids))
    return [one for placements in await unit.load(PLACEMENTS, *ids) for one in placements.by_pair.values()]


async def _fill_profile(unit: Unit, kept_id: UUID, merged: Profile, on: date) -> None:
    """Record what only the merged profile says of the person who is kept."""
    person, identity = (await load_people(unit, [kept_id]))[kept_id]
    assert identity is not None
    assert person.profile is not None
    filled = merge_profiles(person.profile, merged)
    command = RecordPerson(person_id=kept_id, identity=identity, on_record=identity, profile=filled, on=on)
    await unit.decide(PERSON, kept_id, command)


def undo_registration(who: Principal, person_id: UUID, step: Dated) -> UseCase[RecordEnded]:
    """Undo the record of a person who was recorded by mistake; refused once anything was built on it."""
    policy.may_run_the_partnership(who)

    async def use_case(unit: Unit) -> RecordEnded:
        kept_id, person = await kept_record(unit, person_id)
        (training,) = await unit.load(TRAINING_STATUS, kept_id)
        (mentoring,) = await unit.load(MENTORING, kept_id)
        if training != TrainingStatus() or mentoring != Mentoring():
            raise BuiltOn(person.kind)
        await unit.decide(PERSON, kept_id, UndoRegistration(by=who.subject, on=step.on))
        forget_identity(unit, kept_id)
        return RecordEnded(person_id=kept_id, status="undone")

    return use_case
