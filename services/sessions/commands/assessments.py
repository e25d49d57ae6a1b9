"""Commands of assessments: write, share, comment, sign, submit, acknowledge, return, correct."""

from collections.abc import Awaitable
from datetime import date
from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.commands.assessment_rules import (
    AssessmentViewer,
    load_assessment,
    load_own_assessment,
    may_assess,
    must_be_its_assessor,
    view_assessments,
)
from services.sessions.commands.assignments import is_assigned
from services.sessions.commands.journal import use_as_evidence
from services.sessions.commands.merges import kept_record
from services.sessions.commands.observations import use_observations
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.unexpected import load_unexpected
from services.sessions.domain.assessment_rules import AssessmentRules, expected_number, must_assess
from services.sessions.domain.assessment_versions import (
    MISSING,
    NO_TEXT,
    Assessment,
    AssessmentReturn,
    AssessmentSharing,
    AssessmentSignature,
    AssessmentText,
    Correction,
    NewAssessment,
    State,
    Takeover,
    TraineesComment,
)
from services.sessions.domain.assessments import (
    ASSESSMENT,
    AcknowledgeAssessment,
    CommentOnAssessment,
    ReturnAssessment,
    ShareAssessment,
    SignAssessment,
    SubmitAssessment,
    TakeOverAssessment,
    WriteAssessment,
)
from services.sessions.domain.programmes import Programme
from services.sessions.domain.trainees import TRAINEE, AdmitAssessor
from shared.events.words import AssessmentKind
from shared.kernel.answers import Answer
from shared.kernel.decider import DomainError, NotAllowed, NotFound
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase
from shared.wording import counted_noun


class AssessmentState(Answer):
    """An assessment after a command: its last version, its state, and the role that signs next, by its title."""

    assessment_id: UUID
    version: int
    state: State
    next_to_sign: str | None


class AssessedBefore(DomainError):
    """As many assessments of the kind as the programme expects are submitted in the relationship (`existing`)."""


def begin_assessment(who: Principal, new: NewAssessment, *, again: bool = False) -> UseCase[AssessmentState]:
    """Begin an assessment of a trainee by somebody who is assigned, and does not mentor them.

    Unless it is meant `again`, it is refused where as many of its kind are submitted as the programme expects: a slip
    is corrected where it is. The trainee's stream records the assessor too. The append compares that
    stream's version, so the command is decided again if the assessor became a mentor of the trainee in the meantime.
    """

    async def use_case(unit: Unit) -> AssessmentState:
        seen = await view_assessments(unit, who, new.relationship_id, new.kind)
        programme = await load_programme(unit, seen.relationship.programme_id)
        must_assess(programme, new.kind)
        assessment_id, trainee_id = uuid4(), seen.relationship.trainee_id
        assessor_id = await may_assess(unit, seen)
        if not again:
            await _must_be_expected(unit, seen, programme, new.kind)
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


async def _must_be_expected(unit: Unit, seen: AssessmentViewer, programme: Programme, kind: AssessmentKind) -> None:
    """Raise `AssessedBefore` where as many assessments of a kind are submitted as the programme expects."""
    relationship = seen.relationship
    expected = expected_number(programme, kind, relationship.starts_on, relationship.ends_on)
    if expected is None:
        return
    (trainee,) = await unit.load(TRAINEE, relationship.trainee_id)
    submitted = [
        each
        for each in await unit.load(ASSESSMENT, *sorted(trainee.assessments))
        if each is not None
        and (each.relationship_id, each.kind) == (relationship.relationship_id, kind)
        and each.submissions
    ]
    if len(submitted) >= expected:
        last = max(submitted, key=lambda each: each.last_on)
        raise AssessedBefore(
            f"Your programme asks for {counted_noun(expected, 'assessment')} of this kind here, and that is submitted. "
            "To change what it says, correct it. If you mean another one, send it with again=true in the address.",
            existing={"assessment_id": str(last.assessment_id)},
        )


def write_assessment(who: Principal, assessment_id: UUID, text: AssessmentText) -> UseCase[AssessmentState]:
    """Write an assessment anew: what was shared is a draft again, and what was returned gets another version."""

    async def use_case(unit: Unit) -> AssessmentState:
        assessment, seen, _ = await load_assessment(unit, who, assessment_id)
        await must_be_its_assessor(unit, seen, assessment)
        return await _write(unit, seen, assessment_id, assessment.kind, text)

    return use_case


def correct_assessment(who: Principal, assessment_id: UUID, correction: Correction) -> UseCase[AssessmentState]:
    """Begin a corrected version of an assessment that was submitted."""

    async def use_case(unit: Unit) -> AssessmentState:
        assessment, seen, _ = await load_assessment(unit, who, assessment_id)
        await must_be_its_assessor(unit, seen, assessment)
        return await _write(unit, seen, assessment_id, assessment.kind, correction, correction.reason)

    return use_case


def take_over_assessment(who: Principal, assessment_id: UUID, takeover: Takeover) -> UseCase[AssessmentState]:
    """Go on with an assessment whose assessor is not assigned any more; the version before stays with its author.

    The new version keeps levels, comments and answers, and of the evidence what the new assessor may read.
    """

    async def use_case(unit: Unit) -> AssessmentState:
        assessment, viewer, assessor_id = await _load_to_take_over(unit, who, assessment_id)
        about = (assessment_id, viewer.relationship.trainee_id, takeover.on)
        evidence = [
            each
            for each in assessment.evidence
            if await _is_usable(unit, use_as_evidence(unit, viewer.who, [each], *about))
        ]
        observations = [
            each
            for each in assessment.observations
            if await _is_usable(unit, use_observations(unit, viewer.who, [each], *about))
        ]
        opened = await open_texts(unit.reads, unit.tenant, [assessment.text])
        taking = TakeOverAssessment(
            relationship=viewer.relationship,
            assessor_id=assessor_id,
            excepted=await _mentors(unit, viewer, assessor_id),
            assessor_goes_on=await _goes_on(unit, viewer, assessment.assessor_id),
            text=opened.get(assessment.text or "", assessment.text or NO_TEXT),
            evidence=tuple(evidence),
            observations=tuple(observations),
            takeover=takeover,
        )
        if await unit.decide(ASSESSMENT, assessment_id, taking):
            admission = AdmitAssessor(
                trainee_id=viewer.relationship.trainee_id,
                assessor_id=assessor_id,
                assessment_id=assessment_id,
                excepted=taking.excepted,
                on=takeover.on,
            )
            await unit.decide(TRAINEE, viewer.relationship.trainee_id, admission)
        return await _state(unit, assessment_id, viewer.rules)

    return use_case


async def _goes_on(unit: Unit, viewer: AssessmentViewer, assessor_id: UUID) -> bool:
    """Whether the assessor of an assessment is assigned today, or mentors the trainee where mentors assess."""
    if await is_assigned(unit, assessor_id, viewer.relationship.trainee_id):
        return True
    mentor_id = await kept_record(unit, viewer.relationship.mentor_id)
    mentors = await kept_record(unit, assessor_id) == mentor_id and not viewer.relationship.ended
    return viewer.rules.mentor_writes and mentors


async def _is_usable(unit: Unit, using: Awaitable[None]) -> bool:
    """Whether an assessment may rest on something; nothing of `using` is kept."""
    before = unit.savepoint()
    try:
        await using
    except DomainError:
        return False
    finally:
        unit.undo(before)
    return True


def share_assessment(who: Principal, assessment_id: UUID, sharing: AssessmentSharing) -> UseCase[AssessmentState]:
    """Share a draft with the trainee and those who sign it.

    Where the programme asks for it, the assessor gives a reason for each judgement that was never raised before.
    """

    async def use_case(unit: Unit) -> AssessmentState:
        assessment, viewer = await load_own_assessment(unit, who, assessment_id)
        unexpected, _ = await load_unexpected(unit, viewer, assessment, sharing.on)
        command = ShareAssessment(
            rules=viewer.rules,
            on=sharing.on,
            unexpected=unexpected if viewer.rules.plan.nothing_unexpected else (),
            reasons=sharing.reasons,
        )
        await unit.decide(ASSESSMENT, assessment_id, command)
        return await _state(unit, assessment_id, viewer.rules)

    return use_case


def submit_assessment(who: Principal, assessment_id: UUID, on: date) -> UseCase[AssessmentState]:
    """Submit an assessment that all have signed."""

    async def use_case(unit: Unit) -> AssessmentState:
        _, viewer = await load_own_assessment(unit, who, assessment_id)
        await unit.decide(ASSESSMENT, assessment_id, SubmitAssessment(rules=viewer.rules, on=on))
        return await _state(unit, assessment_id, viewer.rules)

    return use_case


def comment_on_assessment(who: Principal, assessment_id: UUID, comment: TraineesComment) -> UseCase[AssessmentState]:
    """Comment on an assessment as its trainee."""

    async def use_case(unit: Unit) -> AssessmentState:
        _, seen, _ = await load_assessment(unit, who, assessment_id)
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
        assessment, seen, writes = await load_assessment(unit, who, assessment_id)
        roles = seen.roles(writes=writes)
        if not roles or seen.person_id is None:
            raise NotAllowed("In this programme you do not sign this assessment.")
        if writes:
            await may_assess(unit, seen)
        signing = SignAssessment(
            rules=seen.rules, roles=roles, person_id=seen.person_id, version=signature.version, on=signature.on
        )
        signed = await unit.decide(ASSESSMENT, assessment_id, signing)
        if writes and signed:
            owner = seen.relationship.trainee_id
            await use_as_evidence(unit, seen.who, assessment.evidence, assessment_id, owner, signature.on)
            await use_observations(unit, seen.who, assessment.observations, assessment_id, owner, signature.on)
        return await _state(unit, assessment_id, seen.rules)

    return use_case


def acknowledge_assessment(who: Principal, assessment_id: UUID, on: date) -> UseCase[AssessmentState]:
    """Acknowledge an assessment as somebody to whom the programme sends it."""

    async def use_case(unit: Unit) -> AssessmentState:
        _, seen, _ = await load_assessment(unit, who, assessment_id)
        if seen.person_id is None or not seen.receives():
            raise NotAllowed("Only those to whom the programme sends this assessment acknowledge it.")
        await unit.decide(ASSESSMENT, assessment_id, AcknowledgeAssessment(person_id=seen.person_id, on=on))
        return await _state(unit, assessment_id, seen.rules)

    return use_case


def return_assessment(who: Principal, assessment_id: UUID, new: AssessmentReturn) -> UseCase[AssessmentState]:
    """Send an assessment back to its assessor, as whoever signs next, or as somebody to whom it was sent."""

    async def use_case(unit: Unit) -> AssessmentState:
        _, seen, writes = await load_assessment(unit, who, assessment_id)
        roles, receives = seen.roles(writes=writes), seen.receives()
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


async def _write(
    unit: Unit,
    seen: AssessmentViewer,
    assessment_id: UUID,
    kind: AssessmentKind,
    text: AssessmentText,
    reason: str | None = None,
) -> AssessmentState:
    assessor_id = await may_assess(unit, seen)
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
    about = (assessment_id, seen.relationship.trainee_id, text.on)
    await use_as_evidence(unit, seen.who, text.evidence, *about)
    await use_observations(unit, seen.who, text.observations, *about)
    unit.undo(before)  # it is used once the assessor signs; until then it only has to be readable
    return await _state(unit, assessment_id, seen.rules)


async def _load_to_take_over(
    unit: Unit, who: Principal, assessment_id: UUID
) -> tuple[Assessment, AssessmentViewer, UUID]:
    """Load an assessment for somebody who may assess its trainee, a draft of somebody else too; return their id.

    Raises `NotFound` for whoever may not read it either: they do not learn that somebody writes one.
    """
    (assessment,) = await unit.load(ASSESSMENT, assessment_id)
    try:
        if assessment is not None:
            viewer = await view_assessments(unit, who, assessment.relationship_id, assessment.kind)
            return assessment, viewer, await may_assess(unit, viewer)
    except NotFound:
        pass
    except DomainError:
        await load_assessment(unit, who, assessment_id)
        raise
    raise NotFound(MISSING)


async def _mentors(unit: Unit, seen: AssessmentViewer, assessor_id: UUID) -> bool:
    """Whether an assessor mentors the trainee: they assess by an exception, or by a rule of the programme."""
    (trainee,) = await unit.load(TRAINEE, seen.relationship.trainee_id)
    return assessor_id in trainee.barred


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
