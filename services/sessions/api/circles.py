"""Routes of circles."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.sessions.commands import circles as commands
from services.sessions.commands.circles import CircleState
from services.sessions.domain.circles import (
    CIRCLE,
    CircleMeeting,
    CircleStep,
    Invitation,
    InvitationAnswer,
    NewCircle,
)
from services.sessions.queries import circles as queries
from services.sessions.queries.circles import CircleSummary, CircleView
from shared.inputs.days import StepDay
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/circles", status_code=201)
async def open_circle(body: NewCircle, caller: CreatorDep) -> CircleState:
    """Convene a circle of mentors, in a programme that has them."""
    return await caller.run(commands.open_circle(caller.who, body), CircleState)


@router.get("/circles")
async def list_circles(reader: ReaderDep) -> list[CircleSummary]:
    """List the circles that you convene, are in, or are invited to."""
    return await queries.list_circles(reader)


@router.get("/circles/{circle_id}")
@has_version(CIRCLE, key="circle_id")
async def show_circle(circle_id: UUID, reader: ReaderDep) -> CircleView:
    """Show a circle with its members, its meetings, and the notes of those at which you were."""
    return await queries.show_circle(reader, circle_id)


@router.put("/circles/{circle_id}/closure")
@has_version(CIRCLE, key="circle_id")
async def close_circle(circle_id: UUID, body: CircleStep, caller: CallerDep) -> CircleState:
    """Close your circle; what was recorded stays."""
    return await caller.run(commands.close_circle(caller.who, circle_id, body.on), CircleState)


@router.put("/circles/{circle_id}/reopening")
@has_version(CIRCLE, key="circle_id")
async def reopen_circle(circle_id: UUID, body: CircleStep, caller: CallerDep) -> CircleState:
    """Open your circle again."""
    return await caller.run(commands.reopen_circle(caller.who, circle_id, body.on), CircleState)


@router.put("/circles/{circle_id}/invitations")
@has_version(CIRCLE, key="circle_id")
async def invite_member(circle_id: UUID, body: Invitation, caller: CallerDep) -> CircleState:
    """Invite a mentor to your circle. Nobody is in it who did not accept."""
    return await caller.run(commands.invite_member(caller.who, circle_id, body), CircleState)


@router.put("/circles/{circle_id}/answer")
@has_version(CIRCLE, key="circle_id")
async def answer_invitation(circle_id: UUID, body: InvitationAnswer, caller: CallerDep) -> CircleState:
    """Join a circle to which you are invited, or decline."""
    return await caller.run(commands.answer_invitation(caller.who, circle_id, body), CircleState)


@router.put("/circles/{circle_id}/departures")
@has_version(CIRCLE, key="circle_id")
async def leave_circle(circle_id: UUID, body: Invitation, caller: CallerDep) -> CircleState:
    """Leave a circle, or remove somebody from yours; an invitation is taken back the same way."""
    return await caller.run(commands.leave_circle(caller.who, circle_id, body), CircleState)


@router.put("/circles/{circle_id}/meetings")
@has_version(CIRCLE, key="circle_id")
async def record_circle_meeting(circle_id: UUID, body: CircleMeeting, caller: CallerDep) -> CircleState:
    """Record a meeting of your circle, or what is recorded of that day anew. Name no mentee in the note."""
    return await caller.run(commands.record_meeting(caller.who, circle_id, body), CircleState)


@router.delete("/circles/{circle_id}/meetings/{meeting_id}")
@has_version(CIRCLE, key="circle_id")
async def remove_circle_meeting(
    circle_id: UUID,
    meeting_id: UUID,
    caller: CallerDep,
    on: Annotated[StepDay, Query(description="The day of the removal.")],
) -> CircleState:
    """Remove a meeting of your circle that was recorded by mistake."""
    return await caller.run(commands.remove_meeting(caller.who, circle_id, meeting_id, on), CircleState)
