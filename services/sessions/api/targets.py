"""Routes of targets."""

from uuid import UUID

from services.sessions.commands import targets as commands
from services.sessions.commands.targets import TargetStatus
from services.sessions.domain.targets import TARGET, AmendedReview, AmendedTarget, NewTarget, TargetReview
from services.sessions.queries import target_sharing
from services.sessions.queries import targets as queries
from services.sessions.queries.target_sharing import SharedTarget
from services.sessions.queries.targets import StaleTarget, TargetRecord, TargetSummary, TargetVersion
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/relationships/{relationship_id}/targets", status_code=201)
async def set_target(relationship_id: UUID, body: NewTarget, caller: CreatorDep) -> TargetStatus:
    """Set a target outside a meeting."""
    return await caller.run(commands.set_target(caller.who, relationship_id, body), TargetStatus)


@router.get("/targets/stale")
async def list_stale(reader: ReaderDep) -> list[StaleTarget]:
    """List your open targets that nobody touches: you are told of your own, and later your mentor is."""
    return await queries.list_stale(reader)


@router.get("/targets/shared")
async def list_shared(reader: ReaderDep) -> list[SharedTarget]:
    """List the targets of others that are shared with you, or with your role."""
    return await target_sharing.list_shared(reader)


@router.get("/targets/{target_id}")
@has_version(TARGET, key="target_id")
async def show_target(target_id: UUID, reader: ReaderDep) -> TargetRecord | SharedTarget | TargetSummary:
    """Show a target; the mentor and the trainee see its texts, and those with whom they share it."""
    return await target_sharing.show_target(reader, target_id)


@router.post("/targets/{target_id}/reviews", status_code=201)
@has_version(TARGET, key="target_id")
async def review_target(target_id: UUID, body: TargetReview, caller: CallerDep) -> TargetStatus:
    """Review a target: it progresses, is met, goes on in other words (`revised`), or is dropped for a reason."""
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
