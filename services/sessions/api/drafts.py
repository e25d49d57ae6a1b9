"""Routes of drafts: what you have typed and not sent yet is kept, and offered again wherever you sign in."""

from uuid import UUID

from services.sessions.commands import drafts as commands
from services.sessions.commands.drafts import DraftId, KeptDraft
from services.sessions.domain.drafts import NewDraft
from services.sessions.queries import drafts as queries
from services.sessions.queries.drafts import DraftSummary, DraftView
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.get("/drafts")
async def list_drafts(reader: ReaderDep) -> list[DraftSummary]:
    """List your drafts, the latest first, with what each is for."""
    return await queries.list_drafts(reader)


@router.get("/drafts/{draft_id}")
@has_version(key="draft_id")
async def show_draft(draft_id: UUID, reader: ReaderDep) -> DraftView:
    """Show a draft of yours, as you typed it. Nobody else can."""
    return await queries.show_draft(reader, draft_id)


@router.put("/drafts/{draft_id}")
@has_version(key="draft_id")
async def keep_draft(draft_id: UUID, body: NewDraft, caller: CallerDep) -> KeptDraft:
    """Keep what you have typed into a form so far, under an id of your own making; it need not be complete or right.

    `method` and `path` are those of the request that sends the form. The request names the draft in `Alongside-Draft`.
    """
    caller.context.forms.must_have(body.method, body.path)
    return await caller.run(commands.keep_draft(caller.who, draft_id, body), KeptDraft)


@router.delete("/drafts/{draft_id}")
@has_version(key="draft_id")
async def delete_draft(draft_id: UUID, caller: CallerDep) -> DraftId:
    """Delete a draft of yours."""
    return await caller.run(commands.delete_draft(caller.who, draft_id), DraftId)
