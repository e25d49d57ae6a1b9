"""Commands of relationships: open, pause, resume, end, move to another school, rehome after a merge."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.assignments import assigned_as, end_assignments
from services.sessions.commands.hosts import current_host, host_relationship
from services.sessions.commands.meeting_days import meeting_ids_on, meetings_on
from services.sessions.commands.merges import current_principal, kept_record
from services.sessions.commands.people import is_erased, remember_erasure
from services.sessions.commands.stored_events import find_events
from services.sessions.domain.days import DAY, day_id_on
from services.sessions.domain.ends import EndRelationship, NewEnding, ProposeEnd, WithdrawEnd
from services.sessions.domain.meetings import MEETING
from services.sessions.domain.pauses import Pause, PauseRelationship, ResumeRelationship
from services.sessions.domain.relationships import (
    RELATIONSHIP,
    Commands,
    EraseParticipant,
    MoveRelationship,
    OpenRelationship,
    RehomeRelationship,
    Relationship,
    RelationshipOpened,
    RelationshipRehomed,
)
from services.sessions.domain.series import SERIES, PauseSeries, ResumeSeries
from services.sessions.domain.terms import RelationshipTerms
from services.sessions.domain.trainees import TRAINEE, AddMentor, RehomeMentors
from shared.calendar import day_after
from shared.events.words import AssignedRole, EndingReason, Side
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


@dataclass(frozen=True, slots=True)
class Visible:
    """A relationship that somebody may know of, and who they are to it, under the id of their kept record."""

    relationship: Relationship
    who: Principal
    assigned: frozenset[AssignedRole]


async def load_to_see(who: Principal, unit: Unit, relationship_id: UUID) -> Visible:
    """Load a relationship for somebody who may know of it, and still act in it; raises `NotFound`.

    What is decided rests on it: nothing is appended if it has ended, paused or moved in the meantime.
    """
    await unit.read_and_compare((RELATIONSHIP, relationship_id))
    (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
    who = await current_principal(unit, who)
    assigned = await _assigned(unit, who, relationship)
    policy.may_see(who, relationship, assigned)
    assert relationship is not None  # nobody may see a relationship that does not exist
    must_still_act(unit, who, relationship)
    return Visible(relationship, who, assigned)


def must_still_act(
    unit: Unit, who: Principal, relationship: Relationship, missing: str = "There is no such relationship."
) -> None:
    """Raise `NotFound`, with `missing`, for a mentor whose days to read what the two wrote are over."""
    if not policy.may_still_act(who, relationship, unit.now.date()):
        raise NotFound(missing)


async def _assigned(unit: Unit, who: Principal, relationship: Relationship | None) -> frozenset[AssignedRole]:
    """What somebody is to the trainee of a relationship; not looked up where it changes nothing."""
    if relationship is None or not policy.needs_assignment(who, relationship):
        return policy.NOBODY
    return await assigned_as(unit, who, relationship.trainee_id)


class Recorded(Protocol):
    """Something that is recorded in a relationship."""

    @property
    def relationship_id(self) -> UUID: ...


async def load_to_record(
    who: Principal, unit: Unit, relationship_id: UUID, what: str = "record their meetings and targets"
) -> tuple[Relationship, Side]:
    """Load a relationship for somebody who records in it, with their side; `what` says in a refusal what the two do.

    Raises `NotFound` or `NotAllowed`.
    """
    seen = await load_to_see(who, unit, relationship_id)
    return seen.relationship, policy.may_record(seen.who, seen.relationship, seen.assigned, what=what)


async def load_to_change(who: Principal, unit: Unit, recorded: Recorded | None, what: str) -> tuple[Relationship, Side]:
    """Load the relationship of something recorded in it, with the side for which the person may change that.

    Raises `NotFound` where there is no such meeting or target (`what`), and where the person may not know of it.
    """
    try:
        if recorded is not None:
            return await load_to_record(who, unit, recorded.relationship_id)
    except NotFound:
        pass
    raise NotFound(f"There is no such {what}.")


async def open_relationship(unit: Unit, relationship_id: UUID, terms: RelationshipTerms, on: date) -> None:
    """Open a relationship between the kept records of the people in the terms, at the last successor of the school.

    Does nothing if one of them was erased, which matching may not know yet. The same append adds the mentor to the
    trainee's stream and the relationship to the school's stream.
    """
    current = {
        "trainee_id": await kept_record(unit, terms.trainee_id),
        "mentor_id": await kept_record(unit, terms.mentor_id),
        "school_urn": await current_host(unit, terms.school_urn),
    }
    terms = terms.model_copy(update=current)
    if await is_erased(unit, terms.trainee_id, terms.mentor_id):
        return
    await host_relationship(unit, terms.school_urn, relationship_id, on)
    opening = OpenRelationship(relationship_id=relationship_id, terms=terms, on=on)
    await unit.decide(RELATIONSHIP, relationship_id, opening)
    mentor = AddMentor(
        trainee_id=terms.trainee_id,
        mentor_id=terms.mentor_id,
        relationship_id=relationship_id,
        assessor_is_not_mentor=terms.assessor_is_not_mentor,
        on=on,
    )
    await unit.decide(TRAINEE, terms.trainee_id, mentor)


async def last_recorded_day(unit: Unit, relationship: Relationship, after: date) -> date | None:
    """Return the last day after `after` with a meeting or with a day at the school that counts; None without one.

    What this rests on is compared in the append, so that nothing is recorded there in the meantime.
    """
    after = max(after, day_after(relationship.starts_on, -1))
    days = [day_after(after, nth) for nth in range(1, (relationship.ends_on - after).days + 1)]
    meetings = await meeting_ids_on(unit, relationship.relationship_id, days)
    at_school = [day_id_on(relationship.trainee_id, day) for day in days]
    await unit.read_and_compare(*((MEETING, each) for each in meetings), *((DAY, each) for each in at_school))
    recorded = zip(days, await unit.load(MEETING, *meetings), await unit.load(DAY, *at_school), strict=True)
    return max((on for on, meeting, day in recorded if meeting or day.counts_in(relationship)), default=None)


class RelationshipState(Answer):
    """A relationship after a command: whether it is paused, its last day, and a last day that one of them proposes."""

    relationship_id: UUID
    paused_on: date | None
    ends_on: date
    proposed_end: date | None


def pause_relationship(who: Principal, relationship_id: UUID, pause: Pause) -> UseCase[RelationshipState]:
    """Pause a relationship: from this day on no meeting is due, and what is planned is cancelled."""

    async def use_case(unit: Unit) -> RelationshipState:
        pausing = _let(who, relationship_id, lambda by: PauseRelationship(by=by, on=pause.on))
        state = await pausing(unit)
        relationship, by = await load_to_record(who, unit, relationship_id)
        (series,) = await unit.load(SERIES, relationship_id)
        days = [each.planned_on for each in series.planned.values() if each.planned_on >= pause.on]
        held = frozenset(meeting.met_on for meeting in await meetings_on(unit, {relationship_id: days}))
        cancelling = PauseSeries(relationship=relationship, by=by, on=pause.on, held=held)
        await unit.decide(SERIES, relationship_id, cancelling)
        return state

    return use_case


def resume_relationship(who: Principal, relationship_id: UUID, resumption: Pause) -> UseCase[RelationshipState]:
    """Resume a relationship: from this day on meetings are due again, and its series is planned anew."""

    async def use_case(unit: Unit) -> RelationshipState:
        (before,) = await unit.load(RELATIONSHIP, relationship_id)
        resuming = _let(who, relationship_id, lambda by: ResumeRelationship(by=by, on=resumption.on))
        state = await resuming(unit)
        relationship, by = await load_to_record(who, unit, relationship_id)
        if before is not None and before.paused_on is not None:
            anew = ResumeSeries(relationship=relationship, by=by, on=resumption.on)
            await unit.decide(SERIES, relationship_id, anew)
        return state

    return use_case


def propose_end(who: Principal, relationship_id: UUID, ending: NewEnding) -> UseCase[RelationshipState]:
    """Propose an early last day, or agree to the one that the other proposed."""

    async def use_case(unit: Unit) -> RelationshipState:
        relationship = (await load_to_see(who, unit, relationship_id)).relationship
        recorded_on = await last_recorded_day(unit, relationship, ending.last_day)
        proposing = _let(
            who,
            relationship_id,
            lambda by: ProposeEnd(by=by, on=ending.on, last_day=ending.last_day, recorded_on=recorded_on),
        )
        return await proposing(unit)

    return use_case


def withdraw_end(who: Principal, relationship_id: UUID, step: Pause) -> UseCase[RelationshipState]:
    """Take back a proposed last day, or refuse the one that the other proposed."""
    return _let(who, relationship_id, lambda by: WithdrawEnd(by=by, on=step.on))


def _let(who: Principal, relationship_id: UUID, command_of: Callable[[Side], Commands]) -> UseCase[RelationshipState]:
    """Let one of the two change their relationship; `command_of` makes the command of a side."""

    async def use_case(unit: Unit) -> RelationshipState:
        _, by = await load_to_record(who, unit, relationship_id, "pause or end their relationship")
        await unit.decide(RELATIONSHIP, relationship_id, command_of(by))
        (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
        assert relationship is not None
        return RelationshipState(
            relationship_id=relationship_id,
            paused_on=relationship.paused_on,
            ends_on=relationship.ends_on,
            proposed_end=relationship.proposed_end and relationship.proposed_end[1],
        )

    return use_case


async def end_relationship(unit: Unit, relationship_id: UUID, reason: EndingReason, on: date) -> None:
    """End a relationship; `on` is its last day. Does nothing where the relationship was never opened."""
    await unit.decide(RELATIONSHIP, relationship_id, EndRelationship(reason=reason, on=on))


async def move_relationships(unit: Unit, relationship_ids: Iterable[UUID], to: str, on: date) -> None:
    """Move relationships to the school with this URN."""
    for relationship_id in relationship_ids:
        await unit.decide(RELATIONSHIP, relationship_id, MoveRelationship(school_urn=to, on=on))
        await host_relationship(unit, to, relationship_id, on)


async def rehome_relationships(unit: Unit, person_id: UUID, on: date) -> None:
    """Let every relationship of a person continue between the kept records of its two people."""
    for relationship_id in await relationships_naming(unit, person_id):
        (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
        if relationship is not None:
            await _rehome(unit, relationship, on)


async def forget_person(unit: Unit, person_id: UUID, on: date) -> None:
    """End the relationships and assignments of a person who was erased, and close them to everything new.

    Does nothing for what another record of the person goes on with: only the relationships that name this one end.
    """
    await remember_erasure(unit, person_id, on)
    await end_assignments(unit, person_id, on)
    for relationship_id in await relationships_naming(unit, person_id):
        (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
        if relationship is not None and person_id in (relationship.trainee_id, relationship.mentor_id):
            await unit.decide(RELATIONSHIP, relationship_id, EraseParticipant(person_id=person_id, on=on))


async def _rehome(unit: Unit, relationship: Relationship, on: date) -> None:
    trainee_id = await kept_record(unit, relationship.trainee_id)
    mentor_id = await kept_record(unit, relationship.mentor_id)
    rehoming = RehomeRelationship(trainee_id=trainee_id, mentor_id=mentor_id, on=on)
    await unit.decide(RELATIONSHIP, relationship.relationship_id, rehoming)
    (trainee,) = await unit.load(TRAINEE, relationship.trainee_id)
    # whoever is barred from assessing the trainee under one id is barred under the other
    barred = trainee.barred | ({mentor_id} if relationship.mentor_id in trainee.barred else set())
    mentors = RehomeMentors(
        trainee_id=trainee_id,
        relationships=trainee.relationships,
        barred=barred,
        assessments=trainee.assessments,
        on=on,
    )
    await unit.decide(TRAINEE, trainee_id, mentors)


async def relationships_naming(unit: Unit, person_id: UUID) -> list[UUID]:
    """Return the relationships that ever named a person."""
    own = [person_id]
    named = await find_events(
        unit, RELATIONSHIP, RelationshipOpened, RelationshipRehomed, trainee_id=own, mentor_id=own
    )
    return list(dict.fromkeys(event.relationship_id for event in named))
