"""Commands of appeals: make, withdraw, decide, take a decision back."""

from collections.abc import Callable
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.assessment_rules import load_submission, took_part
from services.sessions.domain.appeals import (
    APPEALS,
    AppealDecision,
    AppealReversal,
    AppealState,
    AppealStep,
    Commands,
    DecideAppeal,
    MakeAppeal,
    NewAppeal,
    ReverseDecision,
    WithdrawAppeal,
)
from services.sessions.domain.assessments import ASSESSMENT
from shared.kernel.answers import Answer
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class AppealStatus(Answer):
    """The appeal against a version of an assessment after a command."""

    assessment_id: UUID
    version: int
    state: AppealState


def make_appeal(who: Principal, assessment_id: UUID, new: NewAppeal) -> UseCase[AppealStatus]:
    """Appeal against a version as its trainee, or give the reason in other words."""

    async def use_case(unit: Unit) -> AppealStatus:
        submission, viewer = await load_submission(unit, who, assessment_id, new.version)
        policy.may_appeal(viewer.who, viewer.relationship, viewer.assigned.roles)
        viewer.relationship.must_be_kept()
        (appeals,) = await unit.load(APPEALS, assessment_id)
        appeal = appeals.by_version.get(new.version)
        opened = {} if appeal is None else await open_texts(unit.reads, unit.tenant, [appeal.reason])
        making = MakeAppeal(
            submission=submission,
            until=viewer.rules.appeal_until(submission.submitted_on),
            appeal=new,
            on_record=appeal and opened.get(appeal.reason, appeal.reason),
        )
        await unit.decide(APPEALS, assessment_id, making)
        return await _status(unit, assessment_id, new.version)

    return use_case


def withdraw_appeal(who: Principal, assessment_id: UUID, step: AppealStep) -> UseCase[AppealStatus]:
    """Take an appeal back as its trainee, before it is decided."""

    async def use_case(unit: Unit) -> AppealStatus:
        _, viewer = await load_submission(unit, who, assessment_id, step.version)
        policy.may_appeal(viewer.who, viewer.relationship, viewer.assigned.roles)
        await unit.decide(APPEALS, assessment_id, WithdrawAppeal(step=step))
        return await _status(unit, assessment_id, step.version)

    return use_case


def decide_appeal(who: Principal, assessment_id: UUID, decision: AppealDecision) -> UseCase[AppealStatus]:
    """Decide an appeal as somebody whom the programme names, who neither wrote nor signed the version."""
    return _let_decide(
        who,
        assessment_id,
        decision,
        lambda person_id, acted, _: DecideAppeal(person_id=person_id, took_part=acted, decision=decision),
    )


def reverse_decision(who: Principal, assessment_id: UUID, reversal: AppealReversal) -> UseCase[AppealStatus]:
    """Take a decision back that was a slip, until the correction has begun."""
    return _let_decide(
        who,
        assessment_id,
        reversal,
        lambda person_id, acted, corrected: ReverseDecision(
            person_id=person_id, took_part=acted, corrected=corrected, reversal=reversal
        ),
    )


def _let_decide(
    who: Principal, assessment_id: UUID, step: AppealStep, command_of: Callable[[UUID, bool, bool], Commands]
) -> UseCase[AppealStatus]:
    async def use_case(unit: Unit) -> AppealStatus:
        submission, viewer = await load_submission(unit, who, assessment_id, step.version)
        viewer.relationship.must_be_kept()
        person_id = policy.may_decide_appeal(viewer.who, viewer.relationship, viewer.rules, viewer.assigned.roles)
        acted = await took_part(unit, viewer, submission)
        await unit.read_and_compare((ASSESSMENT, assessment_id))
        (assessment,) = await unit.load(ASSESSMENT, assessment_id)
        assert assessment is not None  # a version of it was submitted
        await unit.decide(APPEALS, assessment_id, command_of(person_id, acted, assessment.version > step.version))
        return await _status(unit, assessment_id, step.version)

    return use_case


async def _status(unit: Unit, assessment_id: UUID, version: int) -> AppealStatus:
    (appeals,) = await unit.load(APPEALS, assessment_id)
    return AppealStatus(assessment_id=assessment_id, version=version, state=appeals.by_version[version].state)
