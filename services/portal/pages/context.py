"""What pages are made with, and who looks at one: the signed-in person, their partnership, and the services as them."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

import httpx
from fastapi import Depends, Request

from services.portal.calls.services import ServicesAsPerson
from services.portal.pages.imports.long_commands import LongCommands
from services.portal.queries.people import find_people, names_of
from services.portal.signing_in.memberships import (
    Membership,
    memberships_of_identity,
    name_every_partnership,
)
from services.portal.signing_in.providers import ProviderClient
from services.portal.signing_in.sessions import Limits, WebSession, find_session
from services.portal.signing_in.settings import PortalSettings
from services.portal.signing_in.tokens import TokenMint
from shared.kernel.http.context import ServiceContext
from shared.kernel.postgres import ACQUIRE_TIMEOUT, tenant_transaction
from shared.kernel.principal import Principal
from shared.kernel.reader import Reader

SESSION_COOKIE = "__Host-alongside"
SEEN_COOKIE = "__Host-alongside-seen"
"""What the person's own commands were answered with, so that the next page waits for it."""
SEEN_FOR = 120
"""Seconds."""


@dataclass(frozen=True)
class PortalContext:
    """What the pages of a process are made with; `largest_file` is in bytes."""

    service: ServiceContext
    settings: PortalSettings
    clients: Mapping[str, httpx.AsyncClient]
    mint: TokenMint
    limits: Limits
    largest_file: int
    providers: Mapping[str, ProviderClient] = field(default_factory=dict)
    long_commands: LongCommands = field(default_factory=LongCommands)

    @property
    def is_local(self) -> bool:
        """Whether whoever opens a page may sign in as anybody, as in a demonstration."""
        return self.settings.alongside_env == "local"

    def today(self) -> date:
        """Return the day in England that counts as today."""
        return self.service.today()


class SignInFirst(Exception):
    """Nobody is signed in, or not any more: the page leads to the sign-in page and from there back to `back_to`."""

    def __init__(self, back_to: str) -> None:
        super().__init__()
        self.back_to = back_to


class ChooseRole(Exception):
    """Somebody is signed in and has not chosen in which partnership and role, or no longer has the one they chose."""


async def portal_context(request: Request) -> PortalContext:
    """Read the context of the pages from the application's state."""
    found = request.app.state.portal
    assert isinstance(found, PortalContext)
    return found


ContextDep = Annotated[PortalContext, Depends(portal_context)]


@dataclass
class SignedIn:
    """Somebody who is signed in, and every role that they have, whether or not they have chosen one."""

    session: WebSession
    memberships: list[Membership]

    @property
    def membership(self) -> Membership | None:
        """The role in which they look at pages; None where they have not chosen one, or do not have it any more."""
        chosen = self.session.choice
        return next((each for each in self.memberships if (each.tenant, each.account_id, each.role) == chosen), None)


@dataclass
class Visit:
    """A request for a page by somebody in one role of one partnership."""

    request: Request
    context: PortalContext
    signed_in: SignedIn
    membership: Membership
    name: str
    services: ServicesAsPerson
    names: dict[UUID, str] = field(default_factory=dict)

    @property
    def who(self) -> Principal:
        """The person, as services know them."""
        return self.membership.who

    @property
    def today(self) -> date:
        """The day in England that counts as today."""
        return self.context.today()

    async def learn_names(self, people: Iterable[UUID]) -> dict[UUID, str]:
        """Return the names of people whom a service has named to this person."""
        wanted = set(people) - self.names.keys()
        if wanted:
            async with tenant_transaction(self.context.service.store.pool, [self.membership.tenant]) as connection:
                reader = Reader(self.who, connection, self.context.service.store.keyring)
                self.names |= await names_of(reader, wanted)
        return self.names

    async def find_people(self, text: str, *, most: int) -> list[UUID] | None:
        """Return the people whose name contains a text; None if they are more than `most`."""
        async with tenant_transaction(self.context.service.store.pool, [self.membership.tenant]) as connection:
            return await find_people(Reader(self.who, connection, self.context.service.store.keyring), text, most=most)


async def signed_in(request: Request, context: ContextDep) -> SignedIn:
    """Return who is signed in; raises `SignInFirst`."""
    found = await find_signed_in(request, context)
    if found is None:
        raise SignInFirst(back_to(request))
    return found


async def find_signed_in(request: Request, context: PortalContext) -> SignedIn | None:
    """Return who is signed in; None where nobody is."""
    secret = request.cookies.get(SESSION_COOKIE)
    if not secret:
        return None
    now = context.service.commands.now()
    pool = context.service.store.pool
    async with pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection, connection.transaction():
        session = await find_session(connection, secret, context.limits, now)
        if session is None:
            return None
        await name_every_partnership(connection)
        return SignedIn(session, await memberships_of_identity(connection, session.identity, context.today()))


SignedInDep = Annotated[SignedIn, Depends(signed_in)]


async def visit(request: Request, context: ContextDep, who: SignedInDep) -> AsyncIterator[Visit]:
    """Make the visit of a page; raises `SignInFirst`, and `ChooseRole` where somebody has not chosen a role."""
    membership = who.membership
    if membership is None:
        raise ChooseRole
    services = ServicesAsPerson(membership.who, context.clients, context.mint, _seen(request))
    made = Visit(request, context, who, membership, "", services)
    made.name = (await made.learn_names([membership.account_id]))[membership.account_id]
    yield made


VisitDep = Annotated[Visit, Depends(visit)]


def back_to(request: Request) -> str:
    """Return the address of the page that was asked for, to come back to after sign-in; home for anything but a GET."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def sign_in_address(to: str) -> str:
    """Return the address of the sign-in page that leads back to a page of the portal."""
    return "/sign-in" if to == "/" else f"/sign-in?next={quote(to, safe='')}"


LONGEST_ADDRESS = 500


def safe_address(to: str) -> str:
    """Return an address inside the portal, whatever a link has said: home in the place of every other one.

    Browsers read a backslash as a slash and pass over tabs and line ends, so none of these may stand in it.
    """
    is_inside = to.startswith("/") and not to.startswith("//") and len(to) <= LONGEST_ADDRESS
    return to if is_inside and "\\" not in to and to.isprintable() else "/"


def _seen(request: Request) -> dict[str, int]:
    found = {}
    for part in request.cookies.get(SEEN_COOKIE, "").split("."):
        service, _, position = part.partition("-")
        if position.isdigit() and len(position) < 16:
            found[service] = int(position)
    return found


def seen_cookie(seen: Mapping[str, int]) -> str:
    """Return the value of the cookie that says what the next page waits for."""
    return ".".join(f"{service}-{position}" for service, position in sorted(seen.items()))
