"""Routes that change something: start, send and cancel a round, lock and unlock a pair, say no to it, record places."""

from asyncio import gather
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.matching_answers import (
    CancelledRound,
    Offer,
    OfferPlaces,
    PairState,
    Readiness,
    RoundProgress,
)
from services.portal.calls.services import Away, Refused
from services.portal.pages.context import Visit, VisitDep, safe_address
from services.portal.pages.forms import ELSEWHERE, Typed, day_fields, read_form
from services.portal.pages.matching.programmes import read_programme
from services.portal.pages.matching.rounds import trainee_page
from services.portal.pages.matching.words import school_names
from services.portal.pages.templating import lead_to, show

router = APIRouter()

SIDES = {"trainee": "The trainee", "mentor": "The mentor, or their school"}
FIELDS = {"/on": "on-day", "/reason": "reason", "/side": "side", "/places": "places"}
AWAY = "This part does not answer at the moment. What you typed is still here: send it again in a minute."


@router.get("/matching/programmes/{programme_id}/send")
async def show_sending(visit: VisitDep, programme_id: UUID, on: date | None = None) -> HTMLResponse:
    """Show what sending proposals does, before it is done; the day is that of the trial from which somebody comes."""
    suggested = {"submission": f"{uuid4()}", **day_fields("on", on or visit.today)}
    return await _sending_page(visit, programme_id, Typed(suggested))


@router.post("/matching/programmes/{programme_id}/send")
async def send_proposals(request: Request, visit: VisitDep, programme_id: UUID) -> Response:
    """Solve a round from what is recorded now, and propose its pairs."""
    form = await read_form(request)
    on = form.day("on", "Give the day of the round, such as 1 7 2026.")
    if form.errors:
        return await _sending_page(visit, programme_id, form)
    body = {"programme_id": f"{programme_id}", "on": f"{on}"}
    try:
        asked = await visit.services.send(
            "matching", "POST", "/rounds", body, RoundProgress, form.submission(), later=True
        )
    except (Refused, Away) as refused:
        note_problem(form, refused)
        return await _sending_page(visit, programme_id, form)
    return lead_to(visit, f"/matching/rounds/{asked.round_id}")


@router.post("/matching/rounds/{round_id}/cancellation")
async def cancel(request: Request, visit: VisitDep, round_id: UUID) -> Response:
    """Cancel a round that is not solved yet; one that has been solved meanwhile is shown as it is."""
    form = await read_form(request)
    try:
        await visit.services.send(
            "matching",
            "POST",
            f"/rounds/{round_id}/cancellation",
            {"on": f"{visit.today}"},
            CancelledRound,
            form.submission(),
        )
    except Refused as refused:
        if refused.status != 409:
            raise
    return lead_to(visit, f"/matching/rounds/{round_id}")


@router.post("/matching/rounds/{round_id}/trainees/{trainee_id}/{what}")
async def change_pair(request: Request, visit: VisitDep, round_id: UUID, trainee_id: UUID, what: str) -> Response:
    """Lock or unlock the pair of a trainee, say no to it, or take that back."""
    form = await read_form(request)
    pair_id = form.text("pair")
    on = {"on": f"{visit.today}"}
    method, path, body = "POST", "", dict[str, Any](on)
    match what:
        case "lock":
            method, path = "PUT", "lock"
        case "unlock":
            method, path, body = "DELETE", f"lock?on={visit.today}", {}
        case "refusal":
            body |= {
                "side": form.choice("side", "Choose who does not want this pair."),
                "reason": form.optional("reason"),
            }
            path = "refusal"
        case "answer-withdrawal":
            body |= {"side": form.optional("side")}
            path = "answer-withdrawal"
        case _:
            raise Refused(404, "There is no such page.")
    if not form.errors:
        try:
            pair = f"/pairs/{UUID(pair_id)}/{path}"
            await visit.services.send("matching", method, pair, body, PairState, form.submission())
        except ValueError:
            raise Refused(404, "There is no such pair.") from None
        except (Refused, Away) as refused:
            note_problem(form, refused)
    if form.errors:
        return await trainee_page(visit, round_id, trainee_id, form)
    return lead_to(visit, f"/matching/rounds/{round_id}/trainees/{trainee_id}")


@router.get("/matching/offers/{offer_id}/places")
async def show_places_form(visit: VisitDep, offer_id: UUID, more: int = 1, back: str = "") -> HTMLResponse:
    """Show the form by which a lead records that a school offers more places."""
    offer = await visit.services.get("referral", f"/offers/{offer_id}", Offer)
    suggested = {"places": f"{offer.places + max(1, min(more, 50))}", "back": back, "submission": f"{uuid4()}"}
    return await _places_page(visit, offer, Typed(suggested))


@router.post("/matching/offers/{offer_id}/places")
async def record_places(request: Request, visit: VisitDep, offer_id: UUID) -> Response:
    """Record how many places a school offers, with everything else about the offer as it is."""
    form = await read_form(request)
    offer = await visit.services.get("referral", f"/offers/{offer_id}", Offer)
    places = form.number("places", "Give the number of places, such as 3.")
    if form.errors:
        return await _places_page(visit, offer, form)
    body = offer.model_dump(mode="json", exclude={"offer_id"}) | {"places": places, "on": f"{visit.today}"}
    try:
        await visit.services.send("referral", "POST", "/offers", body, OfferPlaces, form.submission())
    except (Refused, Away) as refused:
        note_problem(form, refused)
        return await _places_page(visit, offer, form)
    return lead_to(visit, inside_matching(form.text("back")))


def inside_matching(address: str) -> str:
    """Return an address of the board, to go back to; the board itself in the place of every other one."""
    found = safe_address(address)
    return found if found.startswith("/matching") else "/matching"


def note_problem(form: Typed, problem: Refused | Away, fields: Mapping[str, str] = FIELDS) -> None:
    """Note what a service has refused, or that it does not answer; raises what nobody can correct in the form."""
    if isinstance(problem, Away):
        form.errors[ELSEWHERE] = AWAY
        return
    if problem.status in (401, 403, 404):
        raise problem
    form.note_refusal(str(problem), problem.errors, fields)


async def _sending_page(visit: Visit, programme_id: UUID, form: Typed) -> HTMLResponse:
    programme, readiness = await gather(
        read_programme(visit, programme_id),
        visit.services.get("matching", "/readiness", Readiness, programme_id=programme_id),
    )
    return show(
        visit,
        "matching/send.html",
        status=422 if form.errors else 200,
        programme=programme,
        readiness=readiness,
        values=form.values,
        errors=form.errors,
    )


async def _places_page(visit: Visit, offer: Offer, form: Typed) -> HTMLResponse:
    schools = await school_names(visit.services, [offer.school_urn])
    return show(
        visit,
        "matching/places.html",
        status=422 if form.errors else 200,
        offer=offer,
        school=schools[offer.school_urn],
        back=inside_matching(form.text("back")),
        values=form.values,
        errors=form.errors,
    )
