"""A lead works on the matching board in a real browser: on a phone, and on a desktop by keyboard without scripts."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, expect

from services.matching.main import SERVICE as MATCHING
from services.portal.signing_in.settings import PortalSettings
from services.referral.main import SERVICE as REFERRAL
from shared.kernel.service.definition import Service
from tests.integration.portal.board import Board, open_board
from tests.support.browser import DESKTOP, PHONE, Device, Visits, assert_no_sideways_scroll, check_accessibility
from tests.support.pages import serve_pages
from tests.support.services import SharedServices

pytestmark = pytest.mark.covers("U3")

VISITORS = [(PHONE, True), (DESKTOP, False)]
PATIENCE = 60_000
"""Milliseconds until a round is solved and its page shows it by itself."""
A_NAME = "A name to find it again"


@pytest.fixture
async def board(
    shared_services: SharedServices, portal_service: Service, portal_settings: PortalSettings
) -> AsyncIterator[tuple[Board, str]]:
    """A partnership with two trainees and one place, and the address of its pages."""
    platform = await shared_services.of(REFERRAL, MATCHING, portal_service)
    async with open_board(platform, portal_settings) as app, serve_pages(app) as address:
        board = await Board.begin(platform, app)
        await board.fill()
        yield board, address


async def look_at(page: Page, *, script: bool) -> None:
    """Fail where a page is not accessible, or scrolls sideways on a narrow screen; only where scripts run."""
    assert await page.locator("h1").count() == 1
    if script:
        violations = await check_accessibility(page)
        assert not violations, f"{page.url}\n" + "\n".join(violations)
        await assert_no_sideways_scroll(page)


async def use(target: Locator) -> None:
    """Follow a link or press a button by keyboard alone."""
    await target.focus()
    await target.press("Enter")


async def write_day(page: Page, day: str, month: str, year: str) -> None:
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        await page.get_by_label(label, exact=True).fill(value)


async def be_lead(visits: Visits, board: Board, address: str, device: Device, *, script: bool) -> Page:
    """Open the board as its lead."""
    page = await visits.open(address, device, script=script)
    await page.goto(f"/sign-in?find={board.lead_name.replace(' ', '+')}")
    await use(page.get_by_role("button", name=re.compile(f"^Be {board.lead_name}")))
    await expect(page.get_by_role("banner")).to_contain_text("partnership lead")
    await page.goto("/matching")
    await look_at(page, script=script)
    await use(page.get_by_role("link", name=re.compile("Initial teacher education placement")))
    await expect(page.locator("h1")).to_contain_text("Initial teacher education placement")
    return page


async def until_solved(page: Page, heading: str) -> None:
    """Wait until the page has shown by itself that the round is solved."""
    await expect(page.locator("h1")).to_contain_text(heading)
    await expect(page.get_by_role("navigation", name="What to see of it")).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize(("device", "script"), VISITORS, ids=["phone", "desktop without scripts"])
async def test_a_lead_tries_a_round_reads_why_sends_it_and_repairs_it(
    board: tuple[Board, str], visits: Visits, device: Device, script: bool
) -> None:
    ours, address = board
    page = await be_lead(visits, ours, address, device, script=script)
    await look_at(page, script=script)
    await use(page.get_by_role("link", name="See who waits"))
    await expect(page.locator("main")).to_contain_text("Zofia Nowak")
    await look_at(page, script=script)
    trial = await try_round(page, ours, script=script)
    await read_reasons(page, trial, script=script)
    await try_remedy_and_compare(page, ours, script=script)
    await send_and_lock(page, trial, script=script)
    await repair(page, ours, script=script)


async def try_round(page: Page, ours: Board, *, script: bool) -> str:
    """Try a round by the programme's rules, and return its address."""
    await page.goto(ours.address)
    await page.get_by_label(A_NAME).fill("As things stand")
    await write_day(page, "10", "7", "2026")
    await use(page.get_by_role("button", name="Try a round"))
    await until_solved(page, "As things stand")
    await expect(page.locator(".al-finding")).to_have_text("1 of 2 trainees have a pair.")
    await look_at(page, script=script)
    return page.url


async def read_reasons(page: Page, trial: str, *, script: bool) -> None:
    """Open a pair, the schools, and a trainee without a place."""
    await use(page.get_by_role("link", name="Elif Kaya"))
    await expect(page.locator("h1")).to_have_text("Elif Kaya and Amina Farooq")
    await look_at(page, script=script)
    await page.goto(trial)
    await use(page.get_by_role("link", name=re.compile("By school")))
    await expect(page.get_by_role("table", name="Pairs by school")).to_be_visible()
    await look_at(page, script=script)
    await use(page.get_by_role("link", name=re.compile("Without a place")))
    await use(page.get_by_role("link", name="Zofia Nowak"))
    await expect(page.locator("main")).to_contain_text("One more place in physics")
    await look_at(page, script=script)


async def try_remedy_and_compare(page: Page, ours: Board, *, script: bool) -> None:
    """Try what would help from where it stands, and compare that with the first trial."""
    await use(page.get_by_role("button", name=re.compile("^Try it")))
    await expect(page.locator("main")).to_contain_text("2 places in physics")
    await page.get_by_label(A_NAME).fill("One more place")
    await write_day(page, "10", "7", "2026")
    await look_at(page, script=script)
    await use(page.get_by_role("button", name="Try this round"))
    await until_solved(page, "One more place")
    await expect(page.locator(".al-finding")).to_have_text("Everybody has a pair: 2 trainees.")
    await page.goto(ours.address)
    for name in ("As things stand", "One more place"):
        await page.get_by_role("checkbox", name=re.compile(f"Compare {name}")).press("Space")
    await use(page.get_by_role("button", name="Compare two trials"))
    await expect(page.locator(".al-finding")).to_contain_text("1 trainee has another outcome")
    await look_at(page, script=script)


async def send_and_lock(page: Page, trial: str, *, script: bool) -> None:
    """Send the proposals of a trial, and lock a pair."""
    await page.goto(trial)
    await use(page.get_by_role("link", name="Send proposals by these rules"))
    await expect(page.locator("main")).to_contain_text("Can I change it later?")
    await look_at(page, script=script)
    await use(page.get_by_role("button", name="Send the proposals"))
    await until_solved(page, "Round")
    await look_at(page, script=script)
    await use(page.get_by_role("link", name="Elif Kaya"))
    await use(page.get_by_role("button", name="Lock this pair"))
    await expect(page.get_by_role("button", name="Unlock this pair")).to_be_visible()
    await look_at(page, script=script)


async def repair(page: Page, ours: Board, *, script: bool) -> None:
    """Preview a repair, and carry it out."""
    await page.goto(f"{ours.address}/departures?on=2026-07-12")
    await expect(page.locator("main")).to_contain_text("1 pair breaks")
    await look_at(page, script=script)
    await use(page.get_by_role("button", name=re.compile("Preview the repair")))
    await until_solved(page, "Preview of a repair")
    await look_at(page, script=script)
    await use(page.get_by_role("button", name="Carry out this repair"))
    await expect(page.locator("h1")).to_contain_text(re.compile("^Repair"))
    await until_solved(page, "Repair")
    await expect(page.locator("main")).to_contain_text("The school leaves")
    await look_at(page, script=script)


async def test_common_mistakes_are_said_at_their_fields_and_nothing_typed_is_lost(
    board: tuple[Board, str], visits: Visits
) -> None:
    ours, address = board
    page = await be_lead(visits, ours, address, PHONE, script=True)
    await page.get_by_label(A_NAME).fill("")
    await page.get_by_label("Day", exact=True).fill("32")
    await page.get_by_role("button", name="Try a round").click()
    await expect(page).to_have_title(re.compile("^Error: "))
    summary = page.get_by_role("alert")
    await expect(summary).to_contain_text("Give it a name, such as As things stand.")
    await expect(page.get_by_label("Day", exact=True)).to_have_value("32")
    await look_at(page, script=True)
    await summary.get_by_role("link", name="Give the day of the round, such as 1 7 2026.").click()
    await expect(page.get_by_label("Day", exact=True)).to_be_focused()

    await page.get_by_role("button", name="Compare two trials").click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose two trials to compare.")
    await look_at(page, script=True)

    await page.goto(f"{ours.address}/scenarios/new")
    await page.get_by_label(A_NAME).fill("Nonsense")
    await page.get_by_label("Ranked wishes").fill("many")
    await page.get_by_label("On foot").fill("an hour")
    await page.get_by_role("button", name="Try this round").click()
    await expect(page.get_by_role("alert")).to_contain_text("Give a whole number; 0 means that it does not count.")
    await expect(page.get_by_label("Ranked wishes")).to_have_value("many")
    await expect(page.get_by_label("On foot")).to_have_value("an hour")
    await expect(page.get_by_label(A_NAME)).to_have_value("Nonsense")
    await look_at(page, script=True)

    await page.goto(f"{ours.address}/departures?on=someday")
    await expect(page.get_by_role("alert")).to_be_visible()
    await look_at(page, script=True)
    await page.goto(f"/matching/rounds/{ours.season.programme_id}")
    await expect(page.locator("h1")).to_have_text("There is nothing here")
    await look_at(page, script=True)
