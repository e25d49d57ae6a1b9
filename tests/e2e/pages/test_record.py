"""A trainee opens what is theirs, lets others open it and takes that back, writes, and asks for help in confidence."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from alongside.demo.personas import TUTOR, trainee
from tests.e2e.conftest import Demo
from tests.e2e.pages.test_weekly_meeting import relationships
from tests.e2e.pages.visitors import look_at, sign_in
from tests.support.browser import Visits

pytestmark = pytest.mark.covers("U4")


def own_items(demo: Demo, trainee_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = demo.client.get(trainee(trainee_id), "sessions", "/record")
    return found


async def test_an_entry_of_the_journal_is_ones_own_until_it_is_released_and_again_when_that_is_taken_back(
    demo: Demo, visits: Visits
) -> None:
    owner_id = relationships(demo)[5]["trainee_id"]
    page = await sign_in(visits, demo, demo.result.names[owner_id], "trainee")
    await page.goto("/record/journal/new")
    await look_at(page)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("Write something; a sentence is enough.")
    await look_at(page)
    await page.get_by_label("What do you want to keep?").fill("More hands went up when I waited.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("main")).to_contain_text("More hands went up when I waited.")
    await expect(page.locator("main")).to_contain_text("Only you.")
    await look_at(page)
    entry_id = page.url.rpartition("/")[2]

    def tutors_status() -> int:
        try:
            demo.client.get(TUTOR, "sessions", f"/journal/{entry_id}")
        except Exception as refused:  # noqa: BLE001  # its status is what counts
            return int(getattr(refused, "status", 0))
        return 200

    assert tutors_status() == 404
    await page.get_by_role("button", name="Release it").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose who may open it.")
    await page.get_by_label("Your tutor").check()
    await page.get_by_role("button", name="Release it").click()
    await expect(page.locator("main")).to_contain_text("Every tutor who works with you: you released it to them")
    await look_at(page)
    assert tutors_status() == 200

    await page.goto("/record")
    await expect(page.locator("main")).to_contain_text("Tomasz Wilk")
    await page.goto(f"/record/journal_entry/{entry_id}")
    await page.get_by_role("button", name=re.compile("^Take this back")).click()
    await expect(page.locator("main")).to_contain_text("Only you.")
    assert tutors_status() == 404


async def test_every_kind_of_item_can_be_opened(demo: Demo, visits: Visits) -> None:
    of_kind: dict[str, tuple[str, str]] = {}
    for each in relationships(demo):
        for item in own_items(demo, each["trainee_id"]):
            of_kind.setdefault(item["kind"], (each["trainee_id"], item["item_id"]))
    assert {"journal_entry", "observation", "feedback", "measures"} <= of_kind.keys()
    for kind, (owner_id, item_id) in of_kind.items():
        page = await sign_in(visits, demo, demo.result.names[owner_id], "trainee")
        await page.goto(f"/record/{kind}/{item_id}")
        await expect(page.get_by_role("heading", name="Who can open it")).to_be_visible()
        await look_at(page)


async def test_a_trainee_asks_for_another_mentor_in_two_taps_and_the_mentor_does_not_learn_of_it(
    demo: Demo, visits: Visits
) -> None:
    relationship = relationships(demo)[6]
    names = demo.result.names
    page = await sign_in(visits, demo, names[relationship["trainee_id"]], "trainee")
    await page.get_by_role("link", name=re.compile("^Something is not right between us")).click()
    await expect(page.locator("h1")).to_contain_text("Ask for another mentor, in confidence")
    await look_at(page)
    await page.get_by_role("button", name="Ask").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose whom you want to tell.")
    await page.get_by_label("Your tutor").check()
    await page.get_by_role("button", name="Ask").click()
    await expect(page.locator("h1")).to_contain_text("Your request is on its way")
    await look_at(page)

    requests = demo.client.get(TUTOR, "sessions", "/mentor-requests")
    assert relationship["relationship_id"] in {each["relationship_id"] for each in requests}
    mentor = await sign_in(visits, demo, names[relationship["mentor_id"]], "mentor")
    assert "request" not in (await mentor.locator("main").inner_text()).lower()
