"""Routes of second opinions."""

from uuid import UUID

from services.sessions.commands import second_opinions as commands
from services.sessions.commands.second_opinions import OpinionStatus
from services.sessions.domain.second_opinions import SECOND_OPINIONS, OpinionRequest, OpinionStep, SecondOpinion
from services.sessions.queries import second_opinions as queries
from services.sessions.queries.second_opinions import OpinionsOnAssessment
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.get("/assessments/{assessment_id}/second-opinion")
@has_version(SECOND_OPINIONS, key="assessment_id")
async def show_opinions(assessment_id: UUID, reader: ReaderDep) -> OpinionsOnAssessment:
    """Show the second opinions on an assessment that you may read, and who asked for them."""
    return await queries.show_opinions(reader, assessment_id)


@router.put("/assessments/{assessment_id}/second-opinion/request")
@has_version(SECOND_OPINIONS, key="assessment_id")
async def ask_for_opinion(assessment_id: UUID, body: OpinionRequest, caller: CallerDep) -> OpinionStatus:
    """Ask another assessor or tutor of the trainee for a second opinion on a version that was submitted."""
    return await caller.run(commands.ask_for_opinion(caller.who, assessment_id, body), OpinionStatus)


@router.put("/assessments/{assessment_id}/second-opinion/withdrawal")
@has_version(SECOND_OPINIONS, key="assessment_id")
async def withdraw_request(assessment_id: UUID, body: OpinionStep, caller: CallerDep) -> OpinionStatus:
    """Take your request for a second opinion back, until it is written."""
    return await caller.run(commands.withdraw_request(caller.who, assessment_id, body), OpinionStatus)


@router.put("/assessments/{assessment_id}/second-opinion")
@has_version(SECOND_OPINIONS, key="assessment_id")
async def write_opinion(assessment_id: UUID, body: SecondOpinion, caller: CallerDep) -> OpinionStatus:
    """Write the second opinion that was asked for, or correct yours. It stands beside the assessment."""
    return await caller.run(commands.write_opinion(caller.who, assessment_id, body), OpinionStatus)
