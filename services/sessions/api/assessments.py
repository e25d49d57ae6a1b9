"""Routes of assessments."""

from uuid import UUID

from services.sessions.commands import assessments as commands
from services.sessions.commands.assessments import SubmittedAssessment
from services.sessions.domain.assessments import NewAssessment
from services.sessions.queries import assessments as queries
from services.sessions.queries.assessments import Assessment
from shared.kernel.http.context import CreatorDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("sessions")


@router.post("/assessments", status_code=201)
async def submit_assessment(body: NewAssessment, caller: CreatorDep) -> SubmittedAssessment:
    """Submit an assessment of a trainee whom you do not mentor."""
    return await caller.run(commands.submit_assessment(caller.who, body), SubmittedAssessment)


@router.get("/assessments")
async def list_assessments(reader: ReaderDep, trainee_id: UUID) -> list[Assessment]:
    """List the assessments of a trainee that you may see, the latest first."""
    return await queries.list_assessments(reader, trainee_id)
