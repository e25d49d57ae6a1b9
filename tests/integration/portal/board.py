"""A partnership on the matching board: referral, matching and the portal run, and its lead looks at pages."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from services.portal.pages.application import pages
from services.portal.pages.context import PortalContext
from services.portal.signing_in.settings import SERVICES, PortalSettings
from services.portal.signing_in.tokens import TokenMint
from shared.kernel.principal import Principal
from tests.integration.portal.visitors import NOBODY_ANSWERS, Visitor, text_of
from tests.integration.referral.partnership import Partnership
from tests.integration.wire.test_solver_inputs import OTHER_SCHOOL, SCHOOL, Season
from tests.support.services import Platform, eventually

LARGEST_FILE = 200_000
DAY = "2026-07-01"


class TokensOfTests(TokenMint):
    """Makes the tokens of the issuer that services under test trust."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def token(self, who: Principal, service: str) -> str:
        del service
        return self._platform.issuer.token(who.subject, who.tenant, sorted(who.roles), tuple(who.schools))


@asynccontextmanager
async def open_board(platform: Platform, settings: PortalSettings) -> AsyncIterator[FastAPI]:
    """Open the pages of a demonstration, in which anybody can be chosen, with these services behind them."""
    local = settings.model_copy(update={"alongside_env": "local"})
    async with AsyncExitStack() as stack:
        clients = {
            service: await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(platform.apps[service]), base_url=f"http://{service}.test"
                )
            )
            for service in platform.apps
            if service != "portal"
        }
        for service in sorted({*SERVICES} - clients.keys()):
            nobody = httpx.AsyncClient(base_url=NOBODY_ANSWERS, trust_env=False)
            clients[service] = await stack.enter_async_context(nobody)
        context = platform.apps["portal"].state.context
        yield pages(PortalContext(context, local, clients, TokensOfTests(platform), local.limits(), LARGEST_FILE))


@dataclass
class Board:
    """A partnership with a programme, and visitors of its pages."""

    platform: Platform
    app: FastAPI
    season: Season
    accounts: dict[str, UUID] = field(default_factory=dict)

    @classmethod
    async def begin(cls, platform: Platform, app: FastAPI) -> "Board":
        """Open a partnership with a lead, schools and a programme."""
        board = cls(platform, app, await Season(Partnership.new(platform)).prepare())
        body = {"name": "North Star", "on": "2026-07-01"}
        await board._put("operator", "/api/partnership", body)
        await board.account("partnership_lead")
        return board

    @property
    def tenant(self) -> str:
        return self.season.ours.tenant

    @property
    def address(self) -> str:
        """The address of the board of the programme."""
        return f"/matching/programmes/{self.season.programme_id}"

    @property
    def lead_name(self) -> str:
        """The name of the lead, which nobody has in another partnership."""
        return f"Amal {self.tenant}"

    async def account(self, role: str) -> UUID:
        """Give somebody a role."""
        self.accounts[role] = uuid4()
        given = {
            "role": role,
            "on": "2026-07-01",
            "why": "Joins us.",
            "schools": ["990001"] if role == "school_lead" else [],
        }
        body = {"name": self.lead_name, "email": f"{uuid4().hex}@example.org", "role": given}
        await self._put("partnership_lead", f"/api/accounts/{self.accounts[role]}", body)
        await eventually(lambda: self.platform.has_consumed("portal"))
        return self.accounts[role]

    async def fill(self) -> None:
        """Let two trainees wait for a mentor at one school, where there is a place for one of them."""
        season = self.season
        await season.rule("answers", {"remind_after": 5, "answer_within": 250})  # no proposal lapses meanwhile
        await season.mentor(given_name="Amina", family_name="Farooq", capacity_hours_per_week="3")
        await season.trainee("T-1", given_name="Elif", family_name="Kaya")
        await season.trainee("T-2", given_name="Zofia", family_name="Nowak")
        await season.offer(places=1)
        await season.refer_trainee("T-1", priority="urgent")
        await season.refer_trainee("T-2")
        await self.wait_until_known(T_1="M-1", T_2="places_taken")

    async def visitor(self, role: str = "partnership_lead", account_id: UUID | None = None) -> Visitor:
        """Return a visitor who is signed in."""
        visitor = Visitor(self.app)
        account = account_id or self.accounts[role]
        answer = await visitor.send_form("/sign-in/as", partnership=self.tenant, account=f"{account}", role=role)
        assert answer.headers["Location"] == "/", text_of(answer)
        return visitor

    async def wait_until_known(self, **expected: str) -> None:
        """Wait until a round would have this result, and everybody's name is known to the portal."""
        await self.season.comes_to(**expected)
        lead = await self.visitor()

        async def has_names() -> bool:
            waiting = await lead.get(f"{self.address}/waiting")
            return "whose name is not known" not in waiting.text

        await eventually(has_names, within=60)

    async def try_round(self, visitor: Visitor, name: str) -> str:
        """Try a round by the programme's rules, and return the address of its outcome."""
        form = read_hidden_fields((await visitor.get(self.address)).text)
        day = {"on-day": "10", "on-month": "7", "on-year": "2026"}
        answer = await visitor.send_form(f"{self.address}/scenarios", **{**form, "name": name, **day})
        return await self.outcome(visitor, answer)

    async def outcome(self, visitor: Visitor, answer: httpx.Response) -> str:
        """Return the address to which a form has led, once the round there is solved."""
        assert answer.status_code == 303, text_of(answer)
        address = answer.headers["Location"]

        async def is_solved() -> bool:
            return "al-views" in (await visitor.get(address)).text

        await eventually(is_solved, within=60)
        return str(address)

    async def _put(self, role: str, path: str, body: Mapping[str, object]) -> None:
        headers = self.platform.bearer(role, tenant=self.tenant)
        answer = await self.platform["portal"].put(path, json=body, headers=headers)
        assert answer.is_success, answer.text


async def visitor_of(platform: Platform, app: FastAPI, role: str = "partnership_lead") -> Visitor:
    """Open a partnership, and return a visitor with a role in it."""
    tenant, account = f"t{uuid4().hex}", uuid4()
    given = {"role": role, "on": DAY, "why": "Joins us.", "schools": ["990001"] if role == "school_lead" else []}
    body = {"name": "Amal Haddad", "email": f"{uuid4().hex}@example.org", "role": given}
    for who, path, sent in (
        ("operator", "/api/partnership", {"name": "North Star", "on": DAY}),
        ("partnership_lead", f"/api/accounts/{account}", body),
    ):
        answer = await platform["portal"].put(path, json=sent, headers=platform.bearer(who, tenant=tenant))
        assert answer.is_success, answer.text
    await eventually(lambda: platform.has_consumed("portal"))
    visitor = Visitor(app)
    await visitor.send_form("/sign-in/as", partnership=tenant, account=f"{account}", role=role)
    return visitor


def read_hidden_fields(page: str, form: str = "<form") -> dict[str, str]:
    """Return the hidden fields of the form in a page whose tag contains a text; later forms do not matter."""
    found = next(each for each in re.findall(r"<form.*?</form>", page, re.DOTALL) if form in each and "hidden" in each)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found))


def links_to(page: str, beginning: str) -> list[str]:
    """Return the links of a page whose address begins so, each once, in their order."""
    found = re.findall(rf'href="({re.escape(beginning)}[^"]*)"', page)
    return [address.replace("&amp;", "&") for address in dict.fromkeys(found)]


__all__ = [
    "LARGEST_FILE",
    "OTHER_SCHOOL",
    "SCHOOL",
    "Board",
    "links_to",
    "open_board",
    "read_hidden_fields",
    "visitor_of",
]
