"""Routes of break-offs."""

from uuid import UUID

from services.sessions.commands import break_offs as commands
from services.sessions.commands.break_offs import BrokenOff, OpenedBreakOff
from services.sessions.domain.break_offs import NewBreakOff, NewContact
from services.sessions.domain.relationships import RELATIONSHIP
from services.sessions.queries import break_offs as queries
from services.sessions.queries.break_offs import BreakOffNotice
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.post("/relationships/{relationship_id}/break-off", status_code=201)
@has_version(RELATIONSHIP, key="relationship_id")
async def break_off(relationship_id: UUID, body: NewBreakOff, caller: CallerDep) -> BrokenOff:
    """End the mentoring as its mentee, from one day to the next. Nobody has to agree, and the mentor never learns why.

    Whom you name as your contact is asked to get in touch with you, and alone may read your reason.
    """
    return await caller.run(commands.break_off(caller.who, relationship_id, body), BrokenOff)


@router.put("/break-offs/{relationship_id}")
async def ask_another_contact(relationship_id: UUID, body: NewContact, caller: CallerDep) -> BrokenOff:
    """Ask another contact after you broke off, or the same one in other words; whom you asked before reads it no more.

    You can do this too if you asked nobody when you broke off.
    """
    return await caller.run(commands.ask_another_contact(caller.who, relationship_id, body), BrokenOff)


@router.get("/break-offs")
async def list_break_offs(reader: ReaderDep) -> list[BreakOffNotice]:
    """List the mentees who broke off and chose you as their safe contact; your own break-offs too."""
    return await queries.list_break_offs(reader)


@router.get("/break-offs/{relationship_id}")
async def open_break_off(relationship_id: UUID, caller: CallerDep) -> OpenedBreakOff:
    """Open what a mentee wrote to you as their safe contact. The mentee can see that you did."""
    return await caller.run(commands.open_break_off(caller.who, relationship_id), OpenedBreakOff)
