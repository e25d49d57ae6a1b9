"""Everybody opens a home that says what is due, and a page that says whether everything works."""

import json
import re

import psutil
import pytest
from playwright.async_api import expect

from alongside.demo.personas import LEAD, trainee
from tests.e2e.conftest import Demo
from tests.e2e.pages.visitors import address, look_at, sign_in
from tests.support.browser import DESKTOP, PHONE, Device, Visits


@pytest.mark.covers("U5")
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_leads_home_says_what_is_out_of_the_ordinary_and_what_can_be_done(
    demo: Demo, visits: Visits, device: Device
) -> None:
    page = await sign_in(visits, demo, "Ruth Hargreaves", "partnership lead", device)
    await look_at(page)
    overview = demo.client.get(LEAD, "reporting", "/overview")
    shown = await page.locator("main").inner_text()
    assert re.search(rf"\b{sum(each['number'] for each in overview['warnings'])} things? (is|are) out of", shown)
    for of_kind in overview["warnings"]:
        assert of_kind["action"] in shown
        for each in of_kind["latest"]:
            assert each["fact"] in shown
    assert re.search("Up to date at [0-9]{2}:[0-9]{2}", shown)


@pytest.mark.covers("U5", "U4")
async def test_a_trainee_sees_what_is_theirs_who_can_see_it_and_who_has_read_it(demo: Demo, visits: Visits) -> None:
    owner_id = next(
        each["trainee_id"]
        for each in demo.result.relationships
        if demo.client.get(trainee(each["trainee_id"]), "sessions", "/record/reads")
    )
    page = await sign_in(visits, demo, demo.result.names[owner_id], "trainee")
    await look_at(page)
    await page.get_by_role("link", name="open your record").click()
    await expect(page.locator("h1")).to_contain_text("Your record")
    await look_at(page)
    shown = await page.locator("main").inner_text()
    items = demo.client.get(trainee(owner_id), "sessions", "/record")
    assert await page.locator(".al-card").count() == len(items)
    for item in items:
        for reader in item["readers"]:
            if reader["person_id"] in demo.result.names:
                assert demo.result.names[reader["person_id"]] in shown
    readings = demo.client.get(trainee(owner_id), "sessions", "/record/reads")
    assert await page.locator("table tbody tr").count() == len(readings)


@pytest.mark.covers("U12")
async def test_a_page_says_which_parts_answer(demo: Demo, visits: Visits) -> None:
    page = await visits.open(address(demo), PHONE)
    await page.goto("/status")
    await look_at(page)
    assert "Everything is working" in await page.locator("h1").inner_text()
    await page.get_by_role("link", name="Accessibility").click()
    await look_at(page)


@pytest.mark.covers("U5", "U12")
async def test_a_home_says_what_cannot_be_shown_just_now_and_the_rest_works(demo: Demo, visits: Visits) -> None:
    page = await sign_in(visits, demo, "Ruth Hargreaves", "partnership lead")
    reporting = psutil.Process(json.loads((demo.stack.state / "pids" / "reporting.json").read_text())["pid"])
    reporting.suspend()
    try:
        await page.goto("/")
        await expect(page.locator("main")).to_contain_text(
            "cannot be shown just now, because reporting does not answer"
        )
        await look_at(page)
        await page.get_by_role("button", name="Menu").click()
        await page.get_by_role("link", name="Who may sign in").click()
        await expect(page.locator("h1")).to_contain_text("Who may sign in")
        await page.goto("/reports")
        await expect(page.locator("h1")).to_contain_text("This cannot be shown just now")
        await look_at(page)
        await page.goto("/status")
        await expect(page.locator("h1")).to_contain_text("Not everything is working just now")
    finally:
        reporting.resume()
    await page.goto("/")
    await expect(page.locator("main")).to_contain_text("out of the ordinary")
