"""Routes of proposals: a school's lead accepts or declines for the mentors, and takes an answer back."""

from typing import Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.hosting import read_proposals
from services.portal.calls.hosting_answers import PairChanged, PairProposal, SupportChanged
from services.portal.calls.services import Refused
from services.portal.pages.context import Visit
from services.portal.pages.forms import Typed, read_form
from services.portal.pages.school.visits import SchoolVisitDep
from services.portal.pages.templating import lead_to, show

router = APIRouter()

ANSWERS = {"accept": "acceptance", "take-back": "answer-withdrawal", "decline": "refusal"}
"""What somebody does with a proposal, and what it is called in matching."""
Step = Literal["accept", "take-back", "decline"]
SupportStep = Literal["accept", "decline"]


@router.get("/school/proposals")
async def show_proposals(visit: SchoolVisitDep) -> HTMLResponse:
    """Show the proposals that wait for the school, and those that wait for the other side."""
    return await _list(visit, Typed({"submission": f"{uuid4()}"}))


@router.get("/school/proposals/{pair_id}/decline")
async def show_decline_form(visit: SchoolVisitDep, pair_id: UUID) -> HTMLResponse:
    """Show the form by which a proposal is declined."""
    return await _decline(visit, pair_id, Typed({"submission": f"{uuid4()}"}))


@router.post("/school/proposals/{pair_id}/{step}")
async def answer_pair(request: Request, visit: SchoolVisitDep, pair_id: UUID, step: Step) -> Response:
    """Answer for the mentor of a pair, or take the answer back."""
    form = await read_form(request)
    body: dict[str, Any] = {"on": f"{visit.today}", "side": "mentor"}
    if step == "decline":
        body["reason"] = form.optional("reason")
    path = f"/pairs/{pair_id}/{ANSWERS[step]}"
    try:
        await visit.services.send("matching", "POST", path, body, PairChanged, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, {"/reason": "reason"})
        return await (_decline(visit, pair_id, form) if step == "decline" else _list(visit, form))
    return lead_to(visit, "/school/proposals")


@router.post("/school/supports/{support_id}/{step}")
async def answer_support(request: Request, visit: SchoolVisitDep, support_id: UUID, step: SupportStep) -> Response:
    """Answer for one of the two of a support."""
    form = await read_form(request)
    body = {"on": f"{visit.today}", "side": form.optional("side")}
    path = f"/supports/{support_id}/{ANSWERS[step]}"
    try:
        await visit.services.send("matching", "POST", path, body, SupportChanged, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, {})
        return await _list(visit, form)
    return lead_to(visit, "/school/proposals")


async def _list(visit: Visit, form: Typed) -> HTMLResponse:
    proposals = await read_proposals(visit.services)
    people = {person for pair in proposals.pairs for person in (pair.mentor_id, pair.trainee_id)}
    people |= {person for support in proposals.supports for person in (support.mentor_id, support.mentee_id)}
    await visit.learn_names(people)
    return show(
        visit,
        "school/proposals.html",
        status=422 if form.errors else 200,
        proposals=proposals,
        values=form.values,
        errors=form.errors,
    )


async def _decline(visit: Visit, pair_id: UUID, form: Typed) -> HTMLResponse:
    pair = await visit.services.get("matching", f"/pairs/{pair_id}", PairProposal)
    await visit.learn_names((pair.mentor_id, pair.trainee_id))
    return show(
        visit,
        "school/decline.html",
        status=422 if form.errors else 200,
        pair=pair,
        values=form.values,
        errors=form.errors,
    )
