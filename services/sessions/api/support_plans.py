"""Routes of support plans."""

from uuid import UUID

from services.sessions.commands import support_plans as commands
from services.sessions.commands.support_plans import SupportPlanStatus
from services.sessions.domain.support_plans import (
    SUPPORT_PLAN,
    SupportPlanClosing,
    SupportPlanReopening,
    SupportPlanReview,
    SupportPlanStep,
    SupportPlanText,
)
from services.sessions.queries import support_plans as queries
from services.sessions.queries.support_plans import SupportPlanOfAssessment
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.get("/assessments/{assessment_id}/support-plan")
@has_version(SUPPORT_PLAN, key="assessment_id")
async def show_support_plan(assessment_id: UUID, reader: ReaderDep) -> SupportPlanOfAssessment:
    """Show the support plan for which an assessment asks, whether it is overdue, and how its reviews went."""
    return await queries.show_support_plan(reader, assessment_id)


@router.put("/assessments/{assessment_id}/support-plan")
@has_version(SUPPORT_PLAN, key="assessment_id")
async def write_support_plan(assessment_id: UUID, body: SupportPlanText, caller: CallerDep) -> SupportPlanStatus:
    """Write the support plan for a trainee who is not on track: send all of it. What was shared gets a new version."""
    return await caller.run(commands.write_support_plan(caller.who, assessment_id, body), SupportPlanStatus)


@router.put("/assessments/{assessment_id}/support-plan/sharing")
@has_version(SUPPORT_PLAN, key="assessment_id")
async def share_support_plan(assessment_id: UUID, body: SupportPlanStep, caller: CallerDep) -> SupportPlanStatus:
    """Share a support plan with the trainee, and with those whom the programme names."""
    return await caller.run(commands.share_support_plan(caller.who, assessment_id, body), SupportPlanStatus)


@router.put("/assessments/{assessment_id}/support-plan/acknowledgement")
@has_version(SUPPORT_PLAN, key="assessment_id")
async def acknowledge_support_plan(assessment_id: UUID, body: SupportPlanStep, caller: CallerDep) -> SupportPlanStatus:
    """Say that you have read the support plan for you."""
    return await caller.run(commands.acknowledge_support_plan(caller.who, assessment_id, body), SupportPlanStatus)


@router.put("/assessments/{assessment_id}/support-plan/review")
@has_version(SUPPORT_PLAN, key="assessment_id")
async def review_support_plan(assessment_id: UUID, body: SupportPlanReview, caller: CallerDep) -> SupportPlanStatus:
    """Record how a support plan goes, for one of its review days, or correct what you recorded for that day."""
    return await caller.run(commands.review_support_plan(caller.who, assessment_id, body), SupportPlanStatus)


@router.put("/assessments/{assessment_id}/support-plan/closing")
@has_version(SUPPORT_PLAN, key="assessment_id")
async def close_support_plan(assessment_id: UUID, body: SupportPlanClosing, caller: CallerDep) -> SupportPlanStatus:
    """Close a support plan, with how it ended."""
    return await caller.run(commands.close_support_plan(caller.who, assessment_id, body), SupportPlanStatus)


@router.put("/assessments/{assessment_id}/support-plan/reopening")
@has_version(SUPPORT_PLAN, key="assessment_id")
async def reopen_support_plan(assessment_id: UUID, body: SupportPlanReopening, caller: CallerDep) -> SupportPlanStatus:
    """Let a support plan go on that was closed."""
    return await caller.run(commands.reopen_support_plan(caller.who, assessment_id, body), SupportPlanStatus)
