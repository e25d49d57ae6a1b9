"""Webhooks of a test: registered over HTTP, delivered by a deliverer that the test runs step by step."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import httpx

from services.reporting.webhooks.addresses import Network
from services.reporting.webhooks.delivering import Deliverer
from services.reporting.webhooks.queue import DeliveryQueue
from services.reporting.webhooks.schedule import Schedule
from services.reporting.webhooks.sending import Sender
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from tests.support.receiver import Certificate, Receiver
from tests.support.services import Platform

LOOPBACK = (ip_network("127.0.0.0/8"),)
AT_ONCE = Schedule(first_pause=timedelta(0), longest_pause=timedelta(0), refusals=3)
"""A failed delivery is due again at once, and an event is put aside after three refusals."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook of a partnership, as its lead sees it."""

    platform: Platform
    tenant: str
    webhook_id: str
    secret: str

    async def send(self, method: str, path: str = "", **sent: Any) -> httpx.Response:
        """Send a request about this webhook as a lead of the partnership."""
        return await send(self.platform, self.tenant, method, f"/webhooks/{self.webhook_id}{path}", **sent)

    async def show(self) -> dict[str, Any]:
        """Return what the lead sees of it."""
        answer = await self.send("GET")
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def dead_letters(self) -> list[dict[str, Any]]:
        """Return its dead letters."""
        found: list[dict[str, Any]] = (await self.send("GET", "/dead-letters")).json()["dead_letters"]
        return found


async def send(
    platform: Platform, tenant: str, method: str, path: str, role: str = "partnership_lead", **sent: Any
) -> httpx.Response:
    """Send a request to reporting as somebody of the partnership."""
    headers = {**platform.bearer(role, tenant=tenant), **sent.pop("headers", {})}
    return await platform["reporting"].request(method, path, headers=headers, **sent)


async def register(platform: Platform, tenant: str, address: str, **terms: Any) -> Webhook:
    """Register a webhook, which sends everything from the beginning where no position is named."""
    body = {"address": address, "after": "0", **terms}
    answer = await send(platform, tenant, "POST", "/webhooks", json=body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["Location"] == f"/webhooks/{made['webhook']['webhook_id']}"
    return Webhook(platform, tenant, made["webhook"]["webhook_id"], made["secret"])


@asynccontextmanager
async def run_deliverer(
    platform: Platform,
    certificate: Certificate,
    schedule: Schedule = AT_ONCE,
    networks: Sequence[Network] = LOOPBACK,
    deadline: float = 10.0,
    lease: timedelta = timedelta(seconds=45),
) -> AsyncIterator[Deliverer]:
    """Open a deliverer on reporting's database, in the role of its worker."""
    async with await open_pool(platform.urls["reporting"]["worker"], size=4) as pool:
        queue = DeliveryQueue(pool, Keyring(platform.settings.master_key()), lease)
        yield Deliverer(queue, Sender(certificate.client_context(), networks, deadline), schedule)


async def deliver_all(deliverer: Deliverer, at_most: int = 100) -> None:
    """Give turns until nothing is due any more."""
    for _ in range(at_most):
        if not await deliverer.step():
            return
    raise AssertionError("something is due again and again")


def events_of(receiver: Receiver) -> list[dict[str, Any]]:
    """Return the events that a receiver got, in the order in which it got them."""
    return [json.loads(each.content) for each in receiver.deliveries]
