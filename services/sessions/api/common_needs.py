"""Route of common needs."""

from services.sessions.queries import common_needs as queries
from services.sessions.queries.common_needs import NeedsOfTerm
from shared.kernel.http.context import ReaderDep
from shared.kernel.http.routes import Router

router = Router("sessions")


@router.get("/common-needs")
async def list_common_needs(reader: ReaderDep) -> list[NeedsOfTerm]:
    """List the needs that people of your school share, by term: for training of the whole school."""
    return await queries.list_common_needs(reader)
