"""Routes of the sharing of targets."""

from uuid import UUID

from services.sessions.commands import target_sharing as commands
from services.sessions.commands.target_sharing import TargetReceived, TargetSharing
from services.sessions.domain.target_sharing import TargetReceipt, TargetShare
from services.sessions.domain.targets import TARGET
from services.sessions.queries import target_sharing as queries
from services.sessions.queries.target_sharing import ShareOfTarget
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.get("/targets/{target_id}/shares")
async def list_shares(target_id: UUID, reader: ReaderDep) -> list[ShareOfTarget]:
    """List with whom a target is shared, and who of them acknowledged it."""
    return await queries.list_shares(reader, target_id)


@router.post("/targets/{target_id}/shares", status_code=201)
@has_version(TARGET, key="target_id")
async def share_target(target_id: UUID, body: TargetShare, caller: CallerDep) -> TargetSharing:
    """Share a target with a person (the mentee does), or with a role that the programme names (either does)."""
    return await caller.run(commands.share_target(caller.who, target_id, body), TargetSharing)


@router.post("/targets/{target_id}/revocations", status_code=201)
@has_version(TARGET, key="target_id")
async def revoke_share(target_id: UUID, body: TargetShare, caller: CallerDep) -> TargetSharing:
    """Take back that a target is shared, and with it who acknowledged it."""
    return await caller.run(commands.revoke_share(caller.who, target_id, body), TargetSharing)


@router.post("/targets/{target_id}/acknowledgements", status_code=201)
@has_version(TARGET, key="target_id")
async def acknowledge_target(target_id: UUID, body: TargetReceipt, caller: CallerDep) -> TargetReceived:
    """Acknowledge a target that is shared with you; or, as one of the two, say that a parent or somebody else without
    an account did.
    """
    return await caller.run(commands.acknowledge_target(caller.who, target_id, body), TargetReceived)
