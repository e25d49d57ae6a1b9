"""Routes of appeals."""

from uuid import UUID

from services.sessions.commands import appeals as commands
from services.sessions.commands.appeals import AppealStatus
from services.sessions.domain.appeals import APPEALS, AppealDecision, AppealReversal, AppealStep, NewAppeal
from services.sessions.queries import appeals as queries
from services.sessions.queries.appeals import AppealsOfAssessment
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.get("/assessments/{assessment_id}/appeal")
@has_version(APPEALS, key="assessment_id")
async def show_appeals(assessment_id: UUID, reader: ReaderDep) -> AppealsOfAssessment:
    """Show whether there is an appeal against each version, until when there can be, and how it was decided."""
    return await queries.show_appeals(reader, assessment_id)


@router.put("/assessments/{assessment_id}/appeal")
@has_version(APPEALS, key="assessment_id")
async def make_appeal(assessment_id: UUID, body: NewAppeal, caller: CallerDep) -> AppealStatus:
    """Appeal against an assessment of you that was submitted, or give your reason in other words."""
    return await caller.run(commands.make_appeal(caller.who, assessment_id, body), AppealStatus)


@router.put("/assessments/{assessment_id}/appeal/withdrawal")
@has_version(APPEALS, key="assessment_id")
async def withdraw_appeal(assessment_id: UUID, body: AppealStep, caller: CallerDep) -> AppealStatus:
    """Take your appeal back. Until its last day you can appeal again."""
    return await caller.run(commands.withdraw_appeal(caller.who, assessment_id, body), AppealStatus)


@router.put("/assessments/{assessment_id}/appeal/decision")
@has_version(APPEALS, key="assessment_id")
async def decide_appeal(assessment_id: UUID, body: AppealDecision, caller: CallerDep) -> AppealStatus:
    """Decide an appeal. One that is upheld asks the assessor to correct the assessment; the old version stays."""
    return await caller.run(commands.decide_appeal(caller.who, assessment_id, body), AppealStatus)


@router.put("/assessments/{assessment_id}/appeal/reversal")
@has_version(APPEALS, key="assessment_id")
async def reverse_decision(assessment_id: UUID, body: AppealReversal, caller: CallerDep) -> AppealStatus:
    """Take back a decision that was a slip, with a reason, until the correction has begun."""
    return await caller.run(commands.reverse_decision(caller.who, assessment_id, body), AppealStatus)
