"""Routes of programmes, for the partnership lead."""

from asyncio import gather
from collections.abc import Mapping
from datetime import date
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.calls.programme_answers import (
    ListedProgramme,
    ProgrammeState,
    ProgrammeWithSettings,
    RulesState,
    TemplateOfProgrammes,
)
from services.portal.calls.services import Refused
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import ELSEWHERE, Typed, read_form
from services.portal.pages.programmes.settings import find_setting, read_value, settings_of, value_in_words
from services.portal.pages.templating import lead_to, show

router = APIRouter()

NEW = {
    "/template": "template",
    "/title": "title",
    "/academic_year": "academic_year",
    "/starts_on": "starts_on-day",
    "/ends_on": "ends_on-day",
}
CHANGE = {"/value": "value", "/effective_from": "from-day", "/effective_to": "until-day", "/setting": "value"}


@router.get("/programmes")
async def show_programmes(visit: VisitDep) -> HTMLResponse:
    """Show the programmes, and the form to open one from a template."""
    return await _list(visit, Typed({}))


@router.post("/programmes")
async def open_programme(request: Request, visit: VisitDep) -> Response:
    """Open a programme from a template."""
    form = await read_form(request)
    template = form.choice("template", "Choose what kind of programme it is.")
    year = form.choice("academic_year", "Give the academic year, such as 2026/27.")
    starts_on = form.day("starts_on", "Give its first day, with day, month and year.")
    ends_on = form.day("ends_on", "Give its last day, with day, month and year.")
    if form.errors:
        return await _list(visit, form)
    body = {
        "template": template,
        "title": form.optional("title"),
        "academic_year": year,
        "starts_on": f"{starts_on}",
        "ends_on": f"{ends_on}",
        "on": f"{visit.today}",
    }
    try:
        made = await visit.services.send("referral", "POST", "/programmes", body, ProgrammeState, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, NEW)
        return await _list(visit, form)
    return lead_to(visit, f"/programmes/{made.programme_id}")


@router.get("/programmes/{programme_id}")
async def show_programme(visit: VisitDep, programme_id: UUID, on: str = "") -> HTMLResponse:
    """Show a programme with its settings of a day, today's where none is given."""
    try:
        day = date.fromisoformat(on) if on else None
    except ValueError:
        return await _page(visit, programme_id, {"on": "Give a day of the calendar."})
    try:
        return await _page(visit, programme_id, {}, day)
    except Refused as refused:
        if refused.status != 422:
            raise
        detail = refused.errors[0].detail if refused.errors else str(refused)
        return await _page(visit, programme_id, {"on": detail})


@router.post("/programmes/{programme_id}/closure")
async def close_programme(request: Request, visit: VisitDep, programme_id: UUID) -> Response:
    """Close a programme to new referrals."""
    return await _step(request, visit, programme_id, "closure")


@router.post("/programmes/{programme_id}/reopening")
async def reopen_programme(request: Request, visit: VisitDep, programme_id: UUID) -> Response:
    """Open a closed programme again."""
    return await _step(request, visit, programme_id, "reopening")


@router.get("/programmes/{programme_id}/settings/{path}")
async def show_setting(visit: VisitDep, programme_id: UUID, path: str) -> HTMLResponse:
    """Show one setting, and the form to change it from a day on."""
    return await _setting(visit, programme_id, path, Typed({}))


@router.post("/programmes/{programme_id}/settings/{path}")
async def change_setting(request: Request, visit: VisitDep, programme_id: UUID, path: str) -> Response:
    """Change a setting from a day on, and until another where one is given."""
    form = await read_form(request)
    starts_on = form.day("from", "Give the first day on which it holds, with day, month and year.")
    has_end = any(form.text(f"until-{part}") for part in ("day", "month", "year"))
    ends_on = form.day("until", "Give the last day with day, month and year, or leave it out.") if has_end else None
    if form.errors:
        return await _setting(visit, programme_id, path, form)
    programme = await _read(visit, programme_id)
    setting = find_setting(programme.settings, path) if path in programme.changeable else None
    if setting is None:
        raise Refused(404, "There is no such setting.")
    body = {
        "setting": path,
        "value": read_value(form.text("value"), setting.value),
        "on": f"{visit.today}",
        "effective_from": f"{starts_on}",
        "effective_to": f"{ends_on}" if ends_on else None,
    }
    address = f"/programmes/{programme_id}/overrides"
    try:
        await visit.services.send("referral", "POST", address, body, RulesState, form.submission())
    except Refused as refused:
        form.note_refusal(str(refused), refused.errors, CHANGE)
        return await _setting(visit, programme_id, path, form)
    return lead_to(visit, f"/programmes/{programme_id}")


async def _step(request: Request, visit: Visit, programme_id: UUID, step: str) -> Response:
    form = await read_form(request)
    address = f"/programmes/{programme_id}/{step}"
    try:
        await visit.services.send(
            "referral", "POST", address, {"on": f"{visit.today}"}, ProgrammeState, form.submission()
        )
    except Refused as refused:
        return await _page(visit, programme_id, {ELSEWHERE: str(refused)})
    return lead_to(visit, f"/programmes/{programme_id}")


async def _read(visit: Visit, programme_id: UUID, on: date | None = None) -> ProgrammeWithSettings:
    return await visit.services.get("referral", f"/programmes/{programme_id}", ProgrammeWithSettings, on=on)


async def _list(visit: Visit, form: Typed) -> HTMLResponse:
    programmes, templates = await gather(
        visit.services.get("referral", "/programmes", list[ListedProgramme]),
        visit.services.get("referral", "/programme-templates", list[TemplateOfProgrammes]),
    )
    return show(
        visit,
        "programmes/programmes.html",
        status=422 if form.errors else 200,
        programmes=programmes,
        templates=templates,
        values=form.values,
        errors=form.errors,
        submission=form.submission(),
    )


async def _page(visit: Visit, programme_id: UUID, errors: Mapping[str, str], on: date | None = None) -> HTMLResponse:
    programme = await _read(visit, programme_id, on)
    return show(
        visit,
        "programmes/programme.html",
        status=422 if errors else 200,
        programme=programme,
        groups=settings_of(programme.settings),
        overrides=[(each, value_in_words(each.value)) for each in reversed(programme.overrides)],
        submission=uuid4(),
        errors=errors,
    )


async def _setting(visit: Visit, programme_id: UUID, path: str, form: Typed) -> HTMLResponse:
    programme = await _read(visit, programme_id)
    setting = find_setting(programme.settings, path) if path in programme.changeable else None
    if setting is None:
        raise Refused(404, "There is no such setting.")
    return show(
        visit,
        "programmes/setting.html",
        status=422 if form.errors else 200,
        programme=programme,
        setting=setting,
        values={"value": setting.text, **form.values},
        errors=form.errors,
        submission=form.submission(),
    )
