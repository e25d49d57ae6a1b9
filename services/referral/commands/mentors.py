"""Use cases of mentors: what they can be asked for, to whom they are related, which training they had."""

from collections.abc import Sequence
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
from services.referral.domain.people import PERSON
from services.referral.domain.profiles import MentorProfile
from shared.events.words import Facet, LoadKind, RelationKind, RoleKind, TrainingKind
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
        school_urn = await _school_of(unit, mentor_id)
        policy.may_speak_for_mentor(await as_kept(unit, who), mentor_id=mentor_id, school_urn=school_urn)
        await unit.decide(MENTORING, mentor_id, Declare(person_id=mentor_id, by=who.subject, on=on, terms=terms))
        return {"person_id": str(mentor_id)}

    return use_case


def say_related(
    who: Principal, mentor_id: UUID, *, other_id: UUID, kind: RelationKind, ended: bool, on: date
) -> UseCase[JsonAnswer]:
    """Say that a mentor stands, or no longer stands, so to somebody: by the mentor or a lead."""

    async def use_case(unit: Unit) -> JsonAnswer:
        school_urn = await _school_of(unit, mentor_id)
        policy.may_speak_for_mentor(await as_kept(unit, who), mentor_id=mentor_id, school_urn=school_urn)
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
        policy.may_log_training(who, await _school_of(unit, mentor_id))
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


async def _school_of(unit: Unit, mentor_id: UUID) -> str:
    mentor = await recorded(unit, mentor_id)
    if not isinstance(mentor.profile, MentorProfile):
        raise NotFound("There is no such mentor.")
    return mentor.profile.school_urn
