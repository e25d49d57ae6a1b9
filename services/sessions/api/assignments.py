"""Routes of assignments."""

from uuid import UUID

from services.sessions.commands import assignments as commands
from services.sessions.commands.assignments import AssignmentState
from services.sessions.domain.assignments import ASSIGNMENTS, AssignmentDays, NewAssignment
from services.sessions.queries import assignments as queries
from services.sessions.queries.assignments import Assignment, AssignmentsOfTrainee
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/assignments", status_code=201)
async def assign(body: NewAssignment, caller: CallerDep) -> AssignmentState:
    """Assign a tutor or an assessor to a trainee, from a day to a day or for good."""
    return await caller.run(commands.assign(caller.who, body), AssignmentState)


@router.get("/assignments")
async def list_own_assignments(reader: ReaderDep) -> list[Assignment]:
    """List the trainees to whom you are, were or will be assigned."""
    return await queries.list_own_assignments(reader)


@router.get("/trainees/{trainee_id}/assignments")
@has_version(ASSIGNMENTS, key="trainee_id")
async def list_assignments(trainee_id: UUID, reader: ReaderDep) -> AssignmentsOfTrainee:
    """List the tutors and assessors of a trainee."""
    return await queries.list_assignments(reader, trainee_id)


@router.put("/trainees/{trainee_id}/assignments/{assignment_id}")
@has_version(ASSIGNMENTS, key="trainee_id")
async def change_assignment(
    trainee_id: UUID, assignment_id: UUID, body: AssignmentDays, caller: CallerDep
) -> AssignmentState:
    """Change the days of an assignment. A last day ends it; the day before the first takes it back altogether."""
    return await caller.run(commands.change_assignment(caller.who, trainee_id, assignment_id, body), AssignmentState)
