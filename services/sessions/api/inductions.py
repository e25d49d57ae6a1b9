"""Routes of inductions."""

from uuid import UUID

from services.sessions.commands import inductions as commands
from services.sessions.commands.inductions import InductionState
from services.sessions.domain.inductions import (
    INDUCTION,
    InductionAbsence,
    InductionPeriod,
    NewInductionAbsence,
    NewInductionPeriod,
)
from services.sessions.queries import inductions as queries
from services.sessions.queries.inductions import InductionRecord
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.get("/trainees/{trainee_id}/induction")
@has_version(INDUCTION, key="trainee_id")
async def show_induction(trainee_id: UUID, reader: ReaderDep) -> InductionRecord:
    """Show where a teacher's induction stands: terms served, absences, when it ends, and what is due in which term."""
    return await queries.show_induction(reader, trainee_id)


@router.post("/trainees/{trainee_id}/induction/periods", status_code=201)
@has_version(INDUCTION, key="trainee_id")
async def record_period(trainee_id: UUID, body: NewInductionPeriod, caller: CreatorDep) -> InductionState:
    """Record a period of a teacher's induction at a school, with its share of full time."""
    return await caller.run(commands.record_period(caller.who, trainee_id, body), InductionState)


@router.put("/trainees/{trainee_id}/induction/periods/{period_id}")
@has_version(INDUCTION, key="trainee_id")
async def change_period(trainee_id: UUID, period_id: UUID, body: InductionPeriod, caller: CallerDep) -> InductionState:
    """Change the days or the share of a period. The day before the first as the last day takes it back altogether."""
    return await caller.run(commands.change_period(caller.who, trainee_id, period_id, body), InductionState)


@router.post("/trainees/{trainee_id}/induction/absences", status_code=201)
@has_version(INDUCTION, key="trainee_id")
async def record_absence(trainee_id: UUID, body: NewInductionAbsence, caller: CreatorDep) -> InductionState:
    """Record an absence during induction. Only the teacher and those who record it read its kind."""
    return await caller.run(commands.record_absence(caller.who, trainee_id, body), InductionState)


@router.put("/trainees/{trainee_id}/induction/absences/{absence_id}")
@has_version(INDUCTION, key="trainee_id")
async def change_absence(
    trainee_id: UUID, absence_id: UUID, body: InductionAbsence, caller: CallerDep
) -> InductionState:
    """Change an absence. With 0 days it is taken back."""
    return await caller.run(commands.change_absence(caller.who, trainee_id, absence_id, body), InductionState)
