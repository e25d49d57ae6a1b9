"""A lesson is asked for, accepted, observed by the programme's form and talked about; feedback is given and read."""

import re

import pytest
from playwright.async_api import expect

from alongside.demo.personas import TUTOR, mentor, trainee
from tests.e2e.conftest import Demo
from tests.e2e.pages.test_weekly_meeting import relationships
from tests.e2e.pages.visitors import look_at, sign_in
from tests.support.browser import DESKTOP, PHONE, Visits

pytestmark = pytest.mark.covers("U9")


async def test_a_lesson_goes_from_the_question_to_the_conversation(demo: Demo, visits: Visits) -> None:
    relationship = relationships(demo)[11]
    names, path = demo.result.names, f"/observations/of/{relationship['relationship_id']}"
    observed, observer = names[relationship["trainee_id"]], names[relationship["mentor_id"]]
    theirs = await sign_in(visits, demo, observed, "trainee", PHONE)
    await theirs.get_by_role("link", name=observer, exact=True).click()
    await theirs.get_by_role("link", name="Lessons observed, and feedback").click()
    await look_at(theirs)
    await theirs.get_by_role("button", name="Ask").click()
    await expect(theirs.get_by_role("alert")).to_contain_text("Give the day of the lesson, such as 14 12 2026.")
    await look_at(theirs)
    asked = theirs.get_by_role("group", name="Ask for a day")
    for part, value in (("Day", "18"), ("Month", "12"), ("Year", "2026")):
        await asked.get_by_label(part).fill(value)
    await theirs.get_by_role("button", name="Ask").click()
    await expect(theirs.locator("main")).to_contain_text(f"Waits until {observer} accepts the day.")
    await theirs.get_by_label("What I want you to look at").fill("How long I wait after a question.")
    await look_at(theirs)
    await theirs.get_by_role("button", name="Save what to look at").click()
    await expect(theirs.get_by_label("What I want you to look at")).to_have_value("How long I wait after a question.")

    own = await sign_in(visits, demo, observer, "mentor", DESKTOP)
    await own.goto(path)
    await look_at(own)
    await own.get_by_role("button", name=re.compile("^Answer")).click()
    await own.get_by_role("button", name="Accept the day").click()
    await own.get_by_role("button", name="Write the note").click()
    await expect(own.locator("main")).to_contain_text("How long I wait after a question.")
    await own.get_by_label("What went well").fill("Four seconds, and six new hands.")
    await own.get_by_role("button", name="Save").click()
    await expect(own.get_by_role("alert")).to_contain_text("Choose whether it showed a need for development.")
    assert await own.get_by_label("What went well").input_value() == "Four seconds, and six new hands."
    await look_at(own)
    await own.get_by_label("Yes").check()
    await own.get_by_label(re.compile("TS7:")).check()
    await own.get_by_role("button", name="Save").click()
    await expect(own.locator("main")).to_contain_text("It showed a need for development: TS7.")
    await look_at(own)

    await theirs.reload()
    await expect(theirs.locator("main")).to_contain_text("Four seconds, and six new hands.")
    await look_at(theirs)
    await theirs.get_by_role("button", name="We talked about it today").click()
    await expect(theirs.locator("main")).to_contain_text("Observed, and talked about today.")
    latest = max(
        demo.client.get(
            mentor(relationship["mentor_id"]),
            "sessions",
            path.replace("/observations/of", "/relationships") + "/observations",
        ),
        key=lambda each: each["planned_on"],
    )
    assert (latest["held_on"], latest["feedback_on"], latest["standards"]) == ("2026-12-18", "2026-12-18", ["TS7"])


async def test_feedback_is_given_corrected_and_read_without_scripts(demo: Demo, visits: Visits) -> None:
    relationship = relationships(demo)[12]
    names = demo.result.names
    name = names[relationship["trainee_id"]]
    tutor = await sign_in(visits, demo, "Tomasz Wilk", "tutor", PHONE)
    await tutor.goto(f"/observations/of/{relationship['relationship_id']}")
    await look_at(tutor)
    await tutor.get_by_role("button", name="Give feedback").click()
    await tutor.get_by_label("What to try next (optional)").fill("Wait before you repeat a question.")
    await tutor.get_by_role("button", name="Save").click()
    for sentence in ("Write what you saw; a sentence is enough.", "Choose at least one thing that it is about."):
        await expect(tutor.get_by_role("alert")).to_contain_text(sentence)
    await look_at(tutor)
    await tutor.get_by_label("Pedagogy").check()
    await tutor.get_by_label("What did you see?").fill("Most began at once.")
    await tutor.get_by_label(re.compile("TS1:")).check()
    await tutor.get_by_role("button", name="Save").click()
    await expect(tutor.locator("main")).to_contain_text("Most began at once.")
    await look_at(tutor)
    await tutor.get_by_role("button", name="Correct it").click()
    await expect(tutor.get_by_label("What to try next (optional)")).to_have_value("Wait before you repeat a question.")
    await tutor.get_by_label("What did you see?").fill("All began at once.")
    await tutor.get_by_role("button", name="Save").click()
    await expect(tutor.locator("main")).to_contain_text("All began at once.")
    address = tutor.url.partition("?")[0]

    theirs = await sign_in(visits, demo, name, "trainee", DESKTOP, script=False)
    await theirs.goto(address)
    await theirs.get_by_role("button", name="I have read it").click()
    await expect(theirs.locator("main")).to_contain_text("Read today.")
    given = demo.client.get(trainee(relationship["trainee_id"]), "sessions", "/feedback/" + address.rpartition("/")[2])
    assert (given["text"], given["version"], given["development_needs"]) == ("All began at once.", 2, ["TS1"])
    assert given["author_id"] == TUTOR.subject

    other = await sign_in(visits, demo, names[relationships(demo)[13]["mentor_id"]], "mentor", PHONE, script=False)
    await other.goto(address)
    await expect(other.locator("h1")).to_have_text("There is nothing here")
