"""A mentor records the weekly meeting on a phone, and the trainee sees it at once."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from alongside.demo.personas import mentor, trainee
from alongside.local.stack import LAST_DAY_OF_THE_DEMO
from tests.e2e.conftest import Demo
from tests.e2e.pages.visitors import look_at, sign_in
from tests.support.browser import DESKTOP, PHONE, Visits

pytestmark = pytest.mark.covers("U2")


def relationships(demo: Demo) -> list[dict[str, Any]]:
    """The placements that go on."""
    today = f"{LAST_DAY_OF_THE_DEMO}"
    return [each for each in demo.result.relationships if not each["ended_because"] and each["ends_on"] >= today]


def pair(demo: Demo, nth: int) -> tuple[dict[str, Any], str, str]:
    """A relationship that no other test here records anything in, and the names of its mentor and its trainee."""
    relationship = relationships(demo)[nth]
    names = demo.result.names
    return relationship, names[relationship["mentor_id"]], names[relationship["trainee_id"]]


def meetings_of(demo: Demo, relationship: dict[str, Any]) -> list[dict[str, Any]]:
    """The meetings of a relationship as its mentor sees them, the latest first."""
    path = f"/relationships/{relationship['relationship_id']}"
    found: list[dict[str, Any]] = demo.client.get(mentor(relationship["mentor_id"]), "sessions", path)["meetings"]
    return sorted(found, key=lambda meeting: str(meeting["on"]), reverse=True)


@pytest.mark.parametrize(("nth", "script"), [(0, True), (1, False)], ids=["with scripts", "without scripts"])
async def test_a_mentor_records_this_weeks_meeting_with_three_taps_and_a_sentence(
    demo: Demo, visits: Visits, nth: int, script: bool
) -> None:
    relationship, by, with_whom = pair(demo, nth)
    page = await sign_in(visits, demo, by, "mentor", PHONE, script=script)
    if script:
        await look_at(page)

    await (
        page.get_by_role("link", name=f"Record a meeting with {with_whom}")
        .or_(page.get_by_role("button", name=f"Record a meeting with {with_whom}"))
        .click()
    )
    if script:
        await look_at(page)
    await page.get_by_label("45", exact=True).check()
    await page.get_by_label("What did you talk about?").fill("Starters that settle the class.")
    await page.get_by_label("A target for next time (optional)").fill("Wait three seconds after each question.")
    await page.get_by_role("button", name="Save").click()

    await expect(page.locator("h1")).to_contain_text("Saved")
    if script:
        await look_at(page)
    recorded = meetings_of(demo, relationship)[0]
    assert (recorded["status"], recorded["minutes"]) == ("held", 45)
    assert recorded["discussed"] == "Starters that settle the class."

    other = await sign_in(visits, demo, with_whom, "trainee")
    await other.get_by_role("link", name=by, exact=True).click()
    await expect(other.locator("h1")).to_contain_text(by)
    await look_at(other)
    assert "Starters that settle the class." in await other.locator("main").inner_text()
    assert "Wait three seconds after each question." in await other.locator("main").inner_text()


async def test_that_they_did_not_meet_is_one_tap_and_a_reason_and_can_be_corrected(demo: Demo, visits: Visits) -> None:
    relationship, by, _ = pair(demo, 2)
    page = await sign_in(visits, demo, by, "mentor")
    await page.goto(f"/meetings/missed/{relationship['relationship_id']}")
    await look_at(page)
    await page.get_by_label("One of us had to cover a lesson").check()
    await page.get_by_role("button", name="Save").click()

    await expect(page.locator("h1")).to_contain_text("Saved")
    recorded = meetings_of(demo, relationship)[0]
    assert (recorded["status"], recorded["reason"]) == ("missed", "cover")

    await page.get_by_role("link", name="Correct it").click()
    await look_at(page)
    await page.get_by_label("The school was closed").check()
    await page.get_by_role("button", name="Save the correction").click()
    await expect(page.locator("h1")).to_contain_text("Saved")
    assert meetings_of(demo, relationship)[0]["reason"] == "school_closed"


async def test_what_is_wrong_is_said_beside_what_was_typed_and_nothing_is_lost(demo: Demo, visits: Visits) -> None:
    relationship, by, _ = pair(demo, 3)
    before = len(meetings_of(demo, relationship))
    page = await sign_in(visits, demo, by, "mentor", DESKTOP)
    await page.goto(f"/meetings/new/{relationship['relationship_id']}")
    await page.get_by_label("What did you talk about?").fill("Questions that every pupil can answer.")
    await page.get_by_role("group", name="When did you meet?").get_by_label("Month").fill("13")
    await page.get_by_role("button", name="Save").click()

    await expect(page).to_have_title(re.compile("^Error: "))
    await look_at(page)
    summary = await page.get_by_role("alert").inner_text()
    for sentence in ("Give the day on which you met, such as 14 12 2026.", "Choose how long you met"):
        assert sentence in summary
    assert await page.get_by_label("What did you talk about?").input_value() == "Questions that every pupil can answer."
    assert await page.get_by_role("group", name="When did you meet?").get_by_label("Month").input_value() == "13"

    day = page.get_by_role("group", name="When did you meet?")
    await day.get_by_label("Month").fill("12")
    await day.get_by_label("Year").fill("2027")
    await page.get_by_label("30", exact=True).check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text(re.compile("2027|later|today|lies ahead"))

    await day.get_by_label("Year").fill("2026")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("h1")).to_contain_text("Saved")
    assert len(meetings_of(demo, relationship)) == before + 1


async def test_a_form_that_is_sent_twice_records_one_meeting(demo: Demo, visits: Visits) -> None:
    relationship, by, _ = pair(demo, 4)
    before = len(meetings_of(demo, relationship))
    page = await sign_in(visits, demo, by, "mentor")
    path = f"/meetings/new/{relationship['relationship_id']}"
    await page.goto(path)
    form: dict[str, str | float | bool] = {"minutes": "30"}
    for field in ("submission", "on-day", "on-month", "on-year"):
        form[field] = await page.locator(f"input[name={field}]").first.input_value()
    origin = {"Origin": page.url.removesuffix(path)}
    answers = [
        await page.context.request.post(path, form=form, headers=origin, max_redirects=0) for _ in ("once", "twice")
    ]

    assert [answer.status for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(meetings_of(demo, relationship)) == before + 1


async def test_nobody_opens_what_is_of_two_others(demo: Demo, visits: Visits) -> None:
    relationship, _, _ = pair(demo, 0)
    _, stranger, _ = pair(demo, 3)
    page = await sign_in(visits, demo, stranger, "mentor")
    for path in (f"/mentoring/{relationship['relationship_id']}", f"/meetings/new/{relationship['relationship_id']}"):
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 404
        assert "There is nothing here" in await page.locator("h1").inner_text()
        await look_at(page)
    assert demo.client.get(trainee(relationship["trainee_id"]), "sessions", "/mentors")
