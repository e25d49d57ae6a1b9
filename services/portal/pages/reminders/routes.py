"""Routes of the page on which somebody says whether, and from which day on, they want reminders by mail."""

from datetime import date
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.commands.reminders import RemindersState, pause_reminders, resume_reminders
from services.portal.domain.reminders import Pause
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import ELSEWHERE, Typed, day_fields, read_form
from services.portal.pages.templating import lead_to, show
from services.portal.queries.reminders import find_pause
from shared.kernel.decider import DomainError
from shared.kernel.postgres import tenant_transaction
from shared.kernel.records import Cause
from shared.kernel.unit import CommandRequest, UseCase

router = APIRouter()

CHOOSE = "Choose whether you want reminders."
NO_DAY = "Give the day on which reminders shall come again, such as 7 1 2027."


@router.get("/reminders")
async def show_reminders(visit: VisitDep) -> HTMLResponse:
    """Show whether somebody gets reminders."""
    return await _page(visit, Typed({}))


@router.post("/reminders")
async def change(request: Request, visit: VisitDep) -> Response:
    """Let reminders come, or not until a day, or not at all."""
    form = await read_form(request)
    when = form.choice("when", CHOOSE)
    until = form.day("until", NO_DAY) if when == "until" else None
    if form.errors or when not in ("always", "until", "never"):
        form.errors = form.errors or {"when": CHOOSE}
        return await _page(visit, form)
    return await _do(visit, form, _use_case(visit, when, until))


def _use_case(visit: Visit, when: str, until: date | None) -> UseCase[RemindersState]:
    account_id = visit.membership.account_id
    if when == "always":
        return resume_reminders(account_id, visit.today)
    return pause_reminders(account_id, until, visit.today)


async def _do(visit: Visit, form: Typed, use_case: UseCase[RemindersState]) -> Response:
    request = CommandRequest(visit.membership.tenant, Cause(visit.who.subject, uuid4()))
    try:
        await visit.context.service.commands.run(request, use_case)
    except DomainError as refused:
        form.errors["until-day" if form.text("when") == "until" else ELSEWHERE] = refused.detail
        return await _page(visit, form)
    return lead_to(visit, "/reminders")


async def _page(visit: Visit, form: Typed) -> HTMLResponse:
    membership, settings = visit.membership, visit.context.settings
    async with tenant_transaction(visit.context.service.store.pool, [membership.tenant]) as connection:
        pause = await find_pause(connection, membership.tenant, membership.account_id)
    if pause is not None and not pause.covers(visit.today):
        pause = None
    return show(
        visit,
        "reminders/reminders.html",
        status=422 if form.errors else 200,
        pause=pause,
        values=dict(form.values) if form.errors else _values(pause),
        errors=form.errors,
        sends_reminders=settings.sends_reminders,
        first_hour=settings.alongside_reminders_from,
        last_hour=settings.alongside_reminders_until,
    )


def _values(pause: Pause | None) -> dict[str, str]:
    if pause is None:
        return {"when": "always"}
    return {"when": "never"} if pause.until is None else {"when": "until", **day_fields("until", pause.until)}
