"""Routes of targets."""

from uuid import UUID

from services.sessions.commands import targets as commands
from services.sessions.commands.targets import TargetStatus
from services.sessions.domain.targets import TARGET, AmendedReview, AmendedTarget, NewTarget, TargetReview
from services.sessions.queries import targets as queries
from services.sessions.queries.targets import TargetRecord, TargetSummary, TargetVersion
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/relationships/{relationship_id}/targets", status_code=201)
async def set_target(relationship_id: UUID, body: NewTarget, caller: CreatorDep) -> TargetStatus:
    """Set a target outside a meeting."""
    return await caller.run(commands.set_target(caller.who, relationship_id, body), TargetStatus)


@router.get("/targets/{target_id}")
@has_version(TARGET, key="target_id")
async def show_target(target_id: UUID, reader: ReaderDep) -> TargetRecord | TargetSummary:
    """Show a target; only the mentor and the trainee see its texts."""
    return await queries.show_target(reader, target_id)


@router.post("/targets/{target_id}/reviews", status_code=201)
@has_version(TARGET, key="target_id")
async def review_target(target_id: UUID, body: TargetReview, caller: CallerDep) -> TargetStatus:
    """Review a target."""
    return await caller.run(commands.review_target(caller.who, target_id, body), TargetStatus)


@router.put("/targets/{target_id}")
@has_version(TARGET, key="target_id")
async def amend_target(target_id: UUID, body: AmendedTarget, caller: CallerDep) -> TargetStatus:
    """Amend a target: send it whole, as it should be. Every version is kept and shown."""
    return await caller.run(commands.amend_target(caller.who, target_id, body), TargetStatus)


@router.put("/targets/{target_id}/review")
@has_version(TARGET, key="target_id")
async def amend_review(target_id: UUID, body: AmendedReview, caller: CallerDep) -> TargetStatus:
    """Amend the last review of a target: a target that was called met by mistake is open again."""
    return await caller.run(commands.amend_review(caller.who, target_id, body), TargetStatus)


@router.get("/targets/{target_id}/versions")
async def list_target_versions(target_id: UUID, reader: ReaderDep) -> list[TargetVersion]:
    """List the versions of a target and of its reviews, the first one first."""
    return await queries.list_target_versions(reader, target_id)
