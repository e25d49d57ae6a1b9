"""Routes of referrals to others."""

from uuid import UUID

from services.sessions.commands import onward_referrals as commands
from services.sessions.commands.onward_referrals import OnwardState
from services.sessions.domain.onward_referrals import (
    ONWARD_REFERRAL,
    NewOnwardReferral,
    OnwardStep,
    OnwardWithdrawal,
)
from services.sessions.queries import onward_referrals as queries
from services.sessions.queries.onward_referrals import OnwardReferralView
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")


@router.get("/relationships/{relationship_id}/onward-referrals")
async def list_onward_referrals(relationship_id: UUID, reader: ReaderDep) -> list[OnwardReferralView]:
    """List the help by others to which the mentee of a relationship is referred on; nobody who assesses them can."""
    return await queries.list_onward_referrals(reader, relationship_id)


@router.post("/relationships/{relationship_id}/onward-referrals", status_code=201)
async def offer_help(relationship_id: UUID, body: NewOnwardReferral, caller: CreatorDep) -> OnwardState:
    """Offer a mentee help by others, inside the school or outside; a mentee who asks for it has agreed to it."""
    return await caller.run(commands.offer_help(caller.who, relationship_id, body), OnwardState)


@router.get("/onward-referrals/{onward_id}")
@has_version(ONWARD_REFERRAL, key="onward_id")
async def show_onward_referral(onward_id: UUID, reader: ReaderDep) -> OnwardReferralView:
    """Show a referral to others with its steps."""
    return await queries.show_onward_referral(reader, onward_id)


@router.post("/onward-referrals/{onward_id}/steps", status_code=201)
@has_version(ONWARD_REFERRAL, key="onward_id")
async def take_help_step(onward_id: UUID, body: OnwardStep, caller: CallerDep) -> OnwardState:
    """Record the next step of a referral: agreed or declined, made, taken up or not, ended, with a note if you like."""
    return await caller.run(commands.take_help_step(caller.who, onward_id, body), OnwardState)


@router.post("/onward-referrals/{onward_id}/steps/withdrawal", status_code=201)
@has_version(ONWARD_REFERRAL, key="onward_id")
async def take_help_step_back(onward_id: UUID, body: OnwardWithdrawal, caller: CallerDep) -> OnwardState:
    """Take the last step of a referral back, because it was a slip."""
    return await caller.run(commands.take_help_step_back(caller.who, onward_id, body), OnwardState)
