"""What was typed is in the page that says that a service is away, and is recorded once when it is sent from there."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.portal.signing_in.settings import PortalSettings
from services.referral.main import SERVICE as REFERRAL
from shared.kernel.service.definition import Service
from tests.integration.portal.board import open_board, visitor_of
from tests.integration.portal.visitors import NOBODY_ANSWERS, text_of
from tests.support.services import Platform, SharedServices

TITLE = 'Mentors & trainees: "together" <b>\r\nat last'
FIELDS = {
    "template": "ite-placement",
    "title": TITLE,
    "academic_year": "2026/27",
    "starts_on-day": "1",
    "starts_on-month": "9",
    "starts_on-year": "2026",
    "ends_on-day": "31",
    "ends_on-month": "7",
    "ends_on-year": "2027",
}


@pytest.fixture(scope="module")
async def platform(shared_services: SharedServices, portal_service: Service) -> Platform:
    """Referral and the portal."""
    return await shared_services.of(REFERRAL, portal_service)


@pytest.fixture(scope="module")
async def app(platform: Platform, portal_settings: PortalSettings) -> AsyncIterator[FastAPI]:
    """The pages with referral behind them."""
    async with open_board(platform, portal_settings) as app:
        yield app


def fields_of(page: str) -> dict[str, str]:
    """The fields that a page keeps, as a browser reads and sends them."""
    found = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    return {unescape(name): unescape(value) for name, value in found}


async def test_what_was_typed_is_sent_from_the_page_that_says_that_a_service_is_away(
    platform: Platform, app: FastAPI
) -> None:
    lead = await visitor_of(platform, app)
    form = {**FIELDS, "title": "Together", "submission": f"{uuid4()}"}
    there = app.state.portal
    async with httpx.AsyncClient(base_url=NOBODY_ANSWERS) as nobody:
        app.state.portal = replace(there, clients={**there.clients, "referral": nobody})
        away = await lead.send_form("/programmes", **form)
        app.state.portal = there
    assert away.status_code == 503
    assert "If it had arrived all the same, nothing is recorded twice." in text_of(away)
    kept = fields_of(away.text)
    assert kept == form

    opened = [await lead.send_form("/programmes", **kept) for _ in range(2)]
    assert [answer.status_code for answer in opened] == [303, 303]
    assert len({answer.headers["Location"] for answer in opened}) == 1


async def test_whatever_was_typed_is_kept_as_it_was(platform: Platform, app: FastAPI) -> None:
    lead = await visitor_of(platform, app)
    there = app.state.portal
    async with httpx.AsyncClient(base_url=NOBODY_ANSWERS) as nobody:
        app.state.portal = replace(there, clients={**there.clients, "referral": nobody})
        away = await lead.send_form("/programmes?from=home", **FIELDS)
        app.state.portal = there
    assert fields_of(away.text) == FIELDS
    assert 'action="/programmes?from=home"' in away.text


async def test_a_page_that_was_asked_for_has_nothing_to_send(platform: Platform, app: FastAPI) -> None:
    lead = await visitor_of(platform, app)
    there = app.state.portal
    async with httpx.AsyncClient(base_url=NOBODY_ANSWERS) as nobody:
        app.state.portal = replace(there, clients={**there.clients, "referral": nobody})
        away = await lead.get("/programmes")
        app.state.portal = there
    assert away.status_code == 503
    assert "Send it again" not in away.text
