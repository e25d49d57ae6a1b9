"""Routes of offers."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.referral.api.parameters import AfterId, Limit
from services.referral.commands import offers as commands
from services.referral.commands.offers import OfferPlaces, OfferStatus
from services.referral.domain.fields import Dated
from services.referral.domain.offers import OFFER, NewOffer
from services.referral.queries import offers as queries
from services.referral.queries.history import HistoryEntry
from services.referral.queries.offers import OfferAnswer, OfferToConfirm
from shared.inputs.days import AskedDay
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("offers")


@router.post("/offers", status_code=201)
async def record_offer(body: NewOffer, caller: CallerDep) -> OfferPlaces:
    """Record what a school can host; the same subject, phase, years and first day change the offer that is there."""
    return await caller.run(commands.record_offer(caller.who, body), OfferPlaces)


@router.get("/offers")
async def list_offers(reader: ReaderDep, after: AfterId = None, limit: Limit = 100) -> list[OfferAnswer]:
    """List offers, a page at a time; a school's lead sees only the offers of the school."""
    return await queries.offers(reader, after=after, limit=limit)


@router.get("/offers/to-confirm")
async def list_offers_to_confirm(
    reader: ReaderDep,
    programme_id: Annotated[UUID, Query(description="Its settings say after how many days an offer is stale.")],
    on: Annotated[AskedDay, Query(description="The day for which offers are listed.")],
    after: AfterId = None,
    limit: Limit = 100,
) -> list[OfferToConfirm]:
    """List offers to ask a school about: stale by the programme's days, or of a school that does not host any more."""
    return await queries.offers_to_confirm(reader, programme_id, on=on, after=after, limit=limit)


@router.get("/offers/{offer_id}")
@has_version(OFFER, key="offer_id")
async def show_offer(offer_id: UUID, reader: ReaderDep) -> OfferAnswer:
    """Show one offer; a school's lead sees only the offers of the school."""
    return await queries.offer(reader, offer_id)


@router.post("/offers/{offer_id}/confirmation")
@has_version(OFFER, key="offer_id")
async def confirm_offer(offer_id: UUID, body: Dated, caller: CallerDep) -> OfferStatus:
    """Confirm that an offer still stands."""
    return await caller.run(commands.confirm_offer(caller.who, offer_id, body), OfferStatus)


@router.post("/offers/{offer_id}/withdrawal")
@has_version(OFFER, key="offer_id")
async def withdraw_offer(offer_id: UUID, body: Dated, caller: CallerDep) -> OfferStatus:
    """Withdraw an offer."""
    return await caller.run(commands.withdraw_offer(caller.who, offer_id, body), OfferStatus)


@router.get("/offers/{offer_id}/history")
async def show_offer_history(offer_id: UUID, reader: ReaderDep) -> list[HistoryEntry]:
    """List what happened to an offer: each event with the day it took effect and the time it was recorded."""
    return await queries.offer_history(reader, offer_id)
