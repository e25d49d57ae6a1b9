"""Use cases of mentors: what they can be asked for, to whom they are related, which training they had."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID, uuid4

from services.referral import policy
from services.referral.commands.merged_records import as_kept, recorded
from services.referral.domain.mentors import (
    MENTORING,
    Allowance,
    Declare,
    EndRelation,
    LogTraining,
    Period,
    Relate,
    Terms,
)
from services.referral.domain.people import PERSON, RecordPerson
from services.referral.domain.profiles import MentorProfile, MentorSchools, SchoolPeriod
from services.referral.domain.schools import SCHOOL
from services.referral.imports.recording.identities import on_record
from services.referral.imports.recording.schools import why_no_school
from shared.events.words import Facet, LoadKind, RelationKind, RoleKind, TrainingKind
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase
from shared.rulebook import rule

CLAIMABLE: dict[TrainingKind, str] = {
    "initial": "claimable_initial_training",
    "refresher": "claimable_refresher_training",
}
"""The rule of the rulebook that says how much training of a kind can be claimed."""


def declare(
    who: Principal,
    mentor_id: UUID,
    *,
    role_kinds: tuple[RoleKind, ...],
    facets: tuple[Facet, ...],
    load: dict[LoadKind, float],
    available: Sequence[tuple[date, date]],
    on: date,
) -> UseCase[JsonAnswer]:
    """Say what a mentor can be asked for, all of it: by the mentor, the school's lead or the partnership's."""
    terms = Terms(
        role_kinds=tuple(sorted(set(role_kinds))),
        facets=tuple(sorted(set(facets))),
        load=load,
        available=tuple(Period(starts_on=starts_on, ends_on=ends_on) for starts_on, ends_on in available),
    )

    async def use_case(unit: Unit) -> JsonAnswer:
        mentor = await _mentor(unit, mentor_id)
        schools = mentor.schools_after(unit.now.date())
        policy.may_speak_for_mentor(await as_kept(unit, who), mentor_id=mentor_id, schools=schools)
        await unit.decide(MENTORING, mentor_id, Declare(person_id=mentor_id, by=who.subject, on=on, terms=terms))
        return {"person_id": str(mentor_id)}

    return use_case


def say_related(
    who: Principal, mentor_id: UUID, *, other_id: UUID, kind: RelationKind, ended: bool, on: date
) -> UseCase[JsonAnswer]:
    """Say that a mentor stands, or no longer stands, so to somebody: by the mentor or a lead."""

    async def use_case(unit: Unit) -> JsonAnswer:
        mentor = await _mentor(unit, mentor_id)
        schools = mentor.schools_after(unit.now.date())
        policy.may_speak_for_mentor(await as_kept(unit, who), mentor_id=mentor_id, schools=schools)
        if ended:
            end = EndRelation(person_id=mentor_id, by=who.subject, on=on, other_id=other_id, kind=kind)
            await unit.decide(MENTORING, mentor_id, end)
        else:
            (other,) = await unit.load(PERSON, other_id)
            if other.status != "recorded":
                raise Invalid("There is no such person.", pointer="/other_id")
            await relate(unit, mentor_id, other_id=other_id, kind=kind, by=who.subject, on=on)
        (mentoring,) = await unit.load(MENTORING, mentor_id)
        return {"person_id": str(mentor_id), "relations": len(mentoring.relations)}

    return use_case


async def relate(unit: Unit, mentor_id: UUID, *, other_id: UUID, kind: RelationKind, by: str, on: date) -> None:
    """Add a relation of a mentor."""
    await unit.decide(MENTORING, mentor_id, Relate(person_id=mentor_id, by=by, on=on, other_id=other_id, kind=kind))


def log_training(who: Principal, mentor_id: UUID, *, provider: str, hours: float, on: date) -> UseCase[JsonAnswer]:
    """Log training that a mentor had, and how much of it can be claimed by the rule of that day: by leads."""

    async def use_case(unit: Unit) -> JsonAnswer:
        mentor = await _mentor(unit, mentor_id)
        policy.may_log_training(who, mentor.schools_after(unit.now.date()))
        training_id = uuid4()
        await log(unit, mentor_id, training_id, provider=provider, hours=hours, by=who.subject, on=on)
        (mentoring,) = await unit.load(MENTORING, mentor_id)
        training = next(one for one in mentoring.trainings if one.training_id == training_id)
        return training.model_dump(mode="json")

    return use_case


async def log(
    unit: Unit, mentor_id: UUID, training_id: UUID, *, provider: str, hours: float, by: str, on: date
) -> None:
    """Log training by the rules of its day."""
    found = {kind: rule(id_, on) for kind, id_ in CLAIMABLE.items()}
    allowances = {kind: Allowance(hours=one.quantity, edition=one.edition) for kind, one in found.items() if one}
    command = LogTraining(
        person_id=mentor_id,
        training_id=training_id,
        provider=provider,
        hours=hours,
        allowances=allowances,
        by=by,
        on=on,
    )
    await unit.decide(MENTORING, mentor_id, command)


class SchoolsSet(Answer):
    """The schools that a mentor is now at, each with its dates, and the main one."""

    person_id: UUID
    school_urn: str
    periods: tuple[SchoolPeriod, ...]


def set_schools(who: Principal, mentor_id: UUID, schools: MentorSchools) -> UseCase[SchoolsSet]:
    """Set all schools that a mentor is at: by the partnership's lead; a school's lead changes the school's own only."""
    schools.check_order()

    async def use_case(unit: Unit) -> SchoolsSet:
        before = await _mentor(unit, mentor_id)
        changed = {period.school_urn for period in {*before.all_periods} ^ {*schools.periods}}
        policy.may_place_mentor(who, changed)
        await _must_be_open(unit, schools, changed)
        after = before.at_schools(schools.periods)
        identity = (await on_record(unit, [mentor_id]))[mentor_id][1]
        assert identity is not None
        command = RecordPerson(person_id=mentor_id, identity=identity, on_record=identity, profile=after, on=schools.on)
        await unit.decide(PERSON, mentor_id, command)
        return SchoolsSet(person_id=mentor_id, school_urn=after.school_urn, periods=after.all_periods)

    return use_case


async def _must_be_open(unit: Unit, schools: MentorSchools, changed: Collection[str]) -> None:
    """Raise `Invalid` for a changed school that is not recorded or has closed."""
    recorded = await unit.load(SCHOOL, *(period.school_urn for period in schools.periods))
    for nth, (period, school) in enumerate(zip(schools.periods, recorded, strict=True)):
        if period.school_urn in changed and not school.open:
            _, advice = why_no_school(school)
            raise Invalid(advice, pointer=f"/periods/{nth}/school_urn")


async def _mentor(unit: Unit, mentor_id: UUID) -> MentorProfile:
    mentor = await recorded(unit, mentor_id)
    if not isinstance(mentor.profile, MentorProfile):
        raise NotFound("There is no such mentor.")
    return mentor.profile
