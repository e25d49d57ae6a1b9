"""Routes of signing in by a code that is sent to an e-mail address."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.portal.commands.accounts import open_account_of_record
from services.portal.pages.context import ContextDep, PortalContext, safe_address
from services.portal.pages.sign_in.letting_in import ShownAs, let_in, say_nobody, show_ways
from services.portal.pages.templating import SEE_OTHER, drop_cookie, render, set_cookie
from services.portal.signing_in.codes import (
    LASTS,
    REQUESTS_OF_NETWORK,
    TRIES_OF_NETWORK,
    CodeOver,
    RightCode,
    TooManyCodes,
    WrongCode,
    request_code,
    try_code,
)
from services.portal.signing_in.identities import is_email
from services.portal.signing_in.memberships import holders_of_digest, name_every_partnership
from shared.kernel.http.rates import Rate, TooManyRequests, network_of
from shared.kernel.postgres import ACQUIRE_TIMEOUT
from shared.kernel.records import Cause
from shared.kernel.unit import CommandRequest
from shared.wording import counted_noun

router = APIRouter()

CODE_COOKIE = "__Host-alongside-code"
BY_EMAIL = "mailto"
"""The provider of sessions that began with a code."""
NO_ADDRESS = "Type your e-mail address, such as name@school.example."
NO_CODE = "Type the six digits of the code."
OVER = "This code cannot be used any more, or you asked for it in another browser. Ask for a new code."


@router.post("/sign-in/code")
async def ask_for_code(
    request: Request,
    context: ContextDep,
    email: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002  # the field's name
) -> Response:
    """Send a code to an address; the answer and the work are the same whether or not anybody has it."""
    _must_send_codes(context)
    to, email = safe_address(next), email.strip()
    if not is_email(email):
        return await show_ways(context, to, email=email, errors={"email": NO_ADDRESS}, status=422)
    store = context.service.store
    try:
        _take(request, context, "code", REQUESTS_OF_NETWORK)
        async with store.pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection, connection.transaction():
            secret = await request_code(connection, store.keyring, email, context.service.commands.now())
    except (TooManyCodes, TooManyRequests) as refused:
        return await show_ways(context, to, email=email, errors={"email": refused.detail}, status=refused.status)
    # the worker finds the mail within a second: woken up now, it would send it while this answer is made, which shows
    response = RedirectResponse(code_address(to), SEE_OTHER)
    set_cookie(response, CODE_COOKIE, secret, max_age=int(LASTS.total_seconds()))
    return response


@router.get("/sign-in/code")
async def show_code(
    request: Request,
    context: ContextDep,
    next: str = "/",  # noqa: A002  # what links to it says
) -> Response:
    """Show the field for the code."""
    _must_send_codes(context)
    if CODE_COOKIE not in request.cookies:
        return RedirectResponse("/sign-in", SEE_OTHER)
    return _show_field(safe_address(next))


@router.post("/sign-in/code/entry")
async def enter_code(
    request: Request,
    context: ContextDep,
    code: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002  # the field's name
) -> Response:
    """Let somebody in who has typed the code."""
    _must_send_codes(context)
    to, now = safe_address(next), context.service.commands.now()
    if not any(character.isdecimal() for character in code):
        return _show_field(to, NO_CODE)
    store = context.service.store
    try:
        _take(request, context, "code entry", TRIES_OF_NETWORK)
    except TooManyRequests as refused:
        return _show_field(to, refused.detail, refused.status)
    async with store.pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection, connection.transaction():
        tried = await try_code(connection, store.keyring, request.cookies.get(CODE_COOKIE, ""), code, now)
    match tried:
        case WrongCode(tries_left=left):
            return _show_field(to, f"This is another code. You have {counted_noun(left, 'more try', 'more tries')}.")
        case CodeOver():
            return await show_ways(context, to, errors={"email": OVER}, status=422)
        case RightCode(address=address):
            response = await _let_in(request, context, address, to)
    drop_cookie(response, CODE_COOKIE)
    return response


async def _let_in(request: Request, context: PortalContext, address: bytes, to: str) -> Response:
    pool = context.service.store.pool
    async with pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection, connection.transaction():
        await name_every_partnership(connection)
        holders = await holders_of_digest(connection, address)
    if not holders:
        return say_nobody()
    for tenant, account_id in holders:
        opening = open_account_of_record(account_id, context.today())
        await context.service.commands.run(CommandRequest(tenant, Cause(str(account_id), uuid4())), opening)
    return await let_in(request, context, ShownAs(address, BY_EMAIL), to)


def code_address(to: str) -> str:
    """Return the address of the field for the code, from which somebody goes on to a page."""
    return "/sign-in/code" if to == "/" else f"/sign-in/code?next={quote(to, safe='')}"


def _show_field(to: str, error: str = "", status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> HTMLResponse:
    errors = {"code": error} if error else {}
    return render("sign_in/code.html", status=status if error else HTTPStatus.OK, next=to, errors=errors)


def _must_send_codes(context: PortalContext) -> None:
    if not context.settings.sends_codes:
        raise HTTPException(HTTPStatus.NOT_FOUND)


def _take(request: Request, context: PortalContext, what: str, rate: Rate) -> None:
    """Count what a network does; raises `TooManyRequests`."""
    host = request.client.host if request.client else ""
    context.service.rates.take(f"{what} {network_of(host)}", rate)
