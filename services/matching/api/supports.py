"""Routes of supports: who is proposed in addition to a lead mentor, and what both sides answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.matching.api.parameters import After, Ending, Limit
from services.matching.commands import supports as commands
from services.matching.commands.supports import SupportChanged
from services.matching.domain.supports import SUPPORT, SupportAnswer, SupportStatus
from services.matching.queries import supports as queries
from services.matching.queries.supports import Support
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("matching")


@router.get("/supports")
async def list_supports(
    reader: ReaderDep,
    status: Annotated[SupportStatus | None, Query()] = None,
    person_id: Annotated[UUID | None, Query(description="Those of this mentor or mentee.")] = None,
    after: After = None,
    limit: Limit = 100,
) -> list[Support]:
    """List the supports that the person may see, a page at a time."""
    return await queries.supports(reader, status=status, person_id=person_id, after=after, limit=limit)


@router.get("/supports/{support_id}")
@has_version(SUPPORT, key="support_id")
async def show_support(support_id: UUID, reader: ReaderDep) -> Support:
    """Show one support."""
    return await queries.support(reader, support_id)


@router.post("/supports/{support_id}/acceptance")
@has_version(SUPPORT, key="support_id")
async def accept_support(support_id: UUID, body: SupportAnswer, caller: CallerDep) -> SupportChanged:
    """Accept a support; it is confirmed when both sides have accepted."""
    return await caller.run(commands.accept(caller.who, support_id, body), SupportChanged)


@router.post("/supports/{support_id}/refusal")
@has_version(SUPPORT, key="support_id")
async def decline_support(support_id: UUID, body: SupportAnswer, caller: CallerDep) -> SupportChanged:
    """Decline a support; these two are not proposed to each other again."""
    return await caller.run(commands.decline(caller.who, support_id, body), SupportChanged)


@router.post("/supports/{support_id}/answer-withdrawal")
@has_version(SUPPORT, key="support_id")
async def take_support_answer_back(support_id: UUID, body: SupportAnswer, caller: CallerDep) -> SupportChanged:
    """Take back an answer, as long as the support is not confirmed. After a refusal these two may be proposed to each
    other again.
    """
    return await caller.run(commands.take_answer_back(caller.who, support_id, body), SupportChanged)


@router.post("/supports/{support_id}/end")
@has_version(SUPPORT, key="support_id")
async def end_support(support_id: UUID, body: Ending, caller: CallerDep) -> SupportChanged:
    """End a confirmed support before its time: this is its last day."""
    return await caller.run(commands.end(caller.who, support_id, on=body.on), SupportChanged)
