"""Commands of support plans: write, share, acknowledge, review, close, reopen."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.assessment_rules import AssessmentViewer, view_assessments
from services.sessions.commands.merges import kept_record
from services.sessions.domain.assessment_versions import MISSING as NO_ASSESSMENT
from services.sessions.domain.assessments import ASSESSMENT
from services.sessions.domain.support_plans import (
    SUPPORT_PLAN,
    AcknowledgeSupportPlan,
    CloseSupportPlan,
    Commands,
    PlanState,
    ReopenSupportPlan,
    ReviewSupportPlan,
    ShareSupportPlan,
    SupportPlanClosing,
    SupportPlanReopening,
    SupportPlanReview,
    SupportPlanStep,
    SupportPlanText,
    WriteSupportPlan,
)
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class SupportPlanStatus(Answer):
    """A support plan after a command: its last version and its state."""

    assessment_id: UUID
    version: int
    state: PlanState


@dataclass(frozen=True, slots=True)
class _Viewer:
    """Somebody who knows of an assessment, and whether it asks for a plan."""

    viewer: AssessmentViewer
    assessor: bool
    asked_for: bool

    def may_write(self) -> UUID:
        """Return the person's id if they write the plan; raises `NotAllowed`."""
        seen = self.viewer
        return policy.may_write_support_plan(
            seen.who, seen.relationship, seen.rules, seen.assigned.roles, assessor=self.assessor
        )


def write_support_plan(who: Principal, assessment_id: UUID, text: SupportPlanText) -> UseCase[SupportPlanStatus]:
    """Write the plan for which an assessment asks; what was shared gets another version."""

    async def use_case(unit: Unit) -> SupportPlanStatus:
        seen = await _view(unit, who, assessment_id)
        writing = WriteSupportPlan(
            assessment_id=assessment_id,
            relationship=seen.viewer.relationship,
            author_id=seen.may_write(),
            asked_for=seen.asked_for,
            text=text,
        )
        await unit.decide(SUPPORT_PLAN, assessment_id, writing)
        return await _status(unit, assessment_id)

    return use_case


def share_support_plan(who: Principal, assessment_id: UUID, step: SupportPlanStep) -> UseCase[SupportPlanStatus]:
    """Share a plan with the trainee, and with those whom the programme names."""
    return _as_writer(who, assessment_id, lambda _: ShareSupportPlan(on=step.on))


def close_support_plan(who: Principal, assessment_id: UUID, closing: SupportPlanClosing) -> UseCase[SupportPlanStatus]:
    """Close a plan."""
    return _as_writer(who, assessment_id, lambda by: CloseSupportPlan(person_id=by, closing=closing))


def reopen_support_plan(
    who: Principal, assessment_id: UUID, reopening: SupportPlanReopening
) -> UseCase[SupportPlanStatus]:
    """Let a plan go on that was closed."""
    return _as_writer(who, assessment_id, lambda by: ReopenSupportPlan(person_id=by, reopening=reopening))


def review_support_plan(who: Principal, assessment_id: UUID, review: SupportPlanReview) -> UseCase[SupportPlanStatus]:
    """Review a plan for one of its review days, or correct that review."""

    async def use_case(unit: Unit) -> SupportPlanStatus:
        person_id = (await _view(unit, who, assessment_id)).may_write()
        (plan,) = await unit.load(SUPPORT_PLAN, assessment_id)
        before = plan.reviews.get(review.review_on) if plan else None
        opened = await open_texts(unit.reads, unit.tenant, [before.text]) if before else {}
        on_record = before and opened.get(before.text, before.text)
        reviewing = ReviewSupportPlan(person_id=person_id, review=review, on_record=on_record)
        await unit.decide(SUPPORT_PLAN, assessment_id, reviewing)
        return await _status(unit, assessment_id)

    return use_case


def acknowledge_support_plan(who: Principal, assessment_id: UUID, step: SupportPlanStep) -> UseCase[SupportPlanStatus]:
    """Take note of a plan as its trainee."""

    async def use_case(unit: Unit) -> SupportPlanStatus:
        seen = (await _view(unit, who, assessment_id)).viewer
        policy.may_acknowledge_support_plan(seen.who, seen.relationship, seen.assigned.roles)
        await unit.decide(SUPPORT_PLAN, assessment_id, AcknowledgeSupportPlan(on=step.on))
        return await _status(unit, assessment_id)

    return use_case


def _as_writer(
    who: Principal, assessment_id: UUID, command_of: Callable[[UUID], Commands]
) -> UseCase[SupportPlanStatus]:
    async def use_case(unit: Unit) -> SupportPlanStatus:
        person_id = (await _view(unit, who, assessment_id)).may_write()
        await unit.decide(SUPPORT_PLAN, assessment_id, command_of(person_id))
        return await _status(unit, assessment_id)

    return use_case


async def _view(unit: Unit, who: Principal, assessment_id: UUID) -> _Viewer:
    """Return what somebody is to an assessment of which they may know; raises `NotFound`.

    It asks for a plan by what was shared of it, and by a draft only where its assessor asks.
    """
    (assessment,) = await unit.load(ASSESSMENT, assessment_id)
    try:
        if assessment is not None:
            viewer = await view_assessments(unit, who, assessment.relationship_id, assessment.kind)
            assessor = await kept_record(unit, assessment.assessor_id) == viewer.person_id
            shown = [submission.levels for submission in assessment.submissions.values()]
            if assessor or assessment.state not in ("drafting", "returned"):
                shown.append(assessment.levels)
            (plan,) = await unit.load(SUPPORT_PLAN, assessment_id)
            if shown or plan is not None:
                return _Viewer(viewer, assessor, any(viewer.rules.asks_for_plan(levels) for levels in shown))
    except NotFound:
        pass
    raise NotFound(NO_ASSESSMENT)


async def _status(unit: Unit, assessment_id: UUID) -> SupportPlanStatus:
    (plan,) = await unit.load(SUPPORT_PLAN, assessment_id)
    assert plan is not None  # it was written
    return SupportPlanStatus(assessment_id=assessment_id, version=plan.version, state=plan.state)
