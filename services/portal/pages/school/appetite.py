"""Routes of appetite: whether a school would take trainees in a year, and why it would not."""

from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.hosting import read_appetites, read_schools, years_to_answer
from services.portal.calls.hosting_answers import AppetiteStatus
from services.portal.calls.services import Refused
from services.portal.pages.context import Visit
from services.portal.pages.forms import Typed, read_form
from services.portal.pages.school.visits import SchoolVisitDep
from services.portal.pages.school.words import APPETITES, REASONS_NOT_HOSTING, items_of
from services.portal.pages.templating import lead_to, show

router = APIRouter()

FIELDS = {"/appetite": "appetite", "/reasons_not_hosting": "reasons", "/academic_year": "appetite"}


@router.get("/school/appetite")
async def show_appetites(visit: SchoolVisitDep) -> HTMLResponse:
    """Show what each school of the lead has answered for this academic year and the next."""
    schools = await read_schools(visit.services, visit.membership.schools)
    return show(
        visit,
        "school/appetites.html",
        schools=schools,
        years=years_to_answer(visit.today),
        appetites=await read_appetites(visit.services, visit.today),
    )


@router.get("/school/appetite/{urn}")
async def show_appetite_form(visit: SchoolVisitDep, urn: str, year: str) -> HTMLResponse:
    """Show the question for a school and an academic year."""
    answered = (await read_appetites(visit.services, visit.today)).get((urn, year))
    values = {"submission": f"{uuid4()}", "appetite": answered.appetite if answered else ""}
    reasons = list(answered.reasons_not_hosting) if answered else []
    return await _form(visit, urn, year, Typed(values, lists={"reasons": reasons}))


@router.post("/school/appetite/{urn}")
async def answer(request: Request, visit: SchoolVisitDep, urn: str, year: str) -> Response:
    """Record whether a school would take trainees."""
    form = await read_form(request)
    appetite = form.choice("appetite", "Choose whether the school would take trainees.")
    reasons = form.several("reasons") if appetite == "not_open" else []
    if appetite == "not_open" and not reasons:
        form.errors["reasons"] = "Choose at least one reason; it helps the partnership to help."
    if form.errors:
        return await _form(visit, urn, year, form)
    body = {"academic_year": year, "appetite": appetite, "reasons_not_hosting": reasons, "on": f"{visit.today}"}
    path = f"/schools/{urn}/appetite"
    try:
        await visit.services.send("referral", "POST", path, body, AppetiteStatus, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, FIELDS)
        return await _form(visit, urn, year, form)
    return lead_to(visit, "/school/appetite")


async def _form(visit: Visit, urn: str, year: str, form: Typed) -> HTMLResponse:
    if urn not in visit.membership.schools or year not in years_to_answer(visit.today):
        raise Refused(404, "There is no such question.")
    (school,) = await read_schools(visit.services, [urn])
    return show(
        visit,
        "school/appetite_form.html",
        status=422 if form.errors else 200,
        school=school,
        year=year,
        appetite_items=items_of(APPETITES),
        reason_items=items_of(REASONS_NOT_HOSTING),
        values=form.values,
        lists=form.lists,
        errors=form.errors,
    )
