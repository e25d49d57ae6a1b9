"""Routes of signing in at a provider: lead somebody there, and let them in when they come back."""

import hashlib
import hmac
from datetime import datetime
from http import HTTPStatus
from uuid import uuid4

import structlog
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.portal.commands.accounts import link_identity
from services.portal.domain.accounts import Closed, LinkedAlready
from services.portal.pages.context import ContextDep, PortalContext, safe_address
from services.portal.pages.sign_in.letting_in import ShownAs, let_in, say, say_nobody
from services.portal.pages.templating import SEE_OTHER, drop_cookie, set_cookie
from services.portal.signing_in.identities import digest_of_identity
from services.portal.signing_in.linking import match_accounts
from services.portal.signing_in.providers import (
    ATTEMPT_LASTS,
    Attempt,
    NotSignedIn,
    ProviderAway,
    ProviderClient,
    ShownIdentity,
    begin_attempt,
    open_attempt,
    seal_attempt,
)
from shared.kernel.postgres import ACQUIRE_TIMEOUT
from shared.kernel.records import Cause
from shared.kernel.unit import CommandRequest

router = APIRouter()
log = structlog.get_logger()

ATTEMPT_COOKIE = "__Host-alongside-attempt"


def callback_address(name: str) -> str:
    """Return where a provider leads somebody back to: an address of its own for each provider."""
    return f"/sign-in/with/{name}/back"


@router.get("/sign-in/with/{name}")
async def begin(
    context: ContextDep,
    name: str,
    next: str = "/",  # noqa: A002  # what links to it says
    invitation: str = "",
) -> Response:
    """Lead somebody to a provider."""
    client = _client(context, name)
    attempt = begin_attempt(name, context.service.commands.now(), safe_address(next), invitation[:100])
    try:
        address = await client.address(attempt)
    except ProviderAway:
        return _away(client)
    response = RedirectResponse(address, SEE_OTHER)
    sealed = seal_attempt(context.service.store.keyring, attempt)
    set_cookie(response, ATTEMPT_COOKIE, sealed, max_age=int(ATTEMPT_LASTS.total_seconds()))
    return response


@router.get("/sign-in/with/{name}/back")
async def come_back(
    request: Request,
    context: ContextDep,
    name: str,
    state: str = "",
    code: str = "",
    error: str = "",
    iss: str = "",
) -> Response:
    """Let somebody in whom a provider has led back."""
    client = _client(context, name)
    now = context.service.commands.now()
    attempt = open_attempt(context.service.store.keyring, request.cookies.get(ATTEMPT_COOKIE, ""), now)
    if attempt is None or attempt.provider != name or not hmac.compare_digest(attempt.state.encode(), state.encode()):
        response: Response = _begin_anew()
    elif not await _spend(context, state, now):
        response = _begin_anew()
    elif error or not code:
        response = _refusal(client, error)
    else:
        response = await _let_in(request, context, client, attempt, code, iss)
    drop_cookie(response, ATTEMPT_COOKIE)
    return response


async def _let_in(
    request: Request, context: PortalContext, client: ProviderClient, attempt: Attempt, code: str, issuer: str
) -> Response:
    try:
        shown = await client.identify(attempt, code, issuer)
    except ProviderAway:
        return _away(client)
    except NotSignedIn as error:
        log.warning("an answer of a provider signs nobody in", provider=client.provider.name, reason=str(error))
        return _refusal(client, "")
    identity = digest_of_identity(context.service.store.keyring, client.provider.issuer, shown.subject)
    if not await link_where_it_fits(context, client, identity, shown, attempt.invitation):
        return say_nobody()
    return await let_in(request, context, ShownAs(identity, client.provider.name), attempt.back_to)


async def link_where_it_fits(
    context: PortalContext, client: ProviderClient, identity: bytes, shown: ShownIdentity, invitation: str
) -> bool:
    """Link the accounts that fit an identity and are linked to none; return whether it has any account."""
    store = context.service.store
    async with store.pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection, connection.transaction():
        match = await match_accounts(
            connection, store.keyring, identity, shown.verified_email, invitation, context.service.commands.now()
        )
    found = bool(match.linked)
    for tenant, account_id in match.to_link:
        linking = link_identity(account_id, identity, client.provider.name, context.today())
        try:
            await context.service.commands.run(CommandRequest(tenant, Cause(str(account_id), uuid4())), linking)
            found = True
        except (LinkedAlready, Closed):  # in the meantime
            continue
    return found


async def _spend(context: PortalContext, state: str, now: datetime) -> bool:
    """Note that an attempt has been answered; False where it was before: it counts once."""
    digest = hashlib.sha256(state.encode()).digest()
    spent = await context.service.store.pool.fetchval(
        "insert into spent_states values ($1, $2) on conflict do nothing returning true", digest, now
    )
    return spent is not None


def _client(context: PortalContext, name: str) -> ProviderClient:
    found = context.providers.get(name)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found


def _away(client: ProviderClient) -> HTMLResponse:
    return say(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "You cannot sign in this way just now",
        f"“{client.provider.button}” does not answer at the moment. It is not your fault, and nothing is lost.",
        "Wait a minute, then try again.",
    )


def _begin_anew() -> HTMLResponse:
    return say(
        HTTPStatus.BAD_REQUEST,
        "Sign in once more",
        "You were away too long, you began in another browser, or this page was opened a second time.",
        "Begin once more here: it takes a moment.",
    )


def _refusal(client: ProviderClient, error: str) -> HTMLResponse:
    if error == "access_denied":
        sentence = "You said no there, or you may not use it. Nothing was passed on to us."
    elif error in ("temporarily_unavailable", "server_error"):
        return _away(client)
    else:
        sentence = "The answer that came back was not valid, so nobody was signed in."
    return say(
        HTTPStatus.FORBIDDEN, "You are not signed in", sentence, "Try again, or ask whoever leads your partnership."
    )
