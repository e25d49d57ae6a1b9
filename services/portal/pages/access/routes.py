"""Routes of access, for the partnership lead."""

from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.commands.accounts import close_account, end_role, end_sign_ins, open_account
from services.portal.domain.accounts import NewAccount, RoleStep
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.forms import ELSEWHERE, Typed, read_form
from services.portal.pages.templating import lead_to, show
from services.portal.queries.accounts import list_accounts
from shared.inputs.texts import normalise_texts
from shared.kernel.decider import DomainError
from shared.kernel.postgres import tenant_transaction
from shared.kernel.postgres.progress import wait_with_pool_until_projected
from shared.kernel.reader import Reader
from shared.kernel.records import Cause
from shared.kernel.unit import CommandRequest, UseCase

router = APIRouter()

PORTAL = "portal"
SENTENCES = {
    "name": "Give the person's name.",
    "email": "Give an e-mail address, such as name@school.example.",
    "role": "Choose a role.",
    "schools": "Give each school's URN, with blanks between them.",
    "why": "Say why they get this role, in at most 300 characters.",
}


@router.get("/access")
async def show_access(visit: VisitDep) -> HTMLResponse:
    """Show who may sign in, with which roles, and since when."""
    return await _page(visit, Typed({}))


@router.post("/access")
async def invite(request: Request, visit: VisitDep) -> Response:
    """Invite somebody with a first role."""
    form = await read_form(request)
    for name in ("name", "email", "role", "why"):
        form.choice(name, SENTENCES[name])
    if form.errors:
        return await _page(visit, form)
    try:
        new = NewAccount.model_validate(
            normalise_texts(
                {
                    "name": form.text("name"),
                    "email": form.text("email"),
                    "role": {
                        "role": form.text("role"),
                        "schools": form.text("schools").replace(",", " ").split(),
                        "on": f"{visit.today}",
                        "why": form.text("why"),
                    },
                }
            )
        )
    except ValidationError as error:
        for each in error.errors():
            name = next((str(part) for part in reversed(each["loc"]) if part in SENTENCES), ELSEWHERE)
            form.errors[name] = SENTENCES.get(name, "Look at this again.")
        return await _page(visit, form)
    return await _do(visit, form, open_account(visit.who, uuid4(), new))


@router.post("/access/{account_id}/closure")
async def close(request: Request, visit: VisitDep, account_id: UUID) -> Response:
    """End everything of somebody who leaves."""
    form = await read_form(request)
    step = RoleStep(on=visit.today, why=form.text("why") or "They have left.")
    return await _do(visit, form, close_account(visit.who, account_id, step))


@router.post("/access/{account_id}/roles/{grant_id}/end")
async def end(request: Request, visit: VisitDep, account_id: UUID, grant_id: UUID) -> Response:
    """End a role."""
    form = await read_form(request)
    step = RoleStep(on=visit.today, why=form.text("why") or "It is no longer needed.")
    return await _do(visit, form, end_role(visit.who, account_id, grant_id, step))


@router.post("/access/{account_id}/sign-ins/end")
async def sign_out(request: Request, visit: VisitDep, account_id: UUID) -> Response:
    """Sign somebody out everywhere, and let them begin anew with another account at a provider if that is asked for."""
    form = await read_form(request)
    unlink = form.text("unlink") == "true"
    return await _do(visit, form, end_sign_ins(visit.who, account_id, visit.today, unlink=unlink))


async def _do(visit: Visit, form: Typed, use_case: UseCase[BaseModel]) -> Response:
    request = CommandRequest(visit.membership.tenant, Cause(visit.who.subject, uuid4()))
    try:
        done = await visit.context.service.commands.run(request, use_case)
    except DomainError as refused:
        form.errors[ELSEWHERE] = refused.detail
        return await _page(visit, form)
    if done.position is not None:
        visit.services.seen[PORTAL] = done.position
    return lead_to(visit, "/access")


async def _page(visit: Visit, form: Typed) -> HTMLResponse:
    pool = visit.context.service.store.pool
    if PORTAL in visit.services.seen:
        await wait_with_pool_until_projected(pool, visit.services.seen[PORTAL])
    async with tenant_transaction(pool, [visit.membership.tenant]) as connection:
        reader = Reader(visit.who, connection, visit.context.service.store.keyring)
        accounts = await list_accounts(reader, after=None, limit=500)
    await visit.learn_names(account.account_id for account in accounts)
    return show(
        visit,
        "access/access.html",
        status=422 if form.errors else 200,
        accounts=sorted(accounts, key=lambda each: (each.closed_on is not None, visit.names[each.account_id])),
        values=form.values,
        errors=form.errors,
        sends_mail=visit.context.settings.alongside_smtp_url is not None,
        sign_in_address=_public_address(visit),
    )


def _public_address(visit: Visit) -> str:
    """Return the address of the sign-in page as somebody outside types it."""
    public = visit.context.settings.alongside_portal_url.rstrip("/") or f"{visit.request.base_url}".rstrip("/")
    return f"{public}/sign-in"
