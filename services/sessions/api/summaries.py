"""Routes of summaries."""

from uuid import UUID

from services.sessions.commands import summaries as commands
from services.sessions.commands.summaries import OpenedSummary, SummaryState
from services.sessions.domain.agreements import AgreementSignature
from services.sessions.domain.summaries import SUMMARY, SummaryStep, SummaryText
from services.sessions.queries import summaries as queries
from services.sessions.queries.summaries import AgreedSummary, SummaryView
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.get("/relationships/{relationship_id}/summary")
@has_version(SUMMARY, key="relationship_id")
async def show_summary(relationship_id: UUID, reader: ReaderDep) -> SummaryView:
    """Show the summary that the two of you draft, the needs that you can name, and who else has read it."""
    return await queries.show_summary(reader, relationship_id)


@router.put("/relationships/{relationship_id}/summary")
@has_version(SUMMARY, key="relationship_id")
async def write_summary(relationship_id: UUID, body: SummaryText, caller: CallerDep) -> SummaryState:
    """Write the summary, or change it: send all your answers and needs. A change asks for both signatures again."""
    return await caller.run(commands.write_summary(caller.who, relationship_id, body), SummaryState)


@router.post("/relationships/{relationship_id}/summary/signatures", status_code=201)
@has_version(SUMMARY, key="relationship_id")
async def sign_summary(relationship_id: UUID, body: AgreementSignature, caller: CallerDep) -> SummaryState:
    """Sign the draft that you have read. Once both of you have, those whom the programme names can read it."""
    return await caller.run(commands.sign_summary(caller.who, relationship_id, body), SummaryState)


@router.post("/relationships/{relationship_id}/summary/withdrawal", status_code=201)
@has_version(SUMMARY, key="relationship_id")
async def take_summary_back(relationship_id: UUID, body: SummaryStep, caller: CallerDep) -> SummaryState:
    """Take back what both of you have signed, alone: nobody else reads it any more."""
    return await caller.run(commands.take_summary_back(caller.who, relationship_id, body), SummaryState)


@router.get("/summaries")
async def list_summaries(reader: ReaderDep) -> list[AgreedSummary]:
    """List the summaries that pairs have agreed on and that go to you."""
    return await queries.list_summaries(reader)


@router.get("/summaries/{relationship_id}")
async def open_summary(relationship_id: UUID, caller: CallerDep) -> OpenedSummary:
    """Open a summary that goes to you. The two who wrote it can see that you did."""
    return await caller.run(commands.open_summary(caller.who, relationship_id), OpenedSummary)
