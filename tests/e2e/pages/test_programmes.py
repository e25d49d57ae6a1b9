"""The lead of a partnership opens a programme, changes a setting of it from a day on, and closes it."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from alongside.client import PlatformClient
from alongside.demo.personas import LEAD
from tests.e2e.conftest import Demo
from tests.e2e.pages.visitors import look_at, open_partnership, sign_in
from tests.support.browser import DESKTOP, Visits

TENANT = "washburn-valley"
NAME = "Tomasz Lis"


@pytest.fixture(scope="module")
def client(demo: Demo) -> Iterator[PlatformClient]:
    """A partnership that has nothing yet but its lead."""
    with PlatformClient(demo.addresses, demo.stack.issuer, TENANT) as client:
        open_partnership(client, "Washburn Valley", NAME)
        yield client


async def fill_day(page: Page, legend: str, day: str) -> None:
    """Type a day into its three fields."""
    group = page.get_by_role("group", name=legend)
    for label, value in zip(("Year", "Month", "Day"), day.split("-"), strict=True):
        await group.get_by_label(label).fill(value)


async def test_a_lead_opens_a_programme_and_changes_a_setting(
    demo: Demo, visits: Visits, client: PlatformClient
) -> None:
    page = await sign_in(visits, demo, NAME, "partnership lead", DESKTOP)
    await page.get_by_role("link", name="Programmes", exact=True).click()
    await expect(page.locator("main")).to_contain_text("There is no programme yet.")
    await look_at(page)
    await page.get_by_label("Initial teacher education placement").check()
    await page.get_by_label("Academic year").fill("2026-2027")
    await fill_day(page, "First day", "2026-9-1")
    await fill_day(page, "Last day", "2027-7-31")
    await page.get_by_role("button", name="Open the programme").click()
    await expect(page).to_have_title(re.compile("^Error: "))
    await expect(page.get_by_label("Initial teacher education placement")).to_be_checked()
    await look_at(page)
    await page.get_by_label("Academic year").fill("2026/27")
    await page.get_by_role("button", name="Open the programme").click()
    await expect(page.locator("h1")).to_have_text("Initial teacher education placement, 2026/27")
    await look_at(page)

    await page.get_by_role("link", name=re.compile(r"Change\s+Answers: Remind after")).click()
    await expect(page.locator("h1")).to_have_text("Remind after")
    await page.get_by_label("Its new value").fill("a fortnight")
    await fill_day(page, "From which day on?", "2027-1-4")
    await page.get_by_role("button", name="Change it").click()
    await expect(page).to_have_title(re.compile("^Error: "))
    await expect(page.get_by_label("Its new value")).to_have_value("a fortnight")
    await look_at(page)
    await page.get_by_label("Its new value").fill("2")
    await page.get_by_role("button", name="Change it").click()
    await expect(page.get_by_role("table")).to_contain_text("from 4 January 2027")
    await look_at(page)

    (programme,) = client.get(LEAD, "referral", "/programmes")
    details = f"/programmes/{programme['programme_id']}"
    before = client.get(LEAD, "referral", details, on="2027-01-03")["settings"]["answers"]["remind_after"]
    after = client.get(LEAD, "referral", details, on="2027-01-04")["settings"]["answers"]["remind_after"]
    assert (after, before != after) == (2, True)

    await page.get_by_role("button", name="Close it to new referrals").click()
    await expect(page.locator("main")).to_contain_text("Nobody is referred to it any more")
    await look_at(page)
    await page.get_by_role("button", name="Open it again").click()
    await expect(page.get_by_role("button", name="Close it to new referrals")).to_be_visible()
