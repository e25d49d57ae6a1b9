"""Routes of partnerships."""

from services.portal.commands import partnerships as commands
from services.portal.commands.partnerships import PartnershipState
from services.portal.domain.partnerships import NewName
from shared.kernel.http.context import CallerDep
from shared.kernel.http.routes import Router

router = Router("portal")


@router.put("/api/partnership")
async def name_partnership(body: NewName, caller: CallerDep) -> PartnershipState:
    """Open your partnership to its people under this name, or change its name."""
    return await caller.run(commands.name_partnership(caller.who, body), PartnershipState)
