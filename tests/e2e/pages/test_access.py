"""The lead of a partnership says who may sign in, and for how long."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Demo
from tests.e2e.pages.visitors import address, look_at, sign_in
from tests.support.browser import DESKTOP, Visits

pytestmark = pytest.mark.covers("U11")


async def test_a_lead_invites_a_tutor_who_signs_in_until_they_leave(demo: Demo, visits: Visits) -> None:
    lead = await sign_in(visits, demo, "Ruth Hargreaves", "partnership lead", DESKTOP)
    await lead.get_by_role("link", name="Who may sign in").click()
    await expect(lead.locator("h1")).to_contain_text("Who may sign in")
    await look_at(lead)
    await lead.get_by_role("button", name="Invite").click()
    await expect(lead).to_have_title(re.compile("^Error: "))
    await look_at(lead)
    for sentence in ("Give the person's name.", "Choose a role.", "Say why they get this role"):
        assert sentence in await lead.get_by_role("alert").inner_text()

    await lead.get_by_label("Name", exact=True).fill("Ifeoma Bello")
    await lead.get_by_label("E-mail address").fill("ifeoma.bello@example.org")
    await lead.get_by_label("Tutor", exact=True).check()
    await lead.get_by_label("Why?", exact=True).fill("Assesses from January on.")
    await lead.get_by_role("button", name="Invite").click()
    await expect(lead.locator("main")).to_contain_text("Assesses from January on.")

    tutor = await sign_in(visits, demo, "Ifeoma Bello", "tutor")
    assert "Ifeoma Bello, tutor" in await tutor.get_by_role("banner").inner_text()
    await look_at(tutor)

    await lead.get_by_role("button", name=re.compile("They have left\\s*: Ifeoma Bello")).click()
    await expect(lead.locator("main")).to_contain_text("They have left.")
    await tutor.goto("/")
    await expect(tutor.locator("h1")).to_have_text("Sign in")
    await tutor.get_by_label("Find somebody by a part of their name").fill("Ifeoma Bello")
    await tutor.get_by_role("button", name="Find").click()
    await expect(tutor.locator("main")).to_contain_text("Nobody has this in their name.")
    await look_at(tutor)


async def test_nobody_else_sees_who_may_sign_in(demo: Demo, visits: Visits) -> None:
    page = await sign_in(visits, demo, "Nadia Rahman", "school lead")
    answer = await page.goto("/access")
    assert answer is not None
    assert answer.status == 403
    assert "Who may sign in is shown to the partnership lead." in await page.locator("main").inner_text()
    await page.goto(f"{address(demo)}/")
    await look_at(page)
