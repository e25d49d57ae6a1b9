"""Routes of targets."""

from uuid import UUID

from services.sessions.commands import targets as commands
from services.sessions.commands.targets import TargetStatus
from services.sessions.domain.targets import NewTarget, TargetReview
from shared.kernel.http.context import CallerDep
from shared.kernel.http.routes import Router

router = Router("sessions")


@router.post("/relationships/{relationship_id}/targets", status_code=201)
async def set_target(relationship_id: UUID, body: NewTarget, caller: CallerDep) -> TargetStatus:
    """Set a target outside a meeting."""
    return await caller.run(commands.set_target(caller.who, relationship_id, body), TargetStatus)


@router.post("/targets/{target_id}/reviews", status_code=201)
async def review_target(target_id: UUID, body: TargetReview, caller: CallerDep) -> TargetStatus:
    """Review a target."""
    return await caller.run(commands.review_target(caller.who, target_id, body), TargetStatus)
