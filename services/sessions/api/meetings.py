"""Routes of meetings."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.sessions.api.bodies import Body, Text
from services.sessions.api.targets import Wanted
from services.sessions.commands import meetings as commands
from services.sessions.domain.meetings import AgendaBy, Minutes, MissedReason
from shared.kernel.http.context import CallerDep

router = APIRouter(tags=["sessions"])


class HeldMeeting(Body):
    """A meeting that took place, with the targets set in it. Only the trainee writes the reflection."""

    status: Literal["held"]
    on: date
    minutes: Minutes
    agenda_by: AgendaBy
    discussed: Text | None = None
    reflection: Text | None = None
    targets: tuple[Wanted, ...] = ()


class MissedMeeting(Body):
    """A meeting that was due and did not take place."""

    status: Literal["missed"]
    on: date
    reason: MissedReason


class MeetingRecorded(BaseModel):
    """The meeting, and the targets in the order in which they came."""

    meeting_id: UUID
    target_ids: tuple[UUID, ...]


@router.post("/relationships/{relationship_id}/meetings", status_code=201)
async def record_meeting(
    relationship_id: UUID,
    body: Annotated[HeldMeeting | MissedMeeting, Field(discriminator="status")],
    caller: CallerDep,
) -> MeetingRecorded:
    """Record a meeting that was held or missed; there is one a day."""
    match body:
        case HeldMeeting():
            use_case = commands.record_held(
                caller.who,
                relationship_id,
                **body.model_dump(exclude={"status", "targets"}),
                targets=[target.wanted() for target in body.targets],
            )
        case MissedMeeting():
            use_case = commands.record_missed(caller.who, relationship_id, on=body.on, reason=body.reason)
    return MeetingRecorded.model_validate(await caller.run(use_case))
