"""What every way to sign in ends with: a session of its own, the page that was asked for, or whom to ask."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from services.portal.pages.context import SESSION_COOKIE, PortalContext, safe_address
from services.portal.pages.templating import SEE_OTHER, render, set_cookie
from services.portal.queries.personas import list_personas
from services.portal.signing_in.memberships import memberships_of_identity, name_every_partnership
from services.portal.signing_in.sessions import Choice, begin_session, end_session_of_cookie
from shared.kernel.postgres import ACQUIRE_TIMEOUT


@dataclass(frozen=True, slots=True)
class ShownAs:
    """An identity that somebody has shown, by which provider, and the role that they have chosen with it, if any."""

    identity: bytes
    provider: str
    choice: Choice | None = None


async def let_in(request: Request, context: PortalContext, shown: ShownAs, to: str) -> RedirectResponse:
    """Begin a session and lead to a page: with the only role that somebody has, or to the choice among several.

    The secret of the session is always a new one, and a session that the browser had before ends: a cookie that
    somebody else has put there is of no use to them.
    """
    pool = context.service.store.pool
    async with pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection, connection.transaction():
        before = request.cookies.get(SESSION_COOKIE)
        if before:
            await end_session_of_cookie(connection, before)
        choice = shown.choice
        if choice is None:
            await name_every_partnership(connection)
            roles = await memberships_of_identity(connection, shown.identity, context.today())
            if len(roles) == 1:
                choice = Choice(roles[0].tenant, roles[0].account_id, roles[0].role)
        secret = await begin_session(connection, shown.identity, shown.provider, context.service.commands.now(), choice)
    return lead_in(to, secret)


def lead_in(to: str, secret: str) -> RedirectResponse:
    """Lead somebody who has signed in, or has switched, to a page; the secret of the session goes into the cookie."""
    response = RedirectResponse(safe_address(to), SEE_OTHER)
    set_cookie(response, SESSION_COOKIE, secret)
    return response


async def show_ways(
    context: PortalContext,
    to: str,
    *,
    find: str = "",
    invitation: str = "",
    email: str = "",
    errors: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    """Show every way to sign in that is set up here."""
    groups = await list_personas(context.service.store, find, context.today()) if context.is_local else []
    return render(
        "sign_in/sign_in.html",
        status=status,
        next=to,
        is_local=context.is_local,
        groups=groups,
        find=find,
        invitation=invitation[:100],
        providers=[client.provider for client in context.providers.values()],
        sends_codes=context.settings.sends_codes,
        email=email,
        errors=errors or {},
    )


def say(status: int, heading: str, *sentences: str) -> HTMLResponse:
    """Make a page that says why nobody is signed in, and leads to the ways to sign in."""
    return render(
        "layout/message.html",
        status=status,
        heading=heading,
        sentences=sentences,
        address="/sign-in",
        action="Sign in in another way, or once more",
    )


def say_nobody() -> HTMLResponse:
    """Make the page for whoever is nobody's account here: the same for all, whatever they have shown."""
    return say(
        HTTPStatus.FORBIDDEN,
        "You cannot sign in with this here",
        "What you have signed in with belongs to no account here.",
        "Ask whoever leads your partnership: they see which e-mail address you are known by, and can invite you. "
        "Mentors and trainees sign in with the address that is in their record.",
        "If you signed in here before in another way, sign in in that way, or ask your lead to let you begin anew.",
    )
