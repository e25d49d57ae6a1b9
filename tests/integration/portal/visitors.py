"""Visitors of the pages without a browser's engine: they keep cookies, send forms, and follow what they say."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from services.portal.main import portal
from services.portal.signing_in.settings import PortalSettings
from shared.events.people import PersonNamed
from shared.events.referral import MentorRecorded
from shared.kernel.postgres import connect
from shared.kernel.service.api import open_api
from tests.support.identity_provider import IdentityProvider
from tests.support.mail_server import MailServer
from tests.support.services import Platform, eventually, publish_events

PORTAL_URL = "https://portal.example"
NOBODY_ANSWERS = "http://127.0.0.1:9"
SESSION = "__Host-alongside"
DAY = date(2026, 9, 1)


class Visitor(httpx.AsyncClient):
    """A browser at its address in the network, as far as cookies and forms go; it follows no redirect by itself."""

    def __init__(self, app: FastAPI, network: str | None = None) -> None:
        address = network or f"10.{uuid4().int % 250}.{uuid4().int % 250}.{uuid4().int % 250}"
        super().__init__(
            transport=httpx.ASGITransport(app, client=(address, 5000)),
            base_url=PORTAL_URL,
            headers={"Sec-Fetch-Site": "same-origin"},
        )

    async def send_form(self, path: str, **fields: str) -> httpx.Response:
        """Send a form."""
        return await self.post(path, data=fields)

    async def sign_in_at(
        self, provider: IdentityProvider, name: str, subject: str, email: str | None = None, **how: Any
    ) -> httpx.Response:
        """Sign in at a provider, and return the answer to coming back."""
        led = await self.get(f"/sign-in/with/{name}", params=how.pop("asked", {}))
        assert led.status_code == 303, text_of(led)
        return await self.get(provider.answer(led.headers["Location"], subject, email, **how))

    async def is_signed_in(self) -> bool:
        """Whether the visitor sees pages."""
        answer = await self.get("/sessions")
        return answer.status_code == 200 or answer.headers.get("Location") == "/switch"

    @property
    def secret(self) -> str | None:
        """The secret of the session in the visitor's cookie."""
        return self.cookies.get(SESSION)


def text_of(answer: httpx.Response) -> str:
    """Return what stands in the main part of a page, without its tags."""
    found = re.search("<main.*?</main>", answer.text, re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]*>", " ", found[0]))) if found else answer.text


def heading_of(answer: httpx.Response) -> str:
    """Return the heading of a page."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    return unescape(found[1].strip()) if found else ""


@dataclass
class Portal:
    """The portal under test, and what a test brings about in it."""

    platform: Platform
    settings: PortalSettings
    mail_server: MailServer

    def visitor(self, network: str | None = None) -> Visitor:
        """Return a new visitor with a browser of their own."""
        return Visitor(self.platform.apps["portal"], network)

    def visitor_of(self, app: FastAPI) -> Visitor:
        """Return a new visitor of pages that were opened with other settings."""
        return Visitor(app)

    @asynccontextmanager
    async def with_settings(self, **changed: object) -> AsyncIterator["FastAPI"]:
        """Open the pages once more, on the same database, with other settings."""
        own = self.settings.model_copy(update=changed)
        app = open_api(portal(lambda: own), self.platform.settings, self.platform.urls["portal"]["app"])
        async with app as opened:
            yield opened

    async def partnership(self) -> str:
        """Open a partnership, and return its tenant."""
        tenant = f"t{uuid4().hex}"
        body = {"name": "North Star", "on": f"{DAY}"}
        await self._put(tenant, "operator", "/api/partnership", body)
        return tenant

    async def account(self, tenant: str, email: str, *, role: str = "partnership_lead", on: date = DAY) -> UUID:
        """Invite somebody, and return the id of their account once it can be seen."""
        account_id = uuid4()
        given = {"role": role, "on": f"{on}", "why": "Joins us."}
        body = {"name": "Amal Haddad", "email": email, "role": given}
        await self._put(tenant, "partnership_lead", f"/api/accounts/{account_id}", body)
        await eventually(lambda: self.platform.has_consumed("portal"))
        return account_id

    async def mentor(self, tenant: str, email: str, person_id: UUID | None = None) -> UUID:
        """Let referral record a mentor, or change their address, and return their id once it can be seen."""
        person_id = person_id or uuid4()
        named = PersonNamed(person_id=person_id, given_name="Amal", family_name="Haddad", email=email, happened_on=DAY)
        fields = {"school_urn": "990001", "subjects": (), "phases": (), "capacity_hours": 1.5, "role": "volunteer"}
        recorded = MentorRecorded.model_validate({"mentor_id": person_id, "happened_on": DAY, **fields})
        await publish_events(self.platform, "people", tenant, f"person-{person_id}", named)
        await publish_events(self.platform, "referral", tenant, f"person-{person_id}", recorded)
        await eventually(lambda: self.platform.has_consumed("portal"))
        return person_id

    async def close(self, tenant: str, account_id: UUID) -> None:
        """Close an account; read models may not show it yet."""
        await self.command(tenant, f"/api/accounts/{account_id}/closure", {"on": f"{DAY}", "why": "Has left."})

    async def give_role(self, tenant: str, account_id: UUID) -> None:
        """Make somebody a lead, once it can be seen."""
        role = {"role": "partnership_lead", "on": f"{DAY}", "why": "Is back."}
        await self.command(tenant, f"/api/accounts/{account_id}/roles", role)
        await eventually(lambda: self.platform.has_consumed("portal"))

    async def command(self, tenant: str, path: str, body: dict[str, Any]) -> None:
        """Send a command as the lead of a partnership."""
        headers = self.platform.bearer("partnership_lead", tenant=tenant)
        answer = await self.platform["portal"].post(path, json=body, headers=headers)
        assert answer.is_success, answer.text

    async def invitation_to(self, email: str) -> str:
        """Return the secret in the link that was sent to somebody who is invited."""
        await eventually(lambda: self._has_letter(email))
        (found,) = re.findall(r"invitation=(\S+)", self.mail_server.letters_to(email)[0].get_content())
        return str(found)

    async def _has_letter(self, email: str) -> bool:
        return bool(self.mail_server.letters_to(email))

    async def change_rows(self, sql: str, *values: object) -> list[Any]:
        """Change rows as nothing but time would, or read some, of tables that belong to no partnership."""
        connection = await connect(self.platform.urls["portal"]["owner"])
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()

    async def _put(self, tenant: str, role: str, path: str, body: dict[str, Any]) -> None:
        headers = self.platform.bearer(role, tenant=tenant)
        answer = await self.platform["portal"].put(path, json=body, headers=headers)
        assert answer.is_success, answer.text
