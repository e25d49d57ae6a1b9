"""Use cases of sessions: authorise by relation, load, decide."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.domain.assessments import ASSESSMENT, Submit
from services.sessions.domain.meetings import MEETING, AgendaBy, Hold, Miss, MissedReason, meeting_on
from services.sessions.domain.notes import NOTE, Write
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from services.sessions.domain.targets import TARGET, Review, Reviewed, SetTarget
from services.sessions.domain.trainees import TRAINEE, Admit
from shared.events.words import AssessmentKind, Judgement, Side, Standard
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


@dataclass(frozen=True, slots=True)
class Wanted:
    """A target that somebody wants to set."""

    text: str
    measure: str | None
    due_on: date


def record_held(
    who: Principal,
    relationship_id: UUID,
    *,
    on: date,
    minutes: int,
    agenda_by: AgendaBy,
    discussed: str | None,
    reflection: str | None,
    targets: Sequence[Wanted],
) -> UseCase[JsonAnswer]:
    """Record a meeting that was held, with the targets that were set in it."""

    async def use_case(unit: Unit) -> JsonAnswer:
        meeting_id = meeting_on(relationship_id, on)
        await unit.read((RELATIONSHIP, relationship_id), (MEETING, meeting_id))
        relationship, by = await _open_to(who, unit, relationship_id)
        await unit.decide(
            MEETING,
            meeting_id,
            Hold(
                relationship=relationship,
                meeting_id=meeting_id,
                by=by,
                on=on,
                minutes=minutes,
                agenda_by=agenda_by,
                discussed=discussed,
                reflection=reflection,
                targets=len(targets),
            ),
        )
        target_ids = []
        for nth, wanted in enumerate(targets):
            with _pointing_into(f"/targets/{nth}"):
                target_ids.append(await _set(unit, relationship, by, on, wanted))
        return {"meeting_id": str(meeting_id), "target_ids": [str(target_id) for target_id in target_ids]}

    return use_case


def record_missed(who: Principal, relationship_id: UUID, *, on: date, reason: MissedReason) -> UseCase[JsonAnswer]:
    """Record a meeting that was missed."""

    async def use_case(unit: Unit) -> JsonAnswer:
        meeting_id = meeting_on(relationship_id, on)
        await unit.read((RELATIONSHIP, relationship_id), (MEETING, meeting_id))
        relationship, by = await _open_to(who, unit, relationship_id)
        await unit.decide(
            MEETING, meeting_id, Miss(relationship=relationship, meeting_id=meeting_id, by=by, on=on, reason=reason)
        )
        return {"meeting_id": str(meeting_id), "target_ids": []}

    return use_case


def set_target(who: Principal, relationship_id: UUID, *, on: date, wanted: Wanted) -> UseCase[JsonAnswer]:
    """Set a target outside a meeting."""

    async def use_case(unit: Unit) -> JsonAnswer:
        relationship, by = await _open_to(who, unit, relationship_id)
        return {"target_id": str(await _set(unit, relationship, by, on, wanted)), "status": "open"}

    return use_case


def review_target(
    who: Principal, target_id: UUID, *, on: date, status: Reviewed, note: str | None
) -> UseCase[JsonAnswer]:
    """Look at a target again."""

    async def use_case(unit: Unit) -> JsonAnswer:
        (target,) = await unit.load(TARGET, target_id)
        if target is None:
            raise NotFound("There is no such target.")
        try:
            _, by = await _open_to(who, unit, target.relationship_id)
        except NotFound:
            raise NotFound("There is no such target.") from None
        await unit.decide(TARGET, target_id, Review(target_id=target_id, by=by, on=on, status=status, note=note))
        return {"target_id": str(target_id), "status": status}

    return use_case


def write_note(who: Principal, meeting_id: UUID, *, on: date, note: str) -> UseCase[JsonAnswer]:
    """Write the mentor's private note about a meeting, or write it anew."""

    async def use_case(unit: Unit) -> JsonAnswer:
        (meeting,) = await unit.load(MEETING, meeting_id)
        if meeting is None:
            raise NotFound("There is no such note.")
        (relationship,) = await unit.load(RELATIONSHIP, meeting.relationship_id)
        assert relationship is not None
        author_id = policy.may_keep_a_note(who, relationship)
        await unit.decide(NOTE, meeting_id, Write(meeting_id=meeting_id, author_id=author_id, note=note, on=on))
        return {"meeting_id": str(meeting_id)}

    return use_case


def submit_assessment(
    who: Principal,
    *,
    relationship_id: UUID,
    kind: AssessmentKind,
    judgements: Mapping[Standard, Judgement],
    comments: Mapping[Standard, str],
    on: date,
) -> UseCase[JsonAnswer]:
    """Submit an assessment by somebody who does not mentor the trainee.

    It is recorded in the trainee's stream too, whose version is compared at the append: a mentor who joined in between
    makes this decide anew.
    """

    async def use_case(unit: Unit) -> JsonAnswer:
        (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
        if relationship is None:
            raise NotFound("There is no such relationship.")
        trainee_id = relationship.trainee_id
        (trainee,) = await unit.load(TRAINEE, trainee_id)
        assessor_id = policy.may_assess(who, relationship, trainee)
        assessment_id = uuid4()
        await unit.decide(
            TRAINEE,
            trainee_id,
            Admit(trainee_id=trainee_id, assessor_id=assessor_id, assessment_id=assessment_id, on=on),
        )
        await unit.decide(
            ASSESSMENT,
            assessment_id,
            Submit(
                relationship=relationship,
                assessment_id=assessment_id,
                assessor_id=assessor_id,
                kind=kind,
                judgements=judgements,
                comments=comments,
                on=on,
            ),
        )
        return {"assessment_id": str(assessment_id)}

    return use_case


async def _open_to(who: Principal, unit: Unit, relationship_id: UUID) -> tuple[Relationship, Side]:
    (relationship,) = await unit.load(RELATIONSHIP, relationship_id)
    if relationship is None:
        raise NotFound("There is no such relationship.")
    return relationship, policy.may_record(who, relationship)


async def _set(unit: Unit, relationship: Relationship, by: Side, on: date, wanted: Wanted) -> UUID:
    target_id = uuid4()
    await unit.decide(
        TARGET,
        target_id,
        SetTarget(
            relationship=relationship,
            target_id=target_id,
            by=by,
            on=on,
            text=wanted.text,
            measure=wanted.measure,
            due_on=wanted.due_on,
        ),
    )
    return target_id


@contextmanager
def _pointing_into(prefix: str) -> Iterator[None]:
    """Let a refusal point to its field inside a larger body."""
    try:
        yield
    except Invalid as error:
        error.pointer = f"{prefix}{error.pointer or ''}"
        raise
