"""Visitors of the demo partnership's pages: somebody signs in, and a page is looked at as a whole."""

import re
from uuid import uuid4

from playwright.async_api import Page, expect

from alongside.client import PlatformClient
from alongside.demo.personas import LEAD, OPERATOR
from tests.e2e.conftest import Demo
from tests.support.browser import PHONE, Device, Visits, assert_no_sideways_scroll, check_accessibility


def address(demo: Demo) -> str:
    """The address of the pages, on a host whose cookies may be secure."""
    return demo.addresses.http("portal").replace("127.0.0.1", "localhost")


async def sign_in(
    visits: Visits, demo: Demo, name: str, role: str, device: Device = PHONE, *, script: bool = True
) -> Page:
    """Open the portal as somebody of the partnership, and return their home."""
    page = await visits.open(address(demo), device, script=script)
    await be(page, name, role)
    return page


async def be(page: Page, name: str, role: str) -> None:
    """Sign in as somebody of the partnership, who then sees their home."""
    await page.goto("/sign-in")
    await page.get_by_label("Find somebody by a part of their name").fill(name)
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("button", name=re.compile(rf"^Be {re.escape(name)}\s*, {role}$")).click()
    await expect(page.get_by_role("banner")).to_contain_text(f"{name}, {role}")


async def look_at(page: Page) -> None:
    """Fail where a page is not accessible, or scrolls sideways on a narrow screen."""
    violations = await check_accessibility(page)
    assert not violations, f"{page.url}\n" + "\n".join(violations)
    await assert_no_sideways_scroll(page)
    assert await page.locator("h1").count() == 1


def open_partnership(client: PlatformClient, name: str, lead: str) -> None:
    """Open the partnership of a client, which has nothing yet but a lead of this name."""
    client.put(OPERATOR, "portal", "/api/partnership", {"name": name, "on": "2026-06-15"})
    role = {"role": "partnership_lead", "on": "2026-06-15", "why": "Leads it."}
    email = f"{lead.lower().replace(' ', '.')}@example.org"
    client.put(LEAD, "portal", f"/api/accounts/{uuid4()}", {"name": lead, "email": email, "role": role})
