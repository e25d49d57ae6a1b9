"""Routes of days at schools."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.sessions.commands import days as commands
from services.sessions.commands.days import DayOutcomes, DaysState
from services.sessions.domain.days import DayLines, LoggedDays, PlannedDays, RemovedDays, ReturnedDays
from services.sessions.queries import days as queries
from services.sessions.queries.days import DaysOfPlacement, HalfDaySummary, StepTaken
from shared.events.words import DayState
from shared.inputs.days import AskedDay
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("sessions")


@router.get("/relationships/{relationship_id}/days")
async def show_days(relationship_id: UUID, reader: ReaderDep) -> DaysOfPlacement:
    """Show the days of a placement in half days, and how many of each kind are planned, logged, confirmed, accepted."""
    return await queries.show_days(reader, relationship_id)


@router.get("/relationships/{relationship_id}/days/steps")
async def list_day_steps(relationship_id: UUID, reader: ReaderDep, on: AskedDay | None = None) -> list[StepTaken]:
    """List every step with the days of a placement, or with one day: what was corrected stays readable."""
    return await queries.list_steps(reader, relationship_id, on)


@router.post("/relationships/{relationship_id}/days/plan")
async def plan_days(relationship_id: UUID, body: PlannedDays, caller: CallerDep) -> DaysState:
    """Plan days of a placement, or halves of days. If one of them is refused, none is planned."""
    return await caller.run(commands.plan_days(caller.who, relationship_id, body), DaysState)


@router.post("/relationships/{relationship_id}/days/log")
async def log_days(relationship_id: UUID, body: LoggedDays, caller: CallerDep) -> DaysState:
    """Log the days on which you were at the school. If one of them is refused, none is logged.

    Log a day again to correct it: then the school confirms it again.
    """
    return await caller.run(commands.log_days(caller.who, relationship_id, body), DaysState)


@router.post("/relationships/{relationship_id}/days/removal")
async def remove_days(relationship_id: UUID, body: RemovedDays, caller: CallerDep) -> DaysState:
    """Remove days that you planned or logged by mistake. If one of them is refused, none is removed."""
    return await caller.run(commands.remove_days(caller.who, relationship_id, body), DaysState)


@router.get("/days")
async def list_days(
    reader: ReaderDep, state: DayState = "logged", limit: Annotated[int, Query(ge=1, le=1000)] = 500
) -> list[HalfDaySummary]:
    """List the half days in a state that you may see: what is logged waits for the school, what is confirmed for the
    provider.
    """
    return await queries.list_days(reader, state, limit)


@router.post("/days/confirmation")
async def confirm_days(body: DayLines, caller: CallerDep) -> DayOutcomes:
    """Confirm days of trainees at your school, of many trainees at once.

    Each line is recorded or refused by itself; the answer says which were refused, and what to do.
    """
    return await caller.run(commands.confirm_days(caller.who, body), DayOutcomes)


@router.post("/days/acceptance")
async def accept_days(body: DayLines, caller: CallerDep) -> DayOutcomes:
    """Accept days that schools have confirmed, of many trainees at once.

    Each line is recorded or refused by itself; the answer says which were refused, and what to do.
    """
    return await caller.run(commands.accept_days(caller.who, body), DayOutcomes)


@router.post("/days/return")
async def return_days(body: ReturnedDays, caller: CallerDep) -> DayOutcomes:
    """Return days one step: from the school to the trainee, from the provider to the school.

    It also takes a confirmation or an acceptance back. Each line is recorded or refused by itself.
    """
    return await caller.run(commands.return_days(caller.who, body), DayOutcomes)
