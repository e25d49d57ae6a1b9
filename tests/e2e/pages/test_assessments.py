"""An assessment goes from the tutor's draft over comment, signatures and a return to the end; another is corrected."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from rich.progress import Progress

from alongside.demo.assessments import END_ON, sign_and_submit
from alongside.demo.personas import LEAD, TUTOR, Persona, school_lead, trainee, tutor
from alongside.demo.steps import DemoRun
from tests.e2e.conftest import Demo
from tests.e2e.pages.test_weekly_meeting import relationships
from tests.e2e.pages.visitors import look_at, sign_in
from tests.support.browser import DESKTOP, PHONE, Visits
from tests.support.services import eventually

pytestmark = pytest.mark.covers("U9")

STANDARDS = tuple(f"TS{number}" for number in range(1, 9))


def assessments_of(demo: Demo, trainee_id: str) -> list[dict[str, Any]]:
    """The assessments of a trainee as the tutor sees them, the latest first."""
    found: list[dict[str, Any]] = demo.client.get(TUTOR, "sessions", "/assessments", trainee_id=trainee_id)
    return found


async def judge(page: Page, level: str) -> None:
    """Choose a level for every standard."""
    for name in STANDARDS:
        await page.get_by_role("group", name=re.compile(f"^{name}")).get_by_label(level, exact=True).check()


async def test_an_assessment_goes_from_the_draft_to_the_end(demo: Demo, visits: Visits) -> None:
    relationship = relationships(demo)[9]
    trainee_id, name = relationship["trainee_id"], demo.result.names[relationship["trainee_id"]]
    tutor = await sign_in(visits, demo, "Tomasz Wilk", "tutor", DESKTOP)
    await draft_and_share(tutor, name)
    path = "/assessments/" + tutor.url.partition("/assessments/")[2].partition("?")[0]

    theirs = await sign_in(visits, demo, name, "trainee", PHONE)
    await expect(theirs.locator("main")).to_contain_text("Read it, and comment if you like.")
    await look_at(theirs)
    await theirs.get_by_role("button", name=re.compile("^Open")).click()
    await look_at(theirs)
    await theirs.get_by_label("Your comment").fill("I began with the routine on Monday.")
    await theirs.get_by_role("button", name="Save the comment").click()
    await expect(theirs.locator("main")).to_contain_text("The trainee has commented")

    await tutor.reload()
    await tutor.get_by_role("button", name="Sign", exact=True).click()
    await expect(tutor.locator("main")).to_contain_text("ITT coordinator of the school signs next.")
    day = {"on": "2026-12-18"}
    coordinator = school_lead(relationship["school_urn"])
    demo.client.post(coordinator, "sessions", f"{path}/signatures", {**day, "version": 1})
    await theirs.reload()
    await theirs.get_by_role("button", name="I have read it: sign").click()
    await expect(theirs.locator("main")).to_contain_text("Signed by all. Its assessor submits it next.")
    await tutor.reload()
    await tutor.get_by_role("button", name="Submit").click()
    await expect(tutor.locator("main")).to_contain_text("Submitted. It waits to be acknowledged.")

    lead = await sign_in(visits, demo, "Ruth Hargreaves", "partnership lead", DESKTOP)
    await send_back(lead, path)

    await tutor.goto(f"{path}/text")
    await expect(tutor.locator("main")).to_contain_text("Say for TS2 what you saw.")
    await tutor.get_by_label("What you saw, TS2 (optional)").fill("Four of five made progress.")
    await tutor.get_by_role("button", name="Save the draft").click()
    await expect(tutor.locator("main")).to_contain_text("TS2: another comment")
    await look_at(tutor)
    demo.client.put(TUTOR, "sessions", f"{path}/sharing", day)
    demo.client.put(trainee(trainee_id), "sessions", f"{path}/comment", day)
    for who in (TUTOR, coordinator, trainee(trainee_id)):
        demo.client.post(who, "sessions", f"{path}/signatures", {**day, "version": 2})
    demo.client.put(TUTOR, "sessions", f"{path}/submission", day)
    await lead.goto(path)
    await lead.get_by_role("button", name="Acknowledge").click()
    await expect(lead.locator("main")).to_contain_text("Submitted and acknowledged.")
    await lead.get_by_role("link", name=re.compile("^Version 1")).click()
    await expect(lead.locator("main")).to_contain_text("This is version 1.")
    await look_at(lead)
    async with lead.expect_download() as saved:
        await lead.get_by_role("link", name="Download it as a document to print").click()
    assert (await (await saved.value).path()).read_bytes().startswith(b"%PDF-")
    await plan_support(tutor, theirs, path)
    (latest, *_) = [each for each in assessments_of(demo, trainee_id) if path.endswith(each["assessment_id"])]
    assert (latest["version"], latest["state"], latest["comments"]["TS2"]) == (
        2,
        "acknowledged",
        "Four of five made progress.",
    )


async def plan_support(tutor: Page, theirs: Page, path: str) -> None:
    """Write the support plan for which an assessment asks, share it, and say how it goes."""
    await tutor.goto(path)
    await tutor.get_by_role("link", name="The assessment asks for a support plan").click()
    await look_at(tutor)
    await tutor.get_by_role("button", name="Write the plan").click()
    await tutor.get_by_label("Who helps, and how?").first.fill("The mentor, in two lessons a week.")
    await tutor.get_by_role("button", name="Save the draft").click()
    for sentence in ("Say what the trainee is to reach.", "Give at least one day on which you look at it again"):
        await expect(tutor.get_by_role("alert")).to_contain_text(sentence)
    await look_at(tutor)
    await tutor.get_by_label("What is the trainee to reach?").first.fill("Calm starts of lessons.")
    day = tutor.get_by_role("group", name="Review day 1")
    for part, value in (("Day", "11"), ("Month", "1"), ("Year", "2027")):
        await day.get_by_label(part).fill(value)
    await tutor.get_by_role("button", name="Save the draft").click()
    await expect(tutor.locator("main")).to_contain_text("A draft, which the trainee does not read yet.")
    await tutor.get_by_role("button", name="Share it").click()
    await expect(tutor.get_by_role("button", name="Say how it goes")).to_be_visible()
    await look_at(tutor)
    await theirs.goto(f"{path}/support-plan")
    await theirs.get_by_role("button", name="I have read it").click()
    await expect(theirs.locator("main")).to_contain_text("read on 18 December 2026")
    await look_at(theirs)
    await tutor.get_by_role("button", name="Close it").click()
    await tutor.get_by_role("button", name="Close it").click()
    await expect(tutor.get_by_role("alert")).to_contain_text("Choose how it stands.")
    await look_at(tutor)
    await tutor.get_by_label("It is no longer needed").check()
    await tutor.get_by_label("How did it end?").fill("All starts are calm.")
    await tutor.get_by_role("button", name="Close it").click()
    await expect(tutor.locator("main")).to_contain_text("The plan is closed.")


async def draft_and_share(tutor: Page, name: str) -> None:
    """Begin an assessment of a trainee, whose draft survives a closed page, and share it."""
    await tutor.get_by_role("link", name="Assessments").click()
    await look_at(tutor)
    await tutor.get_by_label("Find a trainee by a part of their name").fill(name)
    await tutor.get_by_role("button", name="Find").click()
    await tutor.get_by_role("link", name=re.compile("^Begin an assessment")).click()
    await look_at(tutor)
    await tutor.get_by_role("link", name="Interim assessment").click()
    await look_at(tutor)
    await judge(tutor, "On track")
    await tutor.get_by_role("group", name=re.compile("^TS7")).get_by_label("Not on track").check()
    await tutor.get_by_label("What you saw, TS7 (optional)").fill("Starts are calm now.")
    await expect(tutor.get_by_label("What you saw, TS7 (optional)")).to_have_value("Starts are calm now.")
    await eventually(lambda: tutor.evaluate(KEPT))
    await tutor.reload()
    await expect(tutor.get_by_role("status")).to_contain_text("What you typed here before is still there.")
    await expect(tutor.get_by_label("What you saw, TS7 (optional)")).to_have_value("Starts are calm now.")
    await tutor.get_by_role("button", name="Save and share").click()
    await expect(tutor.get_by_role("alert")).to_contain_text("An assessment of this kind is submitted already.")
    await look_at(tutor)
    await tutor.get_by_role("button", name="Save and share").click()
    await expect(tutor.locator("h1")).to_contain_text("Share Interim assessment")
    await look_at(tutor)
    await tutor.get_by_role("button", name="Share it").click()
    await expect(tutor.locator("main")).to_contain_text("University tutor signs next.")
    await look_at(tutor)


async def send_back(lead: Page, path: str) -> None:
    """Send an assessment back, with a reason."""
    await lead.goto(path)
    await lead.get_by_role("button", name="Send it back").click()
    await look_at(lead)
    await lead.get_by_role("button", name="Send it back").click()
    await expect(lead.get_by_role("alert")).to_contain_text("Say what has to change")
    await lead.get_by_label("What has to change?").fill("Say for TS2 what you saw.")
    await lead.get_by_role("button", name="Send it back").click()
    await expect(lead.locator("main")).to_contain_text("Sent back to its assessor")


KEPT = """async () => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("alongside", 1);
    asked.onsuccess = () => done(asked.result);
  });
  const all = await new Promise((done) => {
    const asked = db.transaction("drafts").objectStore("drafts").getAll();
    asked.onsuccess = () => done(asked.result);
  });
  db.close();
  return all.some((draft) => draft.fields.some(([, value]) => value === "Starts are calm now."));
}"""
"""Whether what was typed is kept on the device."""


async def test_an_appeal_is_made_and_upheld_and_the_assessment_corrected(demo: Demo, visits: Visits) -> None:
    relationship = relationships(demo)[10]
    trainee_id, name = relationship["trainee_id"], demo.result.names[relationship["trainee_id"]]
    assessment = next(each for each in assessments_of(demo, trainee_id) if each["kind"] == "end_of_placement")
    path = f"/assessments/{assessment['assessment_id']}"
    theirs = await sign_in(visits, demo, name, "trainee", PHONE, script=False)
    await theirs.goto(path)
    await theirs.get_by_role("button", name="Appeal").click()
    await theirs.get_by_role("button", name="Appeal").click()
    await expect(theirs.get_by_role("alert")).to_contain_text("Say why you appeal")
    await theirs.get_by_label("Why?").fill("Nobody saw me teach in October.")
    await theirs.get_by_role("button", name="Appeal").click()
    await expect(theirs.locator("main")).to_contain_text("An appeal is made, and waits for a decision.")

    lead = await sign_in(visits, demo, "Ruth Hargreaves", "partnership lead", PHONE)
    await lead.goto(path)
    await look_at(lead)
    await lead.get_by_role("button", name="Decide the appeal").click()
    await lead.get_by_label("Why?").fill("It was another class.")
    await lead.get_by_role("button", name="Decide").click()
    await expect(lead.get_by_role("alert")).to_contain_text("Choose how you decide.")
    await look_at(lead)
    assert await lead.get_by_label("Why?").input_value() == "It was another class."
    await lead.get_by_label("Uphold it: the assessor writes a corrected version").check()
    await lead.get_by_role("button", name="Decide").click()
    await expect(lead.locator("main")).to_contain_text("An appeal was upheld")

    tutor = await sign_in(visits, demo, "Tomasz Wilk", "tutor", DESKTOP, script=False)
    await tutor.goto(f"{path}/text")
    await tutor.get_by_role("group", name="A day on which you saw them teach").get_by_label("Month").fill("13")
    await tutor.get_by_label("What you saw, TS4 (optional)").fill("Two well planned lessons.")
    await tutor.get_by_role("button", name="Save the draft").click()
    for sentence in ("Say why it is corrected", "Give the day on which you saw them teach"):
        await expect(tutor.get_by_role("alert")).to_contain_text(sentence)
    assert await tutor.get_by_label("What you saw, TS4 (optional)").input_value() == "Two well planned lessons."
    await tutor.get_by_label("Why is it corrected?").fill("After an appeal.")
    await tutor.get_by_role("group", name="A day on which you saw them teach").get_by_label("Month").fill("")
    await tutor.get_by_role("button", name="Save the draft").click()
    await expect(tutor.locator("main")).to_contain_text("Corrected because: After an appeal.")
    await tutor.get_by_role("button", name="Share").click()
    await expect(tutor.locator("h1")).to_contain_text("Share Assessment at the end of the placement")

    mentor = await sign_in(visits, demo, demo.result.names[relationship["mentor_id"]], "mentor", PHONE)
    await mentor.goto(path)
    await expect(mentor.locator("h1")).to_have_text("There is nothing here")


SECOND = tutor("second look")
SECOND_NAME = "Wanda Ferris"


def second_tutor(demo: Demo, trainee_id: str) -> Persona:
    """Another tutor, who is assigned to the trainee."""
    role = {"role": "tutor", "schools": [], "on": "2026-06-15", "why": "Looks again."}
    body = {"name": SECOND_NAME, "email": "wanda.ferris@example.org", "role": role}
    demo.client.put(LEAD, "portal", f"/api/accounts/{SECOND.subject}", body)
    days = {"starts_on": "2026-12-01", "on": "2026-12-01"}
    who = {"trainee_id": trainee_id, "person_id": SECOND.subject, "role": "tutor"}
    demo.client.post(LEAD, "sessions", "/assignments", who | days)
    return SECOND


async def test_another_tutor_looks_again_by_a_second_opinion_and_as_a_moderator(demo: Demo, visits: Visits) -> None:
    relationship = relationships(demo)[14]
    trainee_id, name = relationship["trainee_id"], demo.result.names[relationship["trainee_id"]]
    second_tutor(demo, trainee_id)
    path = submit_another(demo, relationship)
    lead = await sign_in(visits, demo, "Ruth Hargreaves", "partnership lead", DESKTOP)
    await lead.goto("/moderations")
    await look_at(lead)
    await lead.get_by_role("button", name="Draw it").click()
    for sentence in ("Choose a programme.", "Choose a kind of assessment.", "Give a first day"):
        await expect(lead.get_by_role("alert")).to_contain_text(sentence)
    await look_at(lead)
    await lead.get_by_label("Aire Valley teacher training, autumn placement, 2026/27").check()
    await lead.get_by_label("Assessments at the end of a placement").check()
    for part, value in (("Day", "17"), ("Month", "12"), ("Year", "2026")):
        await lead.get_by_role("group", name="Submitted from").get_by_label(part).fill(value)
    await lead.get_by_role("button", name="Draw it").click()
    await expect(lead.locator("h1")).to_contain_text("a sample to moderate")
    drawn = lead.get_by_role("listitem").filter(has=lead.get_by_role("link", name=name, exact=True))
    await drawn.get_by_role("combobox").select_option(SECOND_NAME)
    await look_at(lead)
    await drawn.get_by_role("button", name="Name them").click()
    await expect(drawn).to_contain_text(f"{SECOND_NAME} moderates it.")

    moderator = await sign_in(visits, demo, SECOND_NAME, "tutor", PHONE)
    await moderator.goto("/moderations")
    await moderator.locator("main h2 a").first.click()
    await moderator.get_by_role("button", name=re.compile("^Ask them to look again")).click()
    await expect(moderator.get_by_role("alert")).to_contain_text("Say what the assessor should look at again.")
    await look_at(moderator)
    await moderator.get_by_role("button", name=re.compile("^I agree")).click()
    await expect(moderator.locator("main")).to_contain_text(f"{SECOND_NAME} agrees, today.")

    theirs = await sign_in(visits, demo, name, "trainee", PHONE)
    await theirs.goto(path)
    await theirs.get_by_role("button", name="Ask for a second opinion").click()
    await theirs.get_by_label("Why?").fill("TS3 surprises me.")
    await theirs.get_by_role("button", name="Ask").click()
    await expect(theirs.locator("main")).to_contain_text("asked for it: TS3 surprises me.")
    await look_at(theirs)

    await moderator.goto(path)
    await moderator.get_by_role("button", name="Write the second opinion").click()
    await judge(moderator, "On track")
    await moderator.get_by_role("button", name="Save").click()
    await expect(moderator.get_by_role("alert")).to_contain_text("Say in a sentence how you see it.")
    await look_at(moderator)
    await moderator.get_by_label("How do you see it?").fill("I saw it in the same way.")
    await moderator.get_by_role("button", name="Save").click()
    await expect(moderator.locator("main")).to_contain_text("I saw it in the same way.")
    await look_at(moderator)


def submit_another(demo: Demo, relationship: dict[str, Any]) -> str:
    """Take another assessment at the end of the placement to its submission, and return its path."""
    body = {
        "relationship_id": relationship["relationship_id"],
        "kind": "end_of_placement",
        "on": "2026-12-18",
        "judgements": dict.fromkeys(STANDARDS, "on_track"),
        "observed_on": [f"{END_ON}"],
    }
    begun = demo.client.post(TUTOR, "sessions", "/assessments", body, again="true")
    path = f"/assessments/{begun['assessment_id']}"
    signers = (TUTOR, school_lead(relationship["school_urn"]), trainee(relationship["trainee_id"]))
    sign_and_submit(DemoRun(demo.client, Progress(disable=True)), path, signers, {"on": "2026-12-18"})
    return path
