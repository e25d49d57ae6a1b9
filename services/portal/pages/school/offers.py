"""Routes of what a school hosts: its offers are made, changed, confirmed and withdrawn."""

from asyncio import gather
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.hosting import read_offers, read_schools, read_stale_offers
from services.portal.calls.hosting_answers import Offer, OfferPlaces, OfferStatus, School
from services.portal.calls.services import Refused
from services.portal.pages.context import Visit
from services.portal.pages.forms import Typed, day_fields, read_form
from services.portal.pages.school.visits import SchoolVisitDep
from services.portal.pages.school.words import PHASES, ROUTES, items_of, year_group_items
from services.portal.pages.templating import lead_to, show

router = APIRouter()

FIELDS = {
    "/school_urn": "school",
    "/subject": "subject",
    "/phase": "phase",
    "/places": "places",
    "/starts_on": "starts-day",
    "/ends_on": "ends-day",
    "/year_groups": "year_groups",
    "/routes": "routes",
    "/shared_with": "shared_with",
}
"""The field of the form that each part of a request to referral stands for."""


@router.get("/school/offers")
async def show_offers(visit: SchoolVisitDep) -> HTMLResponse:
    """Show what the school hosts: first what it is asked about again, then what is to come, then what is over."""
    return await _list(visit, Typed({"submission": f"{uuid4()}"}))


@router.post("/school/offers/confirmation")
async def confirm_offers(request: Request, visit: SchoolVisitDep) -> Response:
    """Confirm that offers still stand: one, or all that the school is asked about."""
    form = await read_form(request)
    for offer_id in form.ids("offer"):
        try:
            await visit.services.send(
                "referral",
                "POST",
                f"/offers/{offer_id}/confirmation",
                {"on": f"{visit.today}"},
                OfferStatus,
                uuid5(form.submission(), f"{offer_id}"),
            )
        except Refused as refused:
            form.note_refusal(str(refused), refused.errors, {})
            return await _list(visit, form)
    return lead_to(visit, "/school/offers")


@router.get("/school/offers/new")
async def show_offer_form(visit: SchoolVisitDep) -> HTMLResponse:
    """Show the form of a new offer."""
    return await _form(visit, Typed({"submission": f"{uuid4()}"}))


@router.post("/school/offers/new")
async def make_offer(request: Request, visit: SchoolVisitDep) -> Response:
    """Record what the school can host."""
    form = await read_form(request)
    schools = await read_schools(visit.services, visit.membership.schools)
    urn = schools[0].urn if len(schools) == 1 else form.choice("school", "Choose the school that hosts.")
    phases = phases_of(school for school in schools if school.urn == urn)
    phase = phases[0] if len(phases) == 1 else form.choice("phase", "Choose primary or secondary.")
    starts_on = form.day("starts", "Give the first day of the placement, such as 14 9 2026.")
    body = {
        "school_urn": urn,
        "phase": phase,
        "subject": form.choice("subject", "Give the subject, such as Mathematics or Primary."),
        "starts_on": f"{starts_on}",
        "year_groups": form.several("year_groups"),
        "send_placement": form.text("send") == "yes",
        **_changeable(visit, form),
    }
    if form.errors or not await _record(visit, body, form):
        return await _form(visit, form)
    return lead_to(visit, "/school/offers")


@router.get("/school/offers/{offer_id}")
async def show_change_form(visit: SchoolVisitDep, offer_id: UUID) -> HTMLResponse:
    """Show the form by which an offer is changed."""
    offer = await _offer(visit, offer_id)
    values = {"submission": f"{uuid4()}", "places": f"{offer.places}", **day_fields("ends", offer.ends_on)}
    typed = Typed(values, lists={"routes": list(offer.routes), "shared_with": list(offer.shared_with)})
    return await _form(visit, typed, offer)


@router.post("/school/offers/{offer_id}")
async def change_offer(request: Request, visit: SchoolVisitDep, offer_id: UUID) -> Response:
    """Change the places, the last day or the routes of an offer; anything else makes another offer."""
    form = await read_form(request)
    offer = await _offer(visit, offer_id)
    body = {
        "school_urn": offer.school_urn,
        "phase": offer.phase,
        "subject": offer.subject,
        "starts_on": f"{offer.starts_on}",
        "year_groups": list(offer.year_groups),
        "send_placement": offer.send_placement,
        **_changeable(visit, form),
    }
    body["shared_with"] += [urn for urn in offer.shared_with if urn not in visit.membership.schools]
    if form.errors or not await _record(visit, body, form):
        return await _form(visit, form, offer)
    return lead_to(visit, "/school/offers")


@router.get("/school/offers/{offer_id}/withdrawal")
async def show_withdrawal(visit: SchoolVisitDep, offer_id: UUID) -> HTMLResponse:
    """Ask whether an offer is withdrawn, and say what that does."""
    return await _withdrawal(visit, offer_id, Typed({"submission": f"{uuid4()}"}))


@router.post("/school/offers/{offer_id}/withdrawal")
async def withdraw_offer(request: Request, visit: SchoolVisitDep, offer_id: UUID) -> Response:
    """Withdraw an offer."""
    form = await read_form(request)
    path = f"/offers/{offer_id}/withdrawal"
    try:
        await visit.services.send("referral", "POST", path, {"on": f"{visit.today}"}, OfferStatus, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, {})
        return await _withdrawal(visit, offer_id, form)
    return lead_to(visit, "/school/offers")


def _changeable(visit: Visit, form: Typed) -> dict[str, Any]:
    """Return what can be changed of an offer, as it was typed; notes what is missing."""
    places = form.number("places", "Give a number of places, such as 2.")
    if places == 0:
        form.errors["places"] = "Give at least one place. To take an offer back, withdraw it."
    ends_on = form.day("ends", "Give the last day of the placement, such as 18 12 2026.")
    return {
        "places": places,
        "ends_on": f"{ends_on}",
        "routes": form.several("routes"),
        "shared_with": form.several("shared_with"),
        "on": f"{visit.today}",
    }


async def _record(visit: Visit, body: Mapping[str, Any], form: Typed) -> bool:
    """Record an offer; notes a refusal in the form and returns whether there was none."""
    try:
        await visit.services.send("referral", "POST", "/offers", body, OfferPlaces, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, FIELDS)
        return False
    return True


async def _offer(visit: Visit, offer_id: UUID) -> Offer:
    return await visit.services.get("referral", f"/offers/{offer_id}", Offer)


async def _list(visit: Visit, form: Typed) -> HTMLResponse:
    offers, stale, schools = await gather(
        read_offers(visit.services),
        read_stale_offers(visit.services, visit.today),
        read_schools(visit.services, visit.membership.schools),
    )
    current = [offer for offer in offers if offer.places and offer.ends_on >= visit.today]
    return show(
        visit,
        "school/offers.html",
        status=422 if form.errors else 200,
        to_confirm=[offer for offer in current if offer.offer_id in stale],
        others=[offer for offer in current if offer.offer_id not in stale],
        over=[offer for offer in offers if offer not in current],
        why=stale,
        schools={school.urn: school.name for school in schools},
        values=form.values,
        errors=form.errors,
    )


async def _form(visit: Visit, form: Typed, offer: Offer | None = None) -> HTMLResponse:
    schools = await read_schools(visit.services, visit.membership.schools)
    asked = [school for school in schools if offer is None or school.urn == offer.school_urn]
    phases = phases_of(asked)
    return show(
        visit,
        "school/offer_form.html",
        status=422 if form.errors else 200,
        offer=offer,
        school_items=_school_items(asked),
        other_school_items=_school_items(each for each in schools if offer is None or each.urn != offer.school_urn),
        phase_items=items_of({phase: PHASES[phase] for phase in phases}),
        year_group_items=year_group_items(phases),
        route_items=items_of(ROUTES),
        values=form.values,
        lists=form.lists,
        errors=form.errors,
    )


async def _withdrawal(visit: Visit, offer_id: UUID, form: Typed) -> HTMLResponse:
    return show(
        visit,
        "school/withdrawal.html",
        status=422 if form.errors else 200,
        offer=await _offer(visit, offer_id),
        values=form.values,
        errors=form.errors,
    )


def phases_of(schools: Iterable[School]) -> list[str]:
    """Return the phases of schools; both where the register names none, as for some special schools."""
    return list(dict.fromkeys(phase for school in schools for phase in school.phases)) or list(PHASES)


def _school_items(schools: Iterable[School]) -> list[dict[str, str]]:
    return [{"value": school.urn, "text": school.name} for school in schools]
