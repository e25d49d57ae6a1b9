"""The lead of a partnership finds a person by name, and sees who has read reports about them."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Demo
from tests.e2e.pages.visitors import look_at, sign_in
from tests.support.browser import PHONE, Visits

pytestmark = pytest.mark.covers("U11")


async def test_a_lead_finds_a_person_and_sees_who_has_read_about_them(demo: Demo, visits: Visits) -> None:
    page = await sign_in(visits, demo, "Ruth Hargreaves", "partnership lead", PHONE)
    await page.goto("/people")
    await expect(page.get_by_role("listitem").filter(has_text="Farooq")).to_have_count(0)
    await look_at(page)
    await page.get_by_label("Find a mentor").fill("x")
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_role("alert")).to_contain_text("Type at least 2 letters of the name.")
    await look_at(page)
    await page.get_by_label("Find a mentor").fill("nobody of that name")
    await page.get_by_role("button", name="Find").click()
    await expect(page.locator("main")).to_contain_text("Nobody has this in their name.")
    await page.get_by_label("Find a mentor").fill("  AMINA   faro")
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("link", name="Amina Farooq").click()
    await expect(page.locator("h1")).to_have_text("Amina Farooq")
    await expect(page.locator("main")).to_contain_text("Mentor, M-001")
    await expect(page.get_by_role("table").last).to_contain_text("Mentor recorded")
    await look_at(page)

    await page.goto("/people?name=Ben+Hargreaves")
    await page.get_by_role("link", name="Ben Hargreaves").click()
    await expect(page.locator("h1")).to_have_text("Ben Hargreaves")
    person = page.url
    await page.get_by_role("link", name="Placements").click()
    await expect(page.locator("main")).to_contain_text("Only about Ben Hargreaves.")
    await look_at(page)
    await page.goto(person)
    await expect(page.get_by_role("table").first).to_contain_text(re.compile("Ruth Hargreaves, partnership lead"))
    await look_at(page)


async def test_nobody_else_searches_for_people(demo: Demo, visits: Visits) -> None:
    page = await sign_in(visits, demo, "Nadia Rahman", "school lead")
    answer = await page.goto("/people?name=Farooq")
    assert answer is not None
    assert answer.status == 403
    assert "Farooq" not in await page.locator("main").inner_text()
