"""Routes of referrals."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.referral.api.parameters import AfterId, Limit
from services.referral.commands import referrals as commands
from services.referral.commands.referrals import ReferralsTaken, ReferralStatus
from services.referral.domain.fields import Dated
from services.referral.domain.referrals import (
    REFERRAL,
    Acceptance,
    ConsentAnswer,
    ManyReferrals,
    NewReferral,
    OptionalReason,
    Reason,
    Redirection,
    Status,
    StepToReverse,
)
from services.referral.queries import referrals as queries
from services.referral.queries.history import HistoryEntry
from services.referral.queries.referrals import ReferralAnswer
from shared.kernel.http.context import CallerDep, CreatorDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("referral")


@router.post("/referrals", status_code=201)
async def refer(body: NewReferral, caller: CreatorDep) -> ReferralStatus:
    """Refer somebody to a programme."""
    return await caller.run(commands.refer(caller.who, body), ReferralStatus)


@router.post("/referrals/countersignatures")
async def countersign_many(body: ManyReferrals, caller: CallerDep) -> ReferralsTaken:
    """Countersign referrals that somebody else made, up to 5,000; if any of them is refused, none is countersigned."""
    return await caller.run(commands.countersign_many(caller.who, body), ReferralsTaken)


@router.post("/referrals/acceptances")
async def accept_many(body: ManyReferrals, caller: CallerDep) -> ReferralsTaken:
    """Accept the trainees of up to 5,000 referrals; if any of them is refused, none is accepted."""
    return await caller.run(commands.accept_many(caller.who, body), ReferralsTaken)


@router.post("/referrals/{referral_id}/countersignature")
@has_version(REFERRAL, key="referral_id")
async def countersign(referral_id: UUID, body: Dated, caller: CallerDep) -> ReferralStatus:
    """Countersign a referral that somebody else made."""
    return await caller.run(commands.countersign(caller.who, referral_id, body), ReferralStatus)


@router.post("/referrals/{referral_id}/consent")
@has_version(REFERRAL, key="referral_id")
async def record_consent(referral_id: UUID, body: ConsentAnswer, caller: CallerDep) -> ReferralStatus:
    """Record the consent of the parent or mentee, if the programme asks for it; a refusal after acceptance ends the
    referral.
    """
    return await caller.run(commands.record_consent(caller.who, referral_id, body), ReferralStatus)


@router.post("/referrals/{referral_id}/acceptance")
@has_version(REFERRAL, key="referral_id")
async def accept(referral_id: UUID, body: Acceptance, caller: CallerDep) -> ReferralStatus:
    """Accept the trainee, with another priority or other hours of a mentor if that is decided."""
    return await caller.run(commands.accept(caller.who, referral_id, body), ReferralStatus)


@router.post("/referrals/{referral_id}/refusal")
@has_version(REFERRAL, key="referral_id")
async def decline(referral_id: UUID, body: Reason, caller: CallerDep) -> ReferralStatus:
    """Decline the trainee."""
    return await caller.run(commands.decline(caller.who, referral_id, body), ReferralStatus)


@router.post("/referrals/{referral_id}/redirection")
@has_version(REFERRAL, key="referral_id")
async def redirect(referral_id: UUID, body: Redirection, caller: CallerDep) -> ReferralStatus:
    """Redirect the trainee to another programme, where a referral is made, or to another role."""
    return await caller.run(commands.redirect(caller.who, referral_id, body), ReferralStatus)


@router.post("/referrals/{referral_id}/withdrawal")
@has_version(REFERRAL, key="referral_id")
async def withdraw_referral(referral_id: UUID, body: OptionalReason, caller: CallerDep) -> ReferralStatus:
    """Withdraw a referral, accepted or not."""
    return await caller.run(commands.withdraw(caller.who, referral_id, body), ReferralStatus)


@router.post("/referrals/{referral_id}/reversal")
@has_version(REFERRAL, key="referral_id")
async def reverse_referral_step(referral_id: UUID, body: StepToReverse, caller: CallerDep) -> ReferralStatus:
    """Take back the last step of a referral, which was a mistake; its history shows both."""
    return await caller.run(commands.reverse_step(caller.who, referral_id, body), ReferralStatus)


@router.get("/referrals")
async def list_referrals(
    reader: ReaderDep, status: Annotated[Status | None, Query()] = None, after: AfterId = None, limit: Limit = 100
) -> list[ReferralAnswer]:
    """List referrals, a page at a time; a trainee sees only their own."""
    return await queries.referrals(reader, status=status, after=after, limit=limit)


@router.get("/referrals/{referral_id}")
@has_version(REFERRAL, key="referral_id")
async def show_referral(referral_id: UUID, reader: ReaderDep) -> ReferralAnswer:
    """Show one referral; its note and the reasons of its steps only for trainee, referrer and partnership lead."""
    return await queries.referral(reader, referral_id)


@router.get("/referrals/{referral_id}/history")
async def show_referral_history(referral_id: UUID, reader: ReaderDep) -> list[HistoryEntry]:
    """List what happened to a referral: each step with the day it took effect and the time it was recorded."""
    return await queries.referral_history(reader, referral_id)
