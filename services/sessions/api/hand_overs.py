"""Routes of hand-overs."""

from uuid import UUID

from services.sessions.commands import hand_overs as commands
from services.sessions.commands.hand_overs import HandOverState
from services.sessions.domain.hand_overs import HandOverProposal, HandOverStep, PassingOn
from services.sessions.queries import hand_overs as queries
from services.sessions.queries.hand_overs import HandedOn, HandOverOfRelationship
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("sessions")


@router.get("/relationships/{relationship_id}/hand-over")
async def show_hand_over(relationship_id: UUID, reader: ReaderDep) -> HandOverOfRelationship:
    """Show what you two propose to pass on, who has agreed to what, and to whom it was passed on."""
    return await queries.show_hand_over(reader, relationship_id)


@router.post("/relationships/{relationship_id}/hand-over/items", status_code=201)
async def propose_items(relationship_id: UUID, body: HandOverProposal, caller: CreatorDep) -> HandOverState:
    """Propose items to pass on: answers to the programme's form, and targets. The other of you has to agree to each."""
    return await caller.run(commands.propose_items(caller.who, relationship_id, body), HandOverState)


@router.post("/relationships/{relationship_id}/hand-over/items/{item_id}/agreement", status_code=201)
async def agree_to_item(relationship_id: UUID, item_id: UUID, body: HandOverStep, caller: CallerDep) -> HandOverState:
    """Agree that an item is passed on as it is now."""
    return await caller.run(commands.agree_to_item(caller.who, relationship_id, item_id, body), HandOverState)


@router.post("/relationships/{relationship_id}/hand-over/items/{item_id}/withdrawal", status_code=201)
async def withdraw_item(relationship_id: UUID, item_id: UUID, body: HandOverStep, caller: CallerDep) -> HandOverState:
    """Take an item back, whoever proposed it. What was passed on already stays as it was."""
    return await caller.run(commands.withdraw_item(caller.who, relationship_id, item_id, body), HandOverState)


@router.post("/relationships/{relationship_id}/hand-over", status_code=201)
async def pass_on(relationship_id: UUID, body: PassingOn, caller: CallerDep) -> HandOverState:
    """Pass on, as the mentee, exactly what both of you agreed to, to the mentor of another relationship of yours."""
    return await caller.run(commands.pass_on(caller.who, relationship_id, body), HandOverState)


@router.post("/relationships/{relationship_id}/hand-over/revocations", status_code=201)
async def revoke_hand_over(relationship_id: UUID, body: PassingOn, caller: CallerDep) -> HandOverState:
    """Take back, as the mentee, what you passed on: the mentor of the other relationship does not see it any more."""
    return await caller.run(commands.revoke_hand_over(caller.who, relationship_id, body), HandOverState)


@router.get("/relationships/{relationship_id}/handed-on")
async def list_handed_on(relationship_id: UUID, reader: ReaderDep) -> list[HandedOn]:
    """List what the mentee has passed on to this relationship from earlier ones."""
    return await queries.list_handed_on(reader, relationship_id)
