"""The lead of a school sees what waits for them, and answers it: offers, appetite, proposals, days, mentors."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from alongside.client import PlatformClient
from alongside.demo.personas import LEAD
from tests.e2e.conftest import Demo
from tests.e2e.pages.school_partnership import (
    LEAD_OF_SCHOOL,
    OTHER_URN,
    SCHOOL,
    SCHOOL_LEAD,
    TENANT,
    SchoolPartnership,
    open_school_partnership,
)
from tests.e2e.pages.visitors import look_at, sign_in
from tests.support.browser import DESKTOP, PHONE, Visits

pytestmark = pytest.mark.covers("U10")


@pytest.fixture(scope="module")
def partnership(demo: Demo) -> Iterator[SchoolPartnership]:
    """A partnership of its own beside the demonstration, whose school is asked for several things."""
    with PlatformClient(demo.addresses, demo.stack.issuer, TENANT) as client:
        yield open_school_partnership(client)


def offers(of: SchoolPartnership) -> dict[tuple[str, str], dict[str, Any]]:
    """The offers of the school, by subject and first day."""
    found = of.client.get(SCHOOL_LEAD, "referral", "/offers")
    return {(each["subject"], each["starts_on"]): each for each in found}


async def open_page(page: Page, address: str, heading: str) -> None:
    """Open a page, and look at the whole of it."""
    await page.goto(address)
    await expect(page.locator("h1")).to_contain_text(heading)
    await look_at(page)


async def test_a_school_answers_all_that_waits_for_it_on_a_phone(
    demo: Demo, visits: Visits, partnership: SchoolPartnership
) -> None:
    client, names = partnership.client, partnership.names
    page = await sign_in(visits, demo, LEAD_OF_SCHOOL, "school lead", PHONE)
    await expect(page.locator("h1")).to_have_text(SCHOOL)
    await expect(page.locator("main")).to_contain_text("4 things wait for you.")
    await look_at(page)

    await answer_proposals(page, partnership)
    await confirm_days(page)

    await open_page(page, "/school/offers", "What we host")
    await page.get_by_role("button", name=re.compile("^All 2 are still true")).click()
    await expect(page.get_by_role("heading", name="Still true?")).to_have_count(0)
    assert offers(partnership)["computing", "2027-01-11"]["last_confirmed_on"] == "2026-12-18"

    await open_page(page, "/school/appetite", "Would you take trainees?")
    await page.get_by_role("button", name="Answer for 2027/28").click()
    await page.get_by_label("Yes, we would like trainees").check()
    await look_at(page)
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("main")).to_contain_text("Yes, we would like trainees.")
    (answered,) = client.get(SCHOOL_LEAD, "referral", "/appetites", academic_year="2027/28")
    assert answered["appetite"] == "actively_looking"

    await open_page(page, "/school/mentors", "Our mentors")
    rows = [(await row.inner_text()).split() for row in await page.locator("tbody tr").all()]
    mentor = names[partnership.placement["mentor_id"]].split()
    assert len(rows) == 3
    assert [row[4:6] for row in rows if row[:2] == mentor] == [["1.5", "0"]]
    assert "Dora Lund" not in await page.locator("main").inner_text()


async def answer_proposals(page: Page, partnership: SchoolPartnership) -> None:
    """Accept a proposal and decline another one, then take the first answer back."""
    client, names = partnership.client, partnership.names
    await page.get_by_role("button", name="Answer").first.click()
    await expect(page.locator("main")).to_contain_text("2 proposals wait for your answer.")
    await look_at(page)
    first, second = (f"{names[each['trainee_id']]} with {names[each['mentor_id']]}" for each in partnership.pairs)
    await page.get_by_role("button", name=re.compile(f"^Accept.*{first}", re.DOTALL)).click()
    await expect(page.get_by_role("heading", name="Accepted, waiting for the trainee")).to_be_visible()
    await page.get_by_role("button", name=re.compile(f"^Decline.*{second}", re.DOTALL)).click()
    await expect(page.locator("h1")).to_contain_text(f"Decline {second}")
    await look_at(page)
    await page.get_by_label("Why? (optional)").fill("They are part-time from January.")
    await page.get_by_role("button", name="Decline").click()
    await expect(page.locator("main")).to_contain_text("No proposal waits for your answer.")
    await look_at(page)
    pairs = {each["pair_id"]: each for each in client.get(LEAD, "matching", "/pairs")}
    accepted, declined = (pairs[each["pair_id"]] for each in partnership.pairs)
    assert (accepted["status"], accepted["accepted_by"]) == ("proposed", ["mentor"])
    assert (declined["status"], declined["reason_declined"]) == ("declined", "They are part-time from January.")
    await page.get_by_role("button", name=re.compile("^Take it back")).click()
    await expect(page.locator("main")).to_contain_text("1 proposal waits for your answer.")


async def confirm_days(page: Page) -> None:
    """Confirm all days but one, which is sent back to the trainee."""
    await open_page(page, "/school/days", "Days to confirm")
    await page.get_by_label(re.compile("Tuesday 15 December, the morning")).uncheck()
    await page.get_by_role("button", name="Confirm the ticked days").click()
    await expect(page.get_by_role("checkbox")).to_have_count(1)
    await page.get_by_role("link", name=re.compile("^Send back")).click()
    await expect(page.locator("h1")).to_contain_text("Send back the morning of Tuesday 15 December, Iris Vale")
    await look_at(page)
    await page.get_by_label("They were not at the school").check()
    await page.get_by_role("button", name="Send it back").click()
    await expect(page.locator("main")).to_contain_text("No day waits for you.")
    await look_at(page)
    await page.get_by_role("link", name="Days that you have confirmed").click()
    await expect(page.get_by_role("listitem").filter(has_text="December")).to_have_count(2)
    await look_at(page)


async def test_what_is_wrong_is_said_and_nothing_is_lost_without_scripts(
    demo: Demo, visits: Visits, partnership: SchoolPartnership
) -> None:
    page = await sign_in(visits, demo, LEAD_OF_SCHOOL, "school lead", DESKTOP, script=False)
    await page.goto("/school/offers/new")
    await page.get_by_label("Subject", exact=True).fill("Mathematix")
    await page.get_by_label("Year 7").check()
    await page.get_by_role("button", name="Save").click()
    for sentence in ("Give a number of places", "Give the first day of the placement", "Give the last day"):
        await expect(page.get_by_role("alert")).to_contain_text(sentence)
    assert await page.get_by_label("Year 7").is_checked()
    await page.get_by_label("How many trainees?").fill("2")
    for group, day in (("First day", ("26", "4", "2027")), ("Last day", ("19", "4", "2027"))):
        of_day = page.get_by_role("group", name=f"{group} of the placement")
        for part, value in zip(("Day", "Month", "Year"), day, strict=True):
            await of_day.get_by_label(part).fill(value)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("Did you mean Mathematics?")
    assert await page.get_by_label("Subject", exact=True).input_value() == "Mathematix"
    await page.get_by_label("Subject", exact=True).fill("Mathematics")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("The last day of a placement is not before its first.")
    await page.get_by_role("group", name="Last day of the placement").get_by_label("Month").fill("7")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("h1")).to_have_text("What we host")
    assert offers(partnership)["mathematics", "2027-04-26"]["year_groups"] == ["year_7"]

    await page.get_by_role("link", name=re.compile("^Change.*Mathematics, 2 places", re.DOTALL)).last.click()
    await page.get_by_label("How many trainees?").fill("0")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("To take an offer back, withdraw it.")
    await page.get_by_label("How many trainees?").fill("3")
    await page.get_by_role("button", name="Save").click()
    assert offers(partnership)["mathematics", "2027-04-26"]["places"] == 3
    await page.get_by_role("link", name=re.compile("^Withdraw.*Mathematics, 3 places", re.DOTALL)).click()
    await expect(page.locator("h1")).to_have_text("Withdraw this offer?")
    await page.get_by_role("button", name="Withdraw it").click()
    await expect(page.locator("h1")).to_have_text("What we host")
    assert offers(partnership)["mathematics", "2027-04-26"]["places"] == 0

    await page.goto("/school/appetite/990001?year=2026/27")
    await page.get_by_label("No, not in this year").check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose at least one reason")
    assert await page.get_by_label("No, not in this year").is_checked()
    await page.goto(f"/school/appetite/{OTHER_URN}?year=2026/27")
    await expect(page.locator("h1")).to_have_text("There is nothing here")
    await page.goto("/school/days?state=wrong")
    await expect(page.locator("h1")).to_have_text("There is no such page")

    other = await sign_in(visits, demo, "Ruth Hargreaves", "partnership lead", DESKTOP)
    await other.goto("/school/offers")
    await expect(other.locator("main")).to_contain_text("This page is for the lead of a school.")
