"""Routes that propose supports: constellations, peers, mentors within a school."""

from services.matching.commands import constellations as commands
from services.matching.commands.constellations import SupportProposals
from services.matching.domain.constellations import NewConstellations, NewPeers
from shared.kernel.http.context import CallerDep
from shared.kernel.http.routes import Router

router = Router("matching")


@router.post("/constellations", status_code=201)
async def propose_constellations(body: NewConstellations, caller: CallerDep) -> SupportProposals:
    """Search a mentor for each request for support, and propose them."""
    return await caller.run(commands.propose_constellations(caller.who, body), SupportProposals)


@router.post("/peers", status_code=201)
async def propose_peers(body: NewPeers, caller: CallerDep) -> SupportProposals:
    """Pair colleagues who chose each other, or everybody in a programme within a school with a mentor of its kind."""
    return await caller.run(commands.propose_peers(caller.who, body), SupportProposals)
