"""Somebody signs in in a real browser, at a provider and by a code, on a phone without JavaScript and on a desktop."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Page, expect

from services.portal.signing_in.settings import Provider
from tests.integration.portal.visitors import Portal
from tests.support.browser import DESKTOP, PHONE, Device, Visits, assert_no_sideways_scroll, check_accessibility
from tests.support.pages import serve_pages
from tests.support.services import eventually

pytestmark = pytest.mark.covers("U1")


def some_email() -> str:
    return f"{uuid4().hex}@example.org"


STYLE_OF_THE_PROVIDER = "https://cdn.jsdelivr.net/npm/@picocss/"
"""What the provider's own pages ask for, in vain here."""
VISITORS = [(PHONE, True), (DESKTOP, False)]


async def look_at(page: Page, *, script: bool = True) -> None:
    """Fail where a page is not accessible, or scrolls sideways on a narrow screen; only where scripts run."""
    assert await page.locator("h1").count() == 1
    if not script:
        return
    violations = await check_accessibility(page)
    assert not violations, f"{page.url}\n" + "\n".join(violations)
    await assert_no_sideways_scroll(page)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a provider with pages of its own: a process, since it warns of what it uses itself."""
    port = free_port()
    address, ends_at = f"http://localhost:{port}", time.monotonic() + 30
    running = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", f"{port}", "--require-nonce"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not answers(address):
            assert running.poll() is None
            assert time.monotonic() < ends_at
            with suppress(subprocess.TimeoutExpired):
                running.wait(0.1)
        yield address
    finally:
        running.kill()
        running.wait()


def answers(address: str) -> bool:
    """Whether the provider answers."""
    try:
        return httpx.get(f"{address}/jwks", trust_env=False).is_success
    except httpx.ConnectError:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


async def admit(provider: str, subject: str, email: str) -> None:
    """Let somebody have a verified address at the provider."""
    async with httpx.AsyncClient(trust_env=False) as client:
        claims = {"email": email, "email_verified": True}
        (await client.put(f"{provider}/users/{subject}", json=claims)).raise_for_status()


@pytest.mark.parametrize(("device", "script"), VISITORS, ids=["phone", "desktop without scripts"])
async def test_somebody_signs_in_at_a_provider(
    pages: Portal, visits: Visits, provider: str, device: Device, script: bool
) -> None:
    email, subject, port = some_email(), f"subject-{uuid4().hex}", free_port()
    await pages.account(await pages.partnership(), email)
    await admit(provider, subject, email)
    fields = {
        "name": "mock",
        "issuer": provider,
        "client_id": "alongside",
        "client_secret": "any",
        "button": "Sign in with your school account",
    }
    settings = {
        "alongside_portal_url": f"http://localhost:{port}",
        "alongside_providers": (Provider.model_validate_json(json.dumps(fields)),),
    }
    async with pages.with_settings(**settings) as app, serve_pages(app, port) as address:
        page = await visits.open(address, device, script=script, others=[provider])
        await page.goto("/access")
        await expect(page.locator("h1")).to_have_text("Sign in")
        await look_at(page, script=script)
        await page.get_by_role("button", name="Sign in with your school account").click()
        await page.get_by_placeholder("sub").fill("nobody")
        await page.get_by_role("button", name="Authorize").click()
        await expect(page.locator("h1")).to_have_text("You cannot sign in with this here")
        await look_at(page, script=script)

        await page.goto("/access")
        await page.get_by_role("button", name="Sign in with your school account").click()
        await page.get_by_placeholder("sub").fill(subject)
        await page.get_by_role("button", name="Authorize", exact=True).click()
        await expect(page).to_have_url(f"{address}/access")
        await expect(page.get_by_role("banner")).to_contain_text("Amal Haddad, partnership lead")
        await look_at(page, script=script)
        await page.get_by_role("link", name="Where you are signed in").click()
        await expect(page.locator("main")).to_contain_text("You are signed in on this device only.")
        await look_at(page, script=script)
        await page.get_by_role("button", name="Sign out everywhere").click()
        await expect(page.locator("h1")).to_have_text("Sign in")
        assert all(STYLE_OF_THE_PROVIDER in complaint for complaint in visits.complaints(page))


@pytest.mark.parametrize(("device", "script"), VISITORS, ids=["phone", "desktop without scripts"])
async def test_somebody_signs_in_by_a_code(pages: Portal, visits: Visits, device: Device, script: bool) -> None:
    email, tenant = some_email(), await pages.partnership()
    await pages.account(tenant, email)

    async def has_code() -> bool:
        return bool(pages.mail_server.codes_to(email))

    async with serve_pages(pages.platform.apps["portal"]) as address:
        page = await visits.open(address, device, script=script)
        await page.goto(f"/sign-in?invitation={await pages.invitation_to(email)}")
        await look_at(page, script=script)
        await page.goto("/sessions")
        await page.get_by_role("button", name="Send me a code").click()
        await expect(page.get_by_role("alert")).to_contain_text("Type your e-mail address")
        await look_at(page, script=script)
        await page.get_by_label("E-mail address").fill(email)
        await page.get_by_role("button", name="Send me a code").click()
        await expect(page.locator("h1")).to_have_text("Type the code")
        await look_at(page, script=script)
        await eventually(has_code)
        (code,) = pages.mail_server.codes_to(email)
        await page.get_by_label("Code").fill(f"{(int(code) + 1) % 1_000_000:06}")
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("alert")).to_contain_text("You have 4 more tries.")
        await look_at(page, script=script)
        await page.get_by_label("Code").fill(code)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page).to_have_url(f"{address}/sessions")
        await expect(page.locator("main")).to_contain_text("by a code by e-mail")


async def test_the_page_of_access_says_how_somebody_gets_in(pages: Portal, visits: Visits) -> None:
    email, tenant, port = some_email(), await pages.partnership(), free_port()
    await pages.account(tenant, email)
    await pages.account(tenant, some_email(), role="tutor")

    async def has_code() -> bool:
        return bool(pages.mail_server.codes_to(email))

    without_mail = f"http://localhost:{port}"
    async with serve_pages(pages.platform.apps["portal"]) as address:
        page = await visits.open(address, PHONE, others=[without_mail])
        await page.goto("/access")
        await page.get_by_label("E-mail address").fill(email)
        await page.get_by_role("button", name="Send me a code").click()
        await eventually(has_code)
        await page.get_by_label("Code").fill(pages.mail_server.codes_to(email)[0])
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.locator("main")).to_contain_text("gets a mail with a link to the sign-in page")
        await page.get_by_text("A lost phone, or another way to sign in").click()
        await expect(page.get_by_role("button", name="Let them begin anew")).to_be_visible()
        await look_at(page)
    async with pages.with_settings(alongside_smtp_url=None) as app, serve_pages(app, port):
        await page.goto(f"{without_mail}/access")  # a cookie belongs to the host, whatever the port is
        sentence = "tell whoever you invite to open https://portal.example/sign-in"
        await expect(page.locator("main")).to_contain_text(sentence)
        await look_at(page)
