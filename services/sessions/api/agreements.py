"""Routes of agreements."""

from uuid import UUID

from services.sessions.commands import agreements as commands
from services.sessions.commands.agreements import AgreementState
from services.sessions.domain.agreements import AGREEMENT, AgreementSignature, AgreementText
from services.sessions.queries import agreements as queries
from services.sessions.queries.agreements import AgreementView
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.get("/relationships/{relationship_id}/agreement")
@has_version(AGREEMENT, key="relationship_id")
async def show_agreement(relationship_id: UUID, reader: ReaderDep) -> AgreementView:
    """Show the agreement of a relationship with the programme's form; before anybody writes it, it is empty."""
    return await queries.show_agreement(reader, relationship_id)


@router.put("/relationships/{relationship_id}/agreement")
@has_version(AGREEMENT, key="relationship_id")
async def write_agreement(relationship_id: UUID, body: AgreementText, caller: CallerDep) -> AgreementState:
    """Write the agreement, or change it: send all your answers, as they should be. A change asks for both signatures
    again.
    """
    return await caller.run(commands.write_agreement(caller.who, relationship_id, body), AgreementState)


@router.post("/relationships/{relationship_id}/agreement/signatures", status_code=201)
@has_version(AGREEMENT, key="relationship_id")
async def sign_agreement(relationship_id: UUID, body: AgreementSignature, caller: CallerDep) -> AgreementState:
    """Sign the draft that you have read. Once both of you have, you can confide more than facts to the record."""
    return await caller.run(commands.sign_agreement(caller.who, relationship_id, body), AgreementState)
