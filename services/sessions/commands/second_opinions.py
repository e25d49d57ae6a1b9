"""Commands of second opinions: ask, take the request back, write."""

from uuid import UUID

from services.sessions import policy
from services.sessions.commands.assessment_rules import load_submission, took_part
from services.sessions.domain.second_opinions import (
    SECOND_OPINIONS,
    AskForOpinion,
    OpinionRequest,
    OpinionState,
    OpinionStep,
    SecondOpinion,
    WithdrawRequest,
    WriteOpinion,
)
from services.sessions.domain.trainees import TRAINEE
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class OpinionStatus(Answer):
    """The second opinion on a version of an assessment after a command."""

    assessment_id: UUID
    version: int
    state: OpinionState


def ask_for_opinion(who: Principal, assessment_id: UUID, request: OpinionRequest) -> UseCase[OpinionStatus]:
    """Ask for a second opinion, as the trainee or as somebody to whom the assessment was sent."""

    async def use_case(unit: Unit) -> OpinionStatus:
        submission, viewer = await load_submission(unit, who, assessment_id, request.version)
        viewer.relationship.must_be_kept()
        asking = AskForOpinion(
            submission=submission,
            rules=viewer.rules,
            person_id=policy.may_ask_for_opinion(viewer.who, viewer.relationship, viewer.rules, viewer.assigned.roles),
            request=request,
        )
        await unit.decide(SECOND_OPINIONS, assessment_id, asking)
        return await _status(unit, assessment_id, request.version)

    return use_case


def withdraw_request(who: Principal, assessment_id: UUID, step: OpinionStep) -> UseCase[OpinionStatus]:
    """Take a request back as the person who asked, until the opinion is written."""

    async def use_case(unit: Unit) -> OpinionStatus:
        _, viewer = await load_submission(unit, who, assessment_id, step.version)
        person_id = policy.may_ask_for_opinion(viewer.who, viewer.relationship, viewer.rules, viewer.assigned.roles)
        await unit.decide(SECOND_OPINIONS, assessment_id, WithdrawRequest(person_id=person_id, step=step))
        return await _status(unit, assessment_id, step.version)

    return use_case


def write_opinion(who: Principal, assessment_id: UUID, opinion: SecondOpinion) -> UseCase[OpinionStatus]:
    """Write a second opinion, as an assessor or tutor who is assigned to the trainee and took no part."""

    async def use_case(unit: Unit) -> OpinionStatus:
        submission, viewer = await load_submission(unit, who, assessment_id, opinion.version)
        viewer.relationship.must_be_kept()
        (trainee,) = await unit.load(TRAINEE, viewer.relationship.trainee_id)
        writing = WriteOpinion(
            rules=viewer.rules,
            person_id=policy.may_assess(viewer.who, viewer.relationship, viewer.rules, trainee, viewer.assigned),
            took_part=await took_part(unit, viewer, submission),
            opinion=opinion,
        )
        await unit.decide(SECOND_OPINIONS, assessment_id, writing)
        return await _status(unit, assessment_id, opinion.version)

    return use_case


async def _status(unit: Unit, assessment_id: UUID, version: int) -> OpinionStatus:
    (opinions,) = await unit.load(SECOND_OPINIONS, assessment_id)
    return OpinionStatus(assessment_id=assessment_id, version=version, state=opinions.by_version[version].state)
