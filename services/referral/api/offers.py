"""Routes of offers, and of how open schools are to hosting."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field

from services.referral import policy
from services.referral.api.words import ACADEMIC_YEAR, URN, AfterId, Body, Dated, Limit
from services.referral.commands import offers as commands
from services.referral.domain.appetites import ReasonNotHosting
from services.referral.queries import offers as queries
from services.referral.queries.history import history
from shared.events.words import Appetite, Phase, RouteKind, YearGroup
from shared.kernel.http.context import CallerDep, ReaderDep

router = APIRouter(tags=["offers"])

Urn = Annotated[str, Field(pattern=URN)]


class NewOffer(Body):
    """Places at a school, in a subject by any of its names; no places withdraws the offer.

    Without year groups or routes it is open to any; `shared_with` are other schools of the trust.
    """

    school_urn: str = Field(pattern=URN, examples=["100001"])
    subject: str = Field(min_length=1, max_length=200, examples=["Mathematics"])
    phase: Phase
    places: int = Field(ge=0, le=200)
    starts_on: date
    ends_on: date
    year_groups: tuple[YearGroup, ...] = Field(default=(), max_length=16)
    routes: tuple[RouteKind, ...] = Field(default=(), max_length=3)
    shared_with: tuple[Urn, ...] = Field(default=(), max_length=20)
    on: date


class SchoolAppetite(Dated):
    """How open a school is to hosting; reasons go with `not_open`, and only with that."""

    academic_year: str = Field(pattern=ACADEMIC_YEAR, examples=["2026/27"])
    appetite: Appetite
    reasons_not_hosting: tuple[ReasonNotHosting, ...] = Field(default=(), max_length=7)


@router.post("/offers", status_code=201)
async def offer(body: NewOffer, caller: CallerDep) -> dict[str, Any]:
    """Say what a school can host; said again for the same subject, phase, years and first day it is changed."""
    return await caller.run(commands.offer(caller.who, **body.model_dump()))


@router.get("/offers")
async def list_offers(reader: ReaderDep, after: AfterId = None, limit: Limit = 100) -> list[dict[str, Any]]:
    """Offers, a page at a time; a school's lead sees the school's."""
    policy.may_oversee(reader.who)
    return await queries.offers(reader, schools=policy.schools_seen(reader.who), after=after, limit=limit)


@router.get("/offers/to-confirm")
async def list_offers_to_confirm(
    reader: ReaderDep,
    programme_id: Annotated[UUID, Query(description="Its settings say after how many days an offer is stale.")],
    on: Annotated[date, Query(description="The day on which it is asked.")],
    after: AfterId = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Offers to ask a school about: stale by the programme's days, or of a school that said no since."""
    policy.may_oversee(reader.who)
    schools = policy.schools_seen(reader.who)
    return await queries.offers_to_confirm(reader, programme_id, on=on, schools=schools, after=after, limit=limit)


@router.post("/offers/{offer_id}/confirmation")
async def confirm_offer(offer_id: UUID, body: Dated, caller: CallerDep) -> dict[str, Any]:
    """Say that an offer still stands."""
    return await caller.run(commands.confirm_offer(caller.who, offer_id, on=body.on))


@router.post("/offers/{offer_id}/withdrawal")
async def withdraw_offer(offer_id: UUID, body: Dated, caller: CallerDep) -> dict[str, Any]:
    """Take an offer back."""
    return await caller.run(commands.withdraw_offer(caller.who, offer_id, on=body.on))


@router.get("/offers/{offer_id}/history")
async def show_offer_history(offer_id: UUID, reader: ReaderDep) -> list[dict[str, Any]]:
    """What was said of an offer: each word with the day on which it took effect and the time it was recorded."""
    policy.may_oversee(reader.who)
    await queries.offer(reader, offer_id, schools=policy.schools_seen(reader.who))
    return await history(reader, f"offer-{offer_id}")


@router.post("/schools/{urn}/appetite")
async def say_appetite(
    urn: Annotated[str, Path(pattern=URN)], body: SchoolAppetite, caller: CallerDep
) -> dict[str, Any]:
    """Say how open a school is to hosting in an academic year."""
    return await caller.run(commands.say_appetite(caller.who, school_urn=urn, **body.model_dump()))


@router.get("/appetites")
async def list_appetites(
    reader: ReaderDep, academic_year: Annotated[str, Query(pattern=ACADEMIC_YEAR)]
) -> list[dict[str, Any]]:
    """How open schools said they are to hosting in an academic year; a school's lead sees the school's word."""
    policy.may_oversee(reader.who)
    return await queries.appetites(reader, academic_year, schools=policy.schools_seen(reader.who))
