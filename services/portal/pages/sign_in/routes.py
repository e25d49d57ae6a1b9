"""Routes of signing in: choose somebody in a demonstration, choose a role, switch it, sign out."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from services.portal.commands.accounts import link_identity
from services.portal.domain.accounts import DEMONSTRATION
from services.portal.pages.context import (
    SEEN_COOKIE,
    SESSION_COOKIE,
    ContextDep,
    PortalContext,
    SignedInDep,
    find_signed_in,
    safe_address,
)
from services.portal.pages.sign_in.letting_in import ShownAs, lead_in, let_in, show_ways
from services.portal.pages.templating import SEE_OTHER, drop_cookie, render
from services.portal.signing_in.identities import digest_of_identity, is_linked
from services.portal.signing_in.memberships import memberships_of_accounts, name_every_partnership
from services.portal.signing_in.sessions import Choice, choose_role, end_session, end_sessions_of
from shared.kernel.postgres import ACQUIRE_TIMEOUT, tenant_transaction
from shared.kernel.records import Cause
from shared.kernel.unit import CommandRequest

router = APIRouter()


@router.get("/sign-in")
async def show_sign_in(
    context: ContextDep,
    next: str = "/",  # noqa: A002  # what links to it says
    find: str = "",
    invitation: str = "",
) -> HTMLResponse:
    """Show the ways to sign in."""
    return await show_ways(context, safe_address(next), find=find, invitation=invitation)


@router.post("/sign-in/as")
async def sign_in_as(
    request: Request,
    context: ContextDep,
    partnership: Annotated[str, Form()],
    account: Annotated[UUID, Form()],
    role: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",  # noqa: A002  # the field's name
) -> RedirectResponse:
    """Be somebody in a demonstration; there is no such page anywhere else."""
    if not context.is_local:
        return RedirectResponse("/sign-in", SEE_OTHER)
    keyring = context.service.store.keyring
    identity = digest_of_identity(keyring, DEMONSTRATION, f"{partnership} {account}")
    pool = context.service.store.pool
    async with pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection, connection.transaction():
        tenants = await name_every_partnership(connection)
        roles = await memberships_of_accounts(connection, [(partnership, account)], context.today())
    if partnership not in tenants or role not in {each.role for each in roles}:
        return RedirectResponse("/sign-in", SEE_OTHER)
    await link_persona(context, partnership, account, identity)
    shown = ShownAs(identity, DEMONSTRATION, Choice(partnership, account, role))
    return await let_in(request, context, shown, next)


@router.get("/switch")
async def show_roles(who: SignedInDep) -> HTMLResponse:
    """Show every role that somebody has, to choose one."""
    return render("sign_in/choose.html", memberships=who.memberships)


@router.post("/switch")
async def choose(
    context: ContextDep,
    who: SignedInDep,
    partnership: Annotated[str, Form()],
    account: Annotated[UUID, Form()],
    role: Annotated[str, Form()],
) -> RedirectResponse:
    """Go on in this partnership and role."""
    as_whom = Choice(partnership, account, role)
    if as_whom not in {Choice(each.tenant, each.account_id, each.role) for each in who.memberships}:
        return RedirectResponse("/switch", SEE_OTHER)
    async with context.service.store.pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection:
        secret = await choose_role(connection, who.session.session, as_whom)
    return lead_in("/", secret)


@router.post("/sign-out")
async def sign_out(
    request: Request, context: ContextDep, everywhere: Annotated[bool, Form()] = False
) -> RedirectResponse:
    """Sign out here, or on every device."""
    who = await find_signed_in(request, context)
    if who is not None:
        async with context.service.store.pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection:
            await end_session(connection, who.session.session)
            if everywhere:
                await end_sessions_of(connection, who.session.identity)
    response = RedirectResponse("/sign-in", SEE_OTHER, headers={"Clear-Site-Data": '"cache"'})
    for name in (SESSION_COOKIE, SEEN_COOKIE):
        drop_cookie(response, name)
    return response


async def link_persona(context: PortalContext, tenant: str, account_id: UUID, identity: bytes) -> None:
    """Link an account to the identity that somebody has in a demonstration, unless it is linked to it already."""
    async with tenant_transaction(context.service.store.pool, [tenant]) as connection:
        if await is_linked(connection, account_id, identity):
            return
    linking = link_identity(account_id, identity, DEMONSTRATION, context.today())
    await context.service.commands.run(CommandRequest(tenant, Cause(str(account_id), uuid4())), linking)
