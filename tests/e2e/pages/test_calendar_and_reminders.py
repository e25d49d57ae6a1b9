"""Somebody gets their calendar from a secret address, and says until when they want no reminders."""

import re
from typing import Any

import pytest
from icalendar import Calendar
from playwright.async_api import Page, expect

from tests.e2e.conftest import Demo
from tests.e2e.pages.test_weekly_meeting import pair
from tests.e2e.pages.visitors import look_at, sign_in
from tests.support.browser import PHONE, Visits

pytestmark = pytest.mark.covers("U7", "U8")


async def test_a_mentor_makes_rotates_and_ends_a_calendar_and_pauses_reminders(demo: Demo, visits: Visits) -> None:
    _, by, trainee = pair(demo, 5)
    mentor = await sign_in(visits, demo, by, "mentor", PHONE)
    await mentor.get_by_role("link", name="Your calendar").click()
    await expect(mentor.locator("h1")).to_have_text("Your calendar")
    await look_at(mentor)

    await mentor.get_by_label("At what time do your meetings begin?").fill("half past three")
    await mentor.get_by_role("button", name="Make my calendar").click()
    await expect(mentor).to_have_title(re.compile("^Error: "))
    await look_at(mentor)

    await mentor.get_by_label("Show with whom I meet").check()
    await mentor.get_by_label("At what time do your meetings begin?").fill("15:30")
    await mentor.get_by_role("button", name="Make my calendar").click()
    first = await calendar_address(mentor)
    await look_at(mentor)
    assert await mentor.get_by_label("Show with whom I meet").is_checked()
    entries = await entries_at(mentor, first)
    assert any(entry["summary"].endswith(f"({trainee})") for entry in entries), [e["summary"] for e in entries]

    await mentor.get_by_role("button", name="Make another address").click()
    await expect(mentor.get_by_label("The secret address of your calendar")).not_to_have_value(first)
    assert (await mentor.request.get(first)).status == 404
    assert await entries_at(mentor, await calendar_address(mentor))

    await mentor.get_by_role("button", name="End my calendar").click()
    await expect(mentor.get_by_role("button", name="Make my calendar")).to_be_visible()

    await mentor.get_by_role("link", name="Reminders").click()
    await expect(mentor.locator("h1")).to_have_text("Reminders")
    await look_at(mentor)
    await mentor.get_by_label("Not until a day").check()
    await mentor.get_by_role("button", name="Save").click()
    await expect(mentor).to_have_title(re.compile("^Error: "))
    await look_at(mentor)
    for part, value in (("Day", "7"), ("Month", "6"), ("Year", "2028")):
        await mentor.get_by_label(part, exact=True).fill(value)
    await mentor.get_by_role("button", name="Save").click()
    await expect(mentor.locator("main")).to_contain_text("You get no reminders until 7 June 2028.")
    await look_at(mentor)
    await mentor.get_by_label("Yes", exact=True).check()
    await mentor.get_by_role("button", name="Save").click()
    await expect(mentor.locator("main")).to_contain_text("You get reminders by mail.")


async def calendar_address(page: Page) -> str:
    """Return the address that somebody copies, once it is on the page."""
    field = page.get_by_label("The secret address of your calendar")
    await expect(field).to_have_value(re.compile(r"/calendar/[\w-]+\.ics$"))
    return await field.input_value()


async def entries_at(page: Page, of: str) -> list[Any]:
    """Return the entries that a calendar reads at an address."""
    answer = await page.request.get(of)
    assert answer.ok
    return list(Calendar.from_ical(await answer.body()).walk("VEVENT"))
