"""A meeting that is typed on a phone is recorded once, whatever happens between typing and sending."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import Demo
from tests.e2e.pages.test_weekly_meeting import meetings_of, pair
from tests.e2e.pages.visitors import be, look_at
from tests.faults.proxy import Proxy
from tests.support.browser import PHONE, Visits
from tests.support.services import eventually

pytestmark = pytest.mark.covers("U2")
TYPED = "Questions that every pupil can answer."
SERVER, FLIGHT, CLOSED, EXPIRED, RESTARTED = (
    "server away",
    "flight mode",
    "closed tab",
    "sign-in ended",
    "phone restarted",
)
INTERRUPTIONS = (SERVER, FLIGHT, CLOSED, EXPIRED, RESTARTED)
ALL = [*((each,) for each in INTERRUPTIONS), *combinations(INTERRUPTIONS, 2)]
FIRST_PAIR = 8
"""The pairs before are those of the tests of the weekly meeting and of the record."""


@dataclass
class Phone:
    """A phone in front of the portal, through a proxy that can be cut."""

    visits: Visits
    proxy: Proxy
    memory: Path
    page: Page

    @property
    def address(self) -> str:
        return f"http://localhost:{self.proxy.port}"

    async def interrupt(self, how: str, form: str) -> None:
        match how:
            case "server away":
                self.proxy.close()
            case "flight mode":
                await self.page.context.set_offline(True)
            case "sign-in ended":
                await self.page.context.clear_cookies()
            case "closed tab":
                context = self.page.context
                self.page = await context.new_page()
                await context.pages[0].close()
                await self.page.goto(form)
            case "phone restarted":
                offline = self.page.context
                await offline.close()
                self.page = await self.visits.open(self.address, PHONE, memory=self.memory)
                await self.page.goto(form)

    async def end_interruptions(self) -> None:
        self.proxy.open()
        await self.page.context.set_offline(False)


@asynccontextmanager
async def phone_of(demo: Demo, visits: Visits, memory: Path, name: str) -> AsyncIterator[Phone]:
    proxy = Proxy(urlsplit(demo.addresses.http("portal")).port or 0)
    await proxy.start()
    try:
        page = await visits.open(f"http://localhost:{proxy.port}", PHONE, memory=memory)
        await be(page, name, "mentor")
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        yield Phone(visits, proxy, memory, page)
    finally:
        await proxy.stop()


@pytest.mark.parametrize("interruptions", ALL, ids=[" and ".join(each) for each in ALL])
async def test_what_was_typed_is_recorded_once_whatever_happens(
    demo: Demo, visits: Visits, tmp_path: Path, interruptions: tuple[str, ...]
) -> None:
    relationship, by, _ = pair(demo, FIRST_PAIR + ALL.index(interruptions))
    before = len(meetings_of(demo, relationship))
    form = f"/meetings/new/{relationship['relationship_id']}"
    async with phone_of(demo, visits, tmp_path, by) as phone:
        await phone.page.goto(form)
        await phone.page.get_by_label("45", exact=True).check()
        await phone.page.get_by_label("What did you talk about?").fill(TYPED)
        await expect(phone.page.get_by_label("What did you talk about?")).to_have_value(TYPED)
        await wait_until_kept(phone.page)
        for how in interruptions:
            await phone.interrupt(how, form)
        if re.search("/sign-in", phone.page.url):
            await be(phone.page, by, "mentor")
            await phone.page.goto(form)
        await expect(phone.page.get_by_label("What did you talk about?")).to_have_value(TYPED)
        await expect(phone.page.get_by_label("45", exact=True)).to_be_checked()
        await phone.page.get_by_role("button", name="Save").click()
        await expect(phone.page.locator("#offline, .govuk-panel__title").first).to_contain_text("Saved")

        await phone.end_interruptions()
        await phone.page.goto("/")
        if re.search("/sign-in", phone.page.url):
            await be(phone.page, by, "mentor")

        async def is_recorded() -> bool:
            return len(meetings_of(demo, relationship)) == before + 1

        await eventually(is_recorded)
        await eventually(lambda: nothing_waits(phone.page))
        assert TYPED in {meeting["discussed"] for meeting in meetings_of(demo, relationship)}
        assert len(meetings_of(demo, relationship)) == before + 1
        visits.complaints(phone.page)


KEPT = """async store => {
  const database = await new Promise(done => {
    const asked = indexedDB.open("alongside", 1);
    asked.onsuccess = () => done(asked.result);
  });
  const asked = database.transaction(store).objectStore(store).getAll();
  return await new Promise(done => { asked.onsuccess = () => { database.close(); done(asked.result.length); } });
}"""


async def wait_until_kept(page: Page) -> None:
    async def is_kept() -> bool:
        return bool(await page.evaluate(KEPT, "drafts"))

    await eventually(is_kept)


async def nothing_waits(page: Page) -> bool:
    return [await page.evaluate(KEPT, store) for store in ("outbox", "drafts")] == [0, 0]


async def test_somebody_else_on_the_phone_sees_nothing_and_what_was_kept_waits_for_its_owner(
    demo: Demo, visits: Visits, tmp_path: Path
) -> None:
    relationship, by, _ = pair(demo, FIRST_PAIR + len(ALL))
    other, somebody_else, _ = pair(demo, FIRST_PAIR + len(ALL) + 1)
    before = len(meetings_of(demo, relationship)), len(meetings_of(demo, other))
    form = f"/meetings/new/{relationship['relationship_id']}"
    async with phone_of(demo, visits, tmp_path, by) as phone:
        page = phone.page
        await page.goto(form)
        await page.get_by_label("45", exact=True).check()
        await page.get_by_label("What did you talk about?").fill(TYPED)
        await page.context.clear_cookies()
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator("#offline")).to_contain_text("Your sign-in has ended")
        await look_at(page)

        await be(page, somebody_else, "mentor")
        await page.goto(f"/meetings/new/{other['relationship_id']}")
        await expect(page.get_by_label("What did you talk about?")).to_have_value("")
        assert TYPED not in await page.content()
        assert (len(meetings_of(demo, relationship)), len(meetings_of(demo, other))) == before
        page.on("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("button", name="Sign out").click()
        await expect(page).to_have_url(re.compile("/sign-in"))

        await be(page, by, "mentor")
        await expect(page.locator("#offline")).to_contain_text("What was saved on this device has been sent.")
        assert len(meetings_of(demo, relationship)) == before[0] + 1


async def test_without_a_network_the_form_opens_as_a_shell_that_names_nobody(
    demo: Demo, visits: Visits, tmp_path: Path
) -> None:
    relationship, by, with_whom = pair(demo, FIRST_PAIR)
    async with phone_of(demo, visits, tmp_path, by) as phone:
        await phone.page.context.set_offline(True)
        await phone.page.goto(f"/meetings/new/{relationship['relationship_id']}")
        await look_at(phone.page)
        content = await phone.page.content()
        assert with_whom not in content
        assert by not in content
        await phone.page.goto("/record")
        await expect(phone.page.locator("h1")).to_contain_text("There is no connection")
        await look_at(phone.page)
        await phone.page.context.set_offline(False)
        visits.complaints(phone.page)


async def test_sign_out_asks_before_what_was_typed_is_removed(demo: Demo, visits: Visits, tmp_path: Path) -> None:
    relationship, by, _ = pair(demo, FIRST_PAIR + 1)
    async with phone_of(demo, visits, tmp_path, by) as phone:
        page = phone.page
        await page.goto(f"/meetings/new/{relationship['relationship_id']}")
        await page.get_by_label("What did you talk about?").fill(TYPED)
        await wait_until_kept(page)
        asked: list[str] = []
        answers = iter((False, True))

        async def answer(dialog: object) -> None:
            asked.append(dialog.message)  # type: ignore[attr-defined]  # Playwright's dialog
            await (dialog.accept() if next(answers) else dialog.dismiss())  # type: ignore[attr-defined]  # likewise

        page.on("dialog", answer)
        await page.get_by_role("button", name="Sign out").click()
        await eventually(lambda: _has(asked, 1))
        assert "has not been sent yet" in asked[0]
        await page.get_by_role("button", name="Sign out").click()
        await expect(page).to_have_url(re.compile("/sign-in"))
        assert await nothing_waits(page)


async def _has(asked: list[str], number: int) -> bool:
    return len(asked) >= number
