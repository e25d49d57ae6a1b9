"""Files on pages: what is too large, what takes longer than a page, what is refused meanwhile, and who sends them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from alongside.demo import partnership
from services.portal.pages.imports.long_commands import LongCommands
from services.portal.signing_in.settings import PortalSettings
from services.referral.main import SERVICE as REFERRAL
from shared.kernel.service.definition import Service
from tests.integration.portal.board import LARGEST_FILE, open_board, read_hidden_fields, visitor_of
from tests.integration.portal.visitors import Visitor, text_of
from tests.support.pages import serve_pages
from tests.support.services import Platform, SharedServices, eventually

pytestmark = pytest.mark.covers("U6")

SCHOOLS = partnership.SCHOOLS.read_bytes()


@pytest.fixture(scope="module")
async def platform(shared_services: SharedServices, portal_service: Service) -> Platform:
    """Referral and the portal."""
    return await shared_services.of(REFERRAL, portal_service)


class Referral(httpx.ASGITransport):
    """Referral, whose commands on files take until they may go on."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app)
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(("/confirmation", "/undo")):
            await self.may_go_on.wait()
        return await super().handle_async_request(request)


@pytest.fixture(scope="module")
def referral(platform: Platform) -> Referral:
    """Referral behind the pages."""
    return Referral(platform.apps["referral"])


@pytest.fixture(scope="module")
async def app(platform: Platform, portal_settings: PortalSettings, referral: Referral) -> AsyncIterator[FastAPI]:
    """The pages with referral behind them, which wait for no command that takes time."""
    client = httpx.AsyncClient(transport=referral, base_url="http://referral.test")
    async with open_board(platform, portal_settings) as app, client:
        clients = {"referral": client}
        app.state.portal = replace(app.state.portal, clients=clients, long_commands=LongCommands(patience=0))
        yield app


async def send(visitor: Visitor, kind: str, content: bytes) -> httpx.Response:
    """Send a file."""
    return await visitor.post(
        "/imports", data={"kind": kind, "submission": f"{uuid4()}"}, files={"file": ("file.csv", content, "text/csv")}
    )


async def press(visitor: Visitor, address: str, step: str) -> httpx.Response:
    """Press the button of a file's page that takes a step."""
    fields = read_hidden_fields((await visitor.get(address)).text, f'action="{address}/{step}"')
    return await visitor.send_form(f"{address}/{step}", **fields)


async def test_a_page_says_how_far_a_file_is_until_it_is_recorded(
    platform: Platform, app: FastAPI, referral: Referral
) -> None:
    lead = await visitor_of(platform, app)
    address = (await send(lead, "schools", SCHOOLS)).headers["Location"]
    for step, outcome in (("confirmation", "It is recorded."), ("undo", "It was undone.")):
        referral.may_go_on.clear()
        begun = await press(lead, address, step)
        assert begun.status_code == 303
        page = await lead.get(address)
        assert "hx-get" in page.text
        assert "You can leave this page" in text_of(page)
        assert (await lead.get(f"{address}/progress")).text.startswith('<div id="progress"')
        referral.may_go_on.set()

        async def has_ended() -> bool:
            return "HX-Refresh" in (await lead.get(f"{address}/progress")).headers

        await eventually(has_ended)
        assert outcome in text_of(await lead.get(address))


async def test_what_is_refused_after_the_page_was_answered_is_said_once(platform: Platform, app: FastAPI) -> None:
    lead = await visitor_of(platform, app)
    address = (await send(lead, "schools", SCHOOLS)).headers["Location"]
    await send(lead, "schools", SCHOOLS.replace(b"Kirkside", b"Church side"))
    refused = await lead.send_form(f"{address}/confirmation", submission=f"{uuid4()}")
    assert refused.status_code == 303

    async def says_why() -> bool:
        return "There is a problem" in (page := await lead.get(address)).text and "Send it again" in page.text

    await eventually(says_why)
    page = await lead.get(address)
    assert "There is a problem" not in page.text
    assert "It is not kept any more" in text_of(page)


async def test_a_file_that_is_too_large_is_refused_in_a_sentence(platform: Platform, app: FastAPI) -> None:
    lead = await visitor_of(platform, app)
    answer = await send(lead, "schools", b"x" * (LARGEST_FILE + 1))
    assert answer.status_code == 422
    assert "The file is larger than" in text_of(answer)
    assert "No file was sent yet." in text_of(answer)


async def test_a_file_that_breaks_off_is_not_kept(platform: Platform, app: FastAPI) -> None:
    lead = await visitor_of(platform, app)
    sent = lead.build_request(
        "POST", "/imports", data={"kind": "schools"}, files={"file": ("file.csv", SCHOOLS, "text/csv")}
    )
    whole = sent.read()
    headers = {"Content-Type": sent.headers["Content-Type"]}
    async with serve_pages(platform.apps["referral"]) as address, httpx.AsyncClient(base_url=address) as referral:
        app.state.portal = replace(before := app.state.portal, clients={"referral": referral})
        answer = await lead.post("/imports", content=whole[: len(whole) // 2], headers=headers)
        app.state.portal = before
    assert answer.status_code == 422
    assert "The file broke off on its way. Send it again." in text_of(answer)
    assert "No file was sent yet." in text_of(answer)


@pytest.mark.parametrize("role", ["tutor", "school_lead"])
async def test_nobody_else_sends_or_sees_files(platform: Platform, app: FastAPI, role: str) -> None:
    visitor = await visitor_of(platform, app, role)
    assert (await visitor.get("/imports")).status_code == 403
    assert (await send(visitor, "schools", SCHOOLS)).status_code == 403
    assert 'href="/imports"' not in (await visitor.get("/sessions")).text


async def test_two_leads_send_at_one_time(platform: Platform, app: FastAPI) -> None:
    first, second = await visitor_of(platform, app), await visitor_of(platform, app)
    answers = await asyncio.gather(send(first, "schools", SCHOOLS), send(second, "schools", SCHOOLS))
    addresses = [answer.headers["Location"] for answer in answers]
    assert (await second.get(addresses[0])).status_code == 404
    assert (await first.get(addresses[0])).status_code == 200
