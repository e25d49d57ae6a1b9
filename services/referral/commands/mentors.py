"""Use cases of mentors: what they can be asked for, their relations, their training, their schools."""

from collections.abc import Collection
from datetime import date
from uuid import UUID, uuid4

from services.referral import policy
from services.referral.commands.merged_records import existing_record, kept_record, with_kept_id
from services.referral.domain.mentors import (
    MENTORING,
    Allowance,
    CorrectedTraining,
    CorrectTraining,
    Declare,
    EndRelation,
    LogTraining,
    NewTerms,
    NewTraining,
    Relate,
    RelationTo,
    RemoveTraining,
    Terms,
    Training,
    TrainingDetails,
)
from services.referral.domain.people import PERSON, RecordPerson
from services.referral.domain.profiles import MentorProfile, MentorSchools, SchoolPeriod
from services.referral.domain.schools import SCHOOL
from services.referral.imports.recording.identities import load_people
from services.referral.imports.recording.schools import why_not_open
from shared.events.words import RelationKind, TrainingKind
from shared.kernel.answers import Answer
from shared.kernel.decider import DomainError, Invalid, NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase
from shared.rulebook import rule

CLAIMABLE: dict[TrainingKind, str] = {
    "initial": "claimable_initial_training",
    "refresher": "claimable_refresher_training",
}
"""The rule of the rulebook that says how much training of a kind can be claimed."""


class MentorId(Answer):
    """The mentor whose record was changed."""

    person_id: UUID


class MentorRelations(MentorId):
    """A mentor, and how many relations they now have."""

    relations: int


class MentorSchoolsAnswer(MentorId):
    """The schools that a mentor is now at, each with its dates, and the main one."""

    school_urn: str
    periods: tuple[SchoolPeriod, ...]


def declare(who: Principal, mentor_id: UUID, declared: NewTerms) -> UseCase[MentorId]:
    """Declare what a mentor can be asked for, all of it: by the mentor, the school's lead or the partnership's."""
    fields = declared.model_dump(exclude={"on"})
    sorted_ = {name: tuple(sorted(set(fields[name]))) for name in ("role_kinds", "facets")}
    terms = Terms.model_validate(fields | sorted_)

    async def use_case(unit: Unit) -> MentorId:
        kept_id = await _may_speak_for(unit, who, mentor_id)
        command = Declare(person_id=kept_id, by=who.subject, on=declared.on, terms=terms)
        await unit.decide(MENTORING, kept_id, command)
        return MentorId(person_id=kept_id)

    return use_case


def add_relation(who: Principal, mentor_id: UUID, relation: RelationTo) -> UseCase[MentorRelations]:
    """Add a relation of a mentor to somebody: by the mentor or a lead."""

    async def use_case(unit: Unit) -> MentorRelations:
        kept_id = await _may_speak_for(unit, who, mentor_id)
        other_id, other = await kept_record(unit, relation.other_id)
        if other.status != "recorded":
            raise Invalid("There is no such person.", pointer="/other_id")
        related = relation.model_dump() | {"other_id": await _as_related(unit, kept_id, relation.kind, other_id)}
        await unit.decide(MENTORING, kept_id, Relate(person_id=kept_id, by=who.subject, **related))
        return await _relations_of(unit, kept_id)

    return use_case


def end_relation(who: Principal, mentor_id: UUID, relation: RelationTo) -> UseCase[MentorRelations]:
    """End a relation of a mentor to somebody: by the mentor or a lead."""

    async def use_case(unit: Unit) -> MentorRelations:
        kept_id = await _may_speak_for(unit, who, mentor_id)
        related = relation.model_dump() | {
            "other_id": await _as_related(unit, kept_id, relation.kind, relation.other_id)
        }
        await unit.decide(MENTORING, kept_id, EndRelation(person_id=kept_id, by=who.subject, **related))
        return await _relations_of(unit, kept_id)

    return use_case


async def _as_related(unit: Unit, mentor_id: UUID, kind: RelationKind, other_id: UUID) -> UUID:
    """Return the id under which a relation to a person is on record; that of their kept record where none is."""
    (mentoring,) = await unit.load(MENTORING, mentor_id)
    kept_id, _ = await kept_record(unit, other_id)
    for relation in mentoring.relations:
        if relation.kind == kind and (await kept_record(unit, relation.other_id))[0] == kept_id:
            return relation.other_id
    return kept_id


async def _relations_of(unit: Unit, mentor_id: UUID) -> MentorRelations:
    (mentoring,) = await unit.load(MENTORING, mentor_id)
    return MentorRelations(person_id=mentor_id, relations=len(mentoring.relations))


def log_training(who: Principal, mentor_id: UUID, training: NewTraining) -> UseCase[Training]:
    """Log training that a mentor had, and how much of it can be claimed by the rule of that day: by leads."""

    async def use_case(unit: Unit) -> Training:
        kept_id, mentor = await _mentor(unit, who, mentor_id)
        schools = mentor.schools_after(unit.now.date())
        policy.may_log_training(await with_kept_id(unit, who), mentor_id=kept_id, schools=schools)
        training_id = uuid4()
        await _log_training(unit, kept_id, training_id, training, on=training.on, by=who.subject)
        (mentoring,) = await unit.load(MENTORING, kept_id)
        return next(logged for logged in mentoring.trainings if logged.training_id == training_id)

    return use_case


def correct_training(
    who: Principal, mentor_id: UUID, training_id: UUID, corrected: CorrectedTraining
) -> UseCase[Training]:
    """Correct an entry of training; entries after it are judged anew: by leads."""

    async def use_case(unit: Unit) -> Training:
        kept_id = await _may_change_training(unit, who, mentor_id)
        details = TrainingDetails(provider=corrected.provider, hours=corrected.hours)
        await _correct(unit, who, kept_id, training_id, details, corrected.on, corrected.corrected_on)
        await _judge_anew(unit, who, kept_id, corrected.corrected_on)
        (mentoring,) = await unit.load(MENTORING, kept_id)
        return next(logged for logged in mentoring.trainings if logged.training_id == training_id)

    return use_case


def remove_training(who: Principal, mentor_id: UUID, training_id: UUID, on: date) -> UseCase[MentorId]:
    """Remove an entry of training that was a mistake; entries after it are judged anew: by leads."""

    async def use_case(unit: Unit) -> MentorId:
        kept_id = await _may_change_training(unit, who, mentor_id)
        command = RemoveTraining(person_id=kept_id, training_id=training_id, by=who.subject, on=on)
        await unit.decide(MENTORING, kept_id, command)
        await _judge_anew(unit, who, kept_id, on)
        return MentorId(person_id=kept_id)

    return use_case


async def _may_change_training(unit: Unit, who: Principal, mentor_id: UUID) -> UUID:
    kept_id, mentor = await _mentor(unit, who, mentor_id)
    schools = mentor.schools_after(unit.now.date())
    policy.may_log_training(await with_kept_id(unit, who), mentor_id=kept_id, schools=schools)
    return kept_id


async def _judge_anew(unit: Unit, who: Principal, mentor_id: UUID, on: date) -> None:
    """Judge every entry again: what could be claimed of one depends on those before it."""
    (mentoring,) = await unit.load(MENTORING, mentor_id)
    for entry in mentoring.trainings:
        details = TrainingDetails(provider=entry.provider, hours=entry.hours)
        await _correct(unit, who, mentor_id, entry.training_id, details, entry.on, on)


async def _correct(
    unit: Unit, who: Principal, mentor_id: UUID, training_id: UUID, details: TrainingDetails, day: date, on: date
) -> None:
    about = {"person_id": mentor_id, "training_id": training_id, "by": who.subject, "on": day, "corrected_on": on}
    command = CorrectTraining(allowances=_allowances(day), provider=details.provider, hours=details.hours, **about)
    await unit.decide(MENTORING, mentor_id, command)


def _allowances(day: date) -> dict[TrainingKind, Allowance]:
    """Return the allowances in force on a day, by kind of training."""
    rules = {kind: rule(rule_id, day) for kind, rule_id in CLAIMABLE.items()}
    return {kind: Allowance(hours=one.quantity, edition=one.edition) for kind, one in rules.items() if one}


async def _log_training(
    unit: Unit, mentor_id: UUID, training_id: UUID, training: TrainingDetails, *, on: date, by: str
) -> None:
    """Log training by the rules of its day."""
    about = {"person_id": mentor_id, "training_id": training_id, "by": by, "on": on}
    command = LogTraining(allowances=_allowances(on), provider=training.provider, hours=training.hours, **about)
    await unit.decide(MENTORING, mentor_id, command)


async def take_over_mentoring(unit: Unit, who: Principal, merged_id: UUID, kept_id: UUID, on: date) -> None:
    """Add the relations and training of a merged record to the kept one; training by the rule of its own day."""
    merged, kept = await unit.load(MENTORING, merged_id, kept_id)
    known = {(relation.other_id, relation.kind) for relation in kept.relations}
    for relation in merged.relations:
        if relation.other_id != kept_id and (relation.other_id, relation.kind) not in known:
            command = Relate(person_id=kept_id, other_id=relation.other_id, kind=relation.kind, by=who.subject, on=on)
            await unit.decide(MENTORING, kept_id, command)
    for logged in merged.trainings:
        training = TrainingDetails(provider=logged.provider, hours=logged.hours)
        await _log_training(unit, kept_id, logged.training_id, training, on=logged.on, by=who.subject)


def set_schools(who: Principal, mentor_id: UUID, schools: MentorSchools) -> UseCase[MentorSchoolsAnswer]:
    """Set all schools that a mentor is at: by the partnership's lead, or by a school's lead if only that school
    changes.
    """
    schools.check_order()
    periods = tuple(SchoolPeriod(**dict(period)) for period in schools.periods)

    async def use_case(unit: Unit) -> MentorSchoolsAnswer:
        kept_id, before = await _mentor(unit, who, mentor_id)
        changed = {period.school_urn for period in {*before.all_periods} ^ {*periods}}
        asking, now_at = await with_kept_id(unit, who), before.schools_after(unit.now.date())
        policy.may_place_mentor(asking, mentor_id=kept_id, schools=now_at, changed=changed)
        await _must_be_open(unit, schools, changed)
        after = before.at_schools(periods)
        identity = (await load_people(unit, [kept_id]))[kept_id][1]
        assert identity is not None
        command = RecordPerson(person_id=kept_id, identity=identity, on_record=identity, profile=after, on=schools.on)
        await unit.decide(PERSON, kept_id, command)
        return MentorSchoolsAnswer(person_id=kept_id, school_urn=after.school_urn, periods=after.all_periods)

    return use_case


async def _must_be_open(unit: Unit, schools: MentorSchools, changed: Collection[str]) -> None:
    """Raise `Invalid` for a changed school that is not recorded or has closed."""
    recorded = await unit.load(SCHOOL, *(period.school_urn for period in schools.periods))
    for nth, (period, school) in enumerate(zip(schools.periods, recorded, strict=True)):
        if period.school_urn in changed and not school.open:
            _, advice = why_not_open(school)
            raise Invalid(advice, pointer=f"/periods/{nth}/school_urn")


async def _may_speak_for(unit: Unit, who: Principal, mentor_id: UUID) -> UUID:
    """Check that somebody may speak for a mentor, and return the id of the record that is kept for the mentor."""
    kept_id, mentor = await _mentor(unit, who, mentor_id)
    schools = mentor.schools_after(unit.now.date())
    policy.may_speak_for_mentor(await with_kept_id(unit, who), mentor_id=kept_id, schools=schools)
    return kept_id


async def _mentor(unit: Unit, who: Principal, mentor_id: UUID) -> tuple[UUID, MentorProfile]:
    """Load the record that is kept for a mentor, with its id; that it was erased is not said to outsiders."""
    try:
        kept_id, mentor = await existing_record(unit, mentor_id)
    except DomainError:
        policy.may_know_what_became_of(who, mentor_id)
        raise
    if not isinstance(mentor.profile, MentorProfile):
        raise NotFound("There is no such mentor.")
    return kept_id, mentor.profile
