"""Routes of safeguarding: open a mentee's items without a release, for some days and for a reason."""

from uuid import UUID

from services.sessions.commands import safeguarding as commands
from services.sessions.commands.safeguarding import OpeningState
from services.sessions.domain.safeguarding import SAFEGUARDING, NewOpening
from services.sessions.queries import safeguarding as queries
from services.sessions.queries.safeguarding import SafeguardingOfRelationship
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/relationships/{relationship_id}/safeguarding", status_code=201)
@has_version(SAFEGUARDING, key="relationship_id")
async def open_record(relationship_id: UUID, body: NewOpening, caller: CallerDep) -> OpeningState:
    """Open the mentee's items of a relationship for some days, to keep somebody safe. Everything you read is logged.

    The mentee sees that it was opened, in which role and when; with `tell_later`, once it is over.
    """
    return await caller.run(commands.open_record(caller.who, relationship_id, body), OpeningState)


@router.get("/relationships/{relationship_id}/safeguarding")
@has_version(SAFEGUARDING, key="relationship_id")
async def show_safeguarding(relationship_id: UUID, reader: ReaderDep) -> SafeguardingOfRelationship:
    """Show who has opened a relationship to keep somebody safe, and the items that you have opened.

    Why somebody opened it is shown to nobody but them.
    """
    return await queries.show_safeguarding(reader, relationship_id)


@router.post("/relationships/{relationship_id}/safeguarding/{grant_id}/closure")
@has_version(SAFEGUARDING, key="relationship_id")
async def close_record(relationship_id: UUID, grant_id: UUID, caller: CallerDep) -> OpeningState:
    """End an opening before its last day."""
    return await caller.run(commands.close_record(caller.who, relationship_id, grant_id), OpeningState)
