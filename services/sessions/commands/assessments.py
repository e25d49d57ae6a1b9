"""Commands of assessments: write, share, comment, sign, submit, acknowledge, return, correct."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.commands.assignments import assigned_as, lets_mentor_assess
from services.sessions.commands.journal import use_as_evidence
from services.sessions.commands.merges import kept_record
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_see
from services.sessions.domain.assessment_rules import AssessmentRules, must_assess, rules_of
from services.sessions.domain.assessments import (
    ASSESSMENT,
    MISSING,
    AcknowledgeAssessment,
    Assessment,
    AssessmentReturn,
    AssessmentSignature,
    AssessmentText,
    Commands,
    CommentOnAssessment,
    Correction,
    NewAssessment,
    ReturnAssessment,
    ShareAssessment,
    SignAssessment,
    State,
    SubmitAssessment,
    TraineesComment,
    WriteAssessment,
)
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.trainees import TRAINEE, AdmitAssessor
from shared.events.words import AssessmentKind
from shared.kernel.answers import Answer
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class AssessmentState(Answer):
    """An assessment after a command: its last version, its state, and the role that signs next, by its title."""

    assessment_id: UUID
    version: int
    state: State
    next_to_sign: str | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """Somebody who knows of a trainee's assessments in a relationship, and what they are to the trainee."""

    who: Principal
    person_id: UUID | None
    relationship: Relationship
    rules: AssessmentRules
    assigned: policy.Assigned

    def roles(self, *, writes: bool) -> frozenset[str]:
        """The roles for which the person signs."""
        return policy.roles_to_sign(self.who, self.relationship, self.rules, self.assigned.roles, writes=writes)


def begin_assessment(who: Principal, new: NewAssessment) -> UseCase[AssessmentState]:
    """Begin an assessment of a trainee by somebody who is assigned, and does not mentor them.

    The trainee's stream records the assessor too. The append compares that stream's version, so the command is decided
    again if the assessor became a mentor of the trainee in the meantime.
    """

    async def use_case(unit: Unit) -> AssessmentState:
        seen = await _see(unit, who, new.relationship_id, new.kind)
        must_assess(await load_programme(unit, seen.relationship.programme_id), new.kind)
        assessment_id, trainee_id = uuid4(), seen.relationship.trainee_id
        assessor_id = await _may_assess(unit, seen)
        admission = AdmitAssessor(
            trainee_id=trainee_id,
            assessor_id=assessor_id,
            assessment_id=assessment_id,
            excepted=await _mentors(unit, seen, assessor_id),
            on=new.on,
        )
        await unit.decide(TRAINEE, trainee_id, admission)
        return await _write(unit, seen, assessment_id, new.kind, new)

    return use_case


def write_assessment(who: Principal, assessment_id: UUID, text: AssessmentText) -> UseCase[AssessmentState]:
    """Write an assessment anew: what was shared is a draft again, and what was returned gets another version."""

    async def use_case(unit: Unit) -> AssessmentState:
        assessment, seen, _ = await _load(unit, who, assessment_id)
        await _must_be_its_assessor(unit, seen, assessment)
        return await _write(unit, seen, assessment_id, assessment.kind, text)

    return use_case


def correct_assessment(who: Principal, assessment_id: UUID, correction: Correction) -> UseCase[AssessmentState]:
    """Begin a corrected version of an assessment that was submitted."""

    async def use_case(unit: Unit) -> AssessmentState:
        assessment, seen, _ = await _load(unit, who, assessment_id)
        await _must_be_its_assessor(unit, seen, assessment)
        return await _write(unit, seen, assessment_id, assessment.kind, correction, correction.reason)

    return use_case


def share_assessment(who: Principal, assessment_id: UUID, on: date) -> UseCase[AssessmentState]:
    """Share a draft with the trainee and those who sign it."""
    return _as_assessor(who, assessment_id, lambda seen: ShareAssessment(rules=seen.rules, on=on))


def submit_assessment(who: Principal, assessment_id: UUID, on: date) -> UseCase[AssessmentState]:
    """Submit an assessment that all have signed."""
    return _as_assessor(who, assessment_id, lambda seen: SubmitAssessment(rules=seen.rules, on=on))


def comment_on_assessment(who: Principal, assessment_id: UUID, comment: TraineesComment) -> UseCase[AssessmentState]:
    """Comment on an assessment as its trainee."""

    async def use_case(unit: Unit) -> AssessmentState:
        _, seen, _ = await _load(unit, who, assessment_id)
        if policy.side_of(seen.who, seen.relationship) != "trainee":
            raise NotAllowed("Only the trainee comments on an assessment; whoever signs next can return it.")
        commenting = CommentOnAssessment(comment=comment.comment, on=comment.on)
        await unit.decide(ASSESSMENT, assessment_id, commenting)
        return await _state(unit, assessment_id, seen.rules)

    return use_case


def sign_assessment(who: Principal, assessment_id: UUID, signature: AssessmentSignature) -> UseCase[AssessmentState]:
    """Sign an assessment for the role of the programme that the person has.

    Once its assessor signs, what it rests on stays readable to them.
    """

    async def use_case(unit: Unit) -> AssessmentState:
        assessment, seen, writes = await _load(unit, who, assessment_id)
        roles = seen.roles(writes=writes)
        if not roles or seen.person_id is None:
            raise NotAllowed("In this programme you do not sign this assessment.")
        if writes:
            await _may_assess(unit, seen)
        signing = SignAssessment(
            rules=seen.rules, roles=roles, person_id=seen.person_id, version=signature.version, on=signature.on
        )
        signed = await unit.decide(ASSESSMENT, assessment_id, signing)
        if writes and signed:
            owner = seen.relationship.trainee_id
            await use_as_evidence(unit, seen.who, assessment.evidence, assessment_id, owner, signature.on)
        return await _state(unit, assessment_id, seen.rules)

    return use_case


def acknowledge_assessment(who: Principal, assessment_id: UUID, on: date) -> UseCase[AssessmentState]:
    """Acknowledge an assessment as somebody to whom the programme sends it."""

    async def use_case(unit: Unit) -> AssessmentState:
        _, seen, _ = await _load(unit, who, assessment_id)
        if seen.person_id is None or not _receives(seen):
            raise NotAllowed("Only those to whom the programme sends this assessment acknowledge it.")
        await unit.decide(ASSESSMENT, assessment_id, AcknowledgeAssessment(person_id=seen.person_id, on=on))
        return await _state(unit, assessment_id, seen.rules)

    return use_case


def return_assessment(who: Principal, assessment_id: UUID, new: AssessmentReturn) -> UseCase[AssessmentState]:
    """Send an assessment back to its assessor, as whoever signs next, or as somebody to whom it was sent."""

    async def use_case(unit: Unit) -> AssessmentState:
        _, seen, writes = await _load(unit, who, assessment_id)
        roles, receives = seen.roles(writes=writes), _receives(seen)
        if seen.person_id is None or not (roles or receives):
            raise NotAllowed("An assessment is returned by those who sign it, or to whom the programme sends it.")
        returning = ReturnAssessment(
            rules=seen.rules,
            roles=roles,
            receives=receives,
            person_id=seen.person_id,
            reason=new.reason,
            on=new.on,
        )
        await unit.decide(ASSESSMENT, assessment_id, returning)
        return await _state(unit, assessment_id, seen.rules)

    return use_case


def _as_assessor(
    who: Principal, assessment_id: UUID, command_of: Callable[[_Seen], Commands]
) -> UseCase[AssessmentState]:
    async def use_case(unit: Unit) -> AssessmentState:
        assessment, seen, _ = await _load(unit, who, assessment_id)
        await _must_be_its_assessor(unit, seen, assessment)
        await _may_assess(unit, seen)
        await unit.decide(ASSESSMENT, assessment_id, command_of(seen))
        return await _state(unit, assessment_id, seen.rules)

    return use_case


async def _write(
    unit: Unit, seen: _Seen, assessment_id: UUID, kind: AssessmentKind, text: AssessmentText, reason: str | None = None
) -> AssessmentState:
    assessor_id = await _may_assess(unit, seen)
    writing = WriteAssessment(
        assessment_id=assessment_id,
        relationship=seen.relationship,
        rules=seen.rules,
        assessor_id=assessor_id,
        excepted=await _mentors(unit, seen, assessor_id),
        kind=kind,
        text=text,
        reason=reason,
    )
    await unit.decide(ASSESSMENT, assessment_id, writing)
    before = unit.savepoint()
    await use_as_evidence(unit, seen.who, text.evidence, assessment_id, seen.relationship.trainee_id, text.on)
    unit.undo(before)  # it is used once the assessor signs; until then it only has to be readable
    return await _state(unit, assessment_id, seen.rules)


async def _may_assess(unit: Unit, seen: _Seen) -> UUID:
    """Return the id of the assessor; raises what `policy.may_assess` raises, also if they become a mentor meanwhile."""
    await unit.read_and_compare((TRAINEE, seen.relationship.trainee_id))
    (trainee,) = await unit.load(TRAINEE, seen.relationship.trainee_id)
    return policy.may_assess(seen.who, seen.relationship, seen.rules, trainee, seen.assigned)


async def _mentors(unit: Unit, seen: _Seen, assessor_id: UUID) -> bool:
    """Whether an assessor mentors the trainee: they assess by an exception, or by a rule of the programme."""
    (trainee,) = await unit.load(TRAINEE, seen.relationship.trainee_id)
    return assessor_id in trainee.barred


async def _must_be_its_assessor(unit: Unit, seen: _Seen, assessment: Assessment) -> None:
    if await kept_record(unit, assessment.assessor_id) != seen.person_id:
        raise NotAllowed("Only the assessor who wrote this assessment changes it.")


def _receives(seen: _Seen) -> bool:
    return policy.receives_assessment(seen.who, seen.relationship, seen.rules, seen.assigned.roles)


async def _see(unit: Unit, who: Principal, relationship_id: UUID, kind: AssessmentKind) -> _Seen:
    visible = await load_to_see(who, unit, relationship_id)
    relationship = visible.relationship
    rules = rules_of(await load_programme(unit, relationship.programme_id), kind)
    assigned = policy.Assigned(
        await assigned_as(unit, who, relationship.trainee_id),
        excepted=await lets_mentor_assess(unit, who, relationship.trainee_id),
    )
    return _Seen(visible.who, policy.assessor(visible.who), relationship, rules, assigned)


async def _load(unit: Unit, who: Principal, assessment_id: UUID) -> tuple[Assessment, _Seen, bool]:
    """Load an assessment for somebody who may read it, and whether they wrote it; raises `NotFound`."""
    (assessment,) = await unit.load(ASSESSMENT, assessment_id)
    try:
        if assessment is not None:
            seen = await _see(unit, who, assessment.relationship_id, assessment.kind)
            writes = await kept_record(unit, assessment.assessor_id) == seen.person_id
            to = (seen.who, seen.relationship, seen.rules, seen.assigned.roles)
            if assessment.state in policy.readable_states(*to, writes=writes):
                return assessment, seen, writes
    except NotFound:
        pass
    raise NotFound(MISSING)


async def _state(unit: Unit, assessment_id: UUID, rules: AssessmentRules) -> AssessmentState:
    (assessment,) = await unit.load(ASSESSMENT, assessment_id)
    assert assessment is not None  # it was written
    signer = rules.next_signer(assessment.roles_signed)
    waits = assessment.state in ("shared", "commented", "signing") and signer is not None
    return AssessmentState(
        assessment_id=assessment_id,
        version=assessment.version,
        state=assessment.state,
        next_to_sign=signer.title if waits and signer else None,
    )
