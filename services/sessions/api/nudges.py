"""Routes of nudges."""

from uuid import UUID

from services.sessions.commands import nudges as commands
from services.sessions.commands.nudges import NudgeState
from services.sessions.domain.nudges import NudgeStep
from services.sessions.queries import nudges as queries
from services.sessions.queries.nudges import Nudge
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("sessions")


@router.get("/nudges")
async def list_nudges(reader: ReaderDep) -> list[Nudge]:
    """List where a conversation may help: in your own relationships with the sign, in others without it."""
    return await queries.list_nudges(reader)


@router.put("/relationships/{relationship_id}/nudges/{nudge_id}/talk")
async def record_talk(relationship_id: UUID, nudge_id: UUID, body: NudgeStep, caller: CallerDep) -> NudgeState:
    """Say that the two of you have talked. Nobody else is told any more; what you said stays between you."""
    return await caller.run(commands.record_talk(caller.who, relationship_id, nudge_id, body), NudgeState)


@router.put("/relationships/{relationship_id}/nudges/{nudge_id}/no-talk")
async def take_talk_back(relationship_id: UUID, nudge_id: UUID, body: NudgeStep, caller: CallerDep) -> NudgeState:
    """Say that you have not talked after all."""
    return await caller.run(commands.take_talk_back(caller.who, relationship_id, nudge_id, body), NudgeState)
