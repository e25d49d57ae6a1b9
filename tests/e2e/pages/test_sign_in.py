"""Somebody signs in, is in one role of one partnership at a time, and signs out."""

import re

import httpx
import pytest
from playwright.async_api import expect

from alongside.demo.personas import LEAD, OPERATOR, TUTOR
from tests.e2e.conftest import Demo
from tests.e2e.pages.visitors import address, look_at, sign_in
from tests.support.browser import DESKTOP, Visits

pytestmark = pytest.mark.covers("U1")
COOKIE = "__Host-alongside"


async def test_a_page_leads_to_sign_in_and_from_there_back_to_it(demo: Demo, visits: Visits) -> None:
    page = await visits.open(address(demo), DESKTOP)
    await page.goto("/access")
    assert "Sign in" in await page.locator("h1").inner_text()
    await look_at(page)
    await page.get_by_role("button", name=re.compile("^Be Ruth Hargreaves")).click()
    await expect(page).to_have_url(f"{address(demo)}/access")

    (cookie,) = [each for each in await page.context.cookies() if each["name"] == COOKIE]
    assert cookie["secure"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"

    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url(f"{address(demo)}/sign-in")
    await page.goto("/access")
    assert "Sign in" in await page.locator("h1").inner_text()


async def test_somebody_with_two_roles_switches_between_them(demo: Demo, visits: Visits) -> None:
    role = {"role": "school_lead", "schools": ["990001"], "on": "2026-09-01", "why": "Covers for a colleague."}
    given = demo.client.post(LEAD, "portal", f"/api/accounts/{TUTOR.subject}/roles", role)
    page = await sign_in(visits, demo, "Tomasz Wilk", "tutor")
    assert "tutor" in await page.get_by_role("banner").inner_text()
    before = await cookie_of(page.context)

    await page.get_by_role("link", name="Switch role").click()
    await expect(page.locator("h1")).to_contain_text("As what do you come?")
    await look_at(page)
    await page.get_by_role("button", name=re.compile("^Come as school lead")).click()
    await expect(page.get_by_role("banner")).to_contain_text("school lead")
    assert await cookie_of(page.context) != before

    end = {"on": "2026-12-18", "why": "The colleague is back."}
    demo.client.post(LEAD, "portal", f"/api/accounts/{TUTOR.subject}/roles/{given['grant_id']}/end", end)
    await page.goto("/")
    assert page.url.endswith("/switch"), "the role that has ended counts no more"


async def cookie_of(context: object) -> str:
    (found,) = [each["value"] for each in await context.cookies() if each["name"] == COOKIE]  # type: ignore[attr-defined]  # Playwright's
    return str(found)


async def test_sign_out_everywhere_ends_every_session(demo: Demo, visits: Visits) -> None:
    here = await sign_in(visits, demo, "Owen Tate", "school lead")
    there = await sign_in(visits, demo, "Owen Tate", "school lead")
    origin = {"Origin": address(demo)}
    await here.context.request.post("/sign-out", form={"everywhere": "true"}, headers=origin)
    await there.goto("/")
    assert there.url.endswith("/sign-in")


def test_another_site_sends_nothing_and_is_shown_nothing(demo: Demo) -> None:
    with httpx.Client(base_url=address(demo)) as client:
        for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
            assert client.post("/sign-out", headers=headers).status_code == 403
        assert client.post("/sign-out", headers={"Origin": address(demo)}).status_code == 303
        page = client.get("/sign-in")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert "script" not in re.sub(r"<script type=\"module\" src=\"/assets/[^\"]+\"></script>", "", page.text)


@pytest.mark.parametrize("to", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"])
def test_a_link_to_sign_in_leads_to_no_other_site(demo: Demo, to: str) -> None:
    body = {"partnership": "aire-valley", "account": LEAD.subject, "role": "partnership_lead", "next": to}
    answer = httpx.post(f"{address(demo)}/sign-in/as", data=body, headers={"Origin": address(demo)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_a_token_of_the_portal_is_for_one_service_and_in_no_page(demo: Demo) -> None:
    page = httpx.get(f"{address(demo)}/sign-in").text
    assert "eyJ" not in page
    with httpx.Client(base_url=demo.addresses.http("portal")) as client:
        token = OPERATOR.token(demo.stack.issuer)
        answer = client.get("/api/accounts", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403, "an operator opens a partnership, and sees nobody in it"
