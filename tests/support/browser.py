"""A browser for tests: devices, a fresh context for each visitor, and what may not happen on any page.

    async def test_the_form_can_be_sent_without_a_mouse(visits: Visits, portal: str) -> None:
        page = await visits.open(portal, PHONE)
        await page.goto("/meetings")
        assert not await check_accessibility(page)
        await assert_no_sideways_scroll(page)

After each test the fixture `visits` fails it for every error in the console, every violation of the policy for content
and every request to another host.
"""

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, WebError, async_playwright

from tests.support.chromium import find_chromium

ARGUMENTS = [
    "--no-sandbox",  # needs rights that neither root in a container nor an ordinary user has everywhere
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",  # the browser itself asks nobody
]
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
NARROWEST = 320
PATIENCE = 15_000  # milliseconds that an action waits for its element
OFFLINE = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_CONNECTION_REFUSED", "net::ERR_CONNECTION_RESET")
"""Failures of requests that a test brings about itself: it goes offline, or stops the server."""


@dataclass(frozen=True)
class Device:
    """A screen, in CSS pixels, and what points at it."""

    width: int
    height: int
    touch: bool = False


PHONE = Device(390, 844, touch=True)
DESKTOP = Device(1280, 900)


@dataclass(frozen=True)
class RunningBrowser:
    """A Chromium that runs, and the options with which another process of it is started."""

    browser: Browser
    options: dict[str, Any]


@asynccontextmanager
async def start_browser(folder: Path) -> AsyncIterator[RunningBrowser]:
    """Run a Chromium without a window. Files for this run go into `folder`. Raises BrowserMissing."""
    chromium = find_chromium(folder)
    environment = {**os.environ, **chromium.environment}
    options: dict[str, Any] = {"executable_path": chromium.executable, "args": ARGUMENTS, "env": environment}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**options)
        try:
            yield RunningBrowser(browser, options)
        finally:
            await browser.close()


class Visits:
    """The visitors of a test: each has cookies, storage and service workers of its own."""

    def __init__(self, running: RunningBrowser) -> None:
        self._running = running
        self._contexts: list[BrowserContext] = []
        self._complaints: defaultdict[BrowserContext, list[str]] = defaultdict(list)

    async def open(
        self,
        address: str,
        device: Device = DESKTOP,
        *,
        script: bool = True,
        others: Iterable[str] = (),
        memory: Path | None = None,
        **preferences: Any,
    ) -> Page:
        """Return an empty page of a new visitor, whose paths are relative to `address`.

        `script=False` is a browser without JavaScript. `others` are addresses besides `address` that pages may go to,
        such as a provider's to sign in with. `memory` is a folder in which a browser of the visitor's own keeps
        everything: close `page.context` and open another visit with it, and the device has been switched off and on.
        Preferences are those of Playwright's new_context, such as color_scheme="dark", reduced_motion="reduce" and
        forced_colors="active".
        """
        wanted: dict[str, Any] = {
            "base_url": address,
            "viewport": {"width": device.width, "height": device.height},
            "screen": {"width": device.width, "height": device.height},
            "has_touch": device.touch,
            "is_mobile": device.touch,
            "device_scale_factor": 2 if device.touch else 1,
            "java_script_enabled": script,
            "locale": "en-GB",
            "timezone_id": "Europe/London",
            **preferences,
        }
        if memory is None:
            context = await self._running.browser.new_context(**wanted)
        else:
            start = self._running.browser.browser_type.launch_persistent_context
            context = await start(memory, **self._running.options, **wanted)
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE)
        self._watch(context, {urlsplit(each).netloc for each in (address, *others)})
        return context.pages[0] if context.pages else await context.new_page()

    def complaints(self, page: Page) -> list[str]:
        """Return what has gone wrong for a visitor, and forget it: the test expects it."""
        return self._complaints.pop(page.context, [])

    async def close(self) -> None:
        """End all visits, and fail the test for whatever has gone wrong in any that it did not ask about."""
        complaints = [complaint for each in self._complaints.values() for complaint in each]
        self._complaints.clear()
        for context in self._contexts:
            await context.close()
        self._contexts.clear()
        assert not complaints, "\n".join(complaints)

    def _watch(self, context: BrowserContext, hosts: set[str]) -> None:
        complaints = self._complaints
        pages: set[str] = set()

        def note_request(request: Request) -> None:
            if request.is_navigation_request():
                pages.add(request.url)
            to = urlsplit(request.url)
            if to.scheme in ("http", "https", "ws", "wss") and to.netloc not in hosts:
                complaints[context].append(f"request to another host: {request.url}")

        def note_message(message: ConsoleMessage) -> None:
            if message.type != "error":
                return
            refused = message.text.startswith("Failed to load resource")  # a page's own status is for the test to judge
            if refused and (message.location["url"] in pages or message.text.endswith(OFFLINE)):
                return
            complaints[context].append(f"error in the console: {message.text} ({message.location['url']})")

        def note_error(error: WebError) -> None:
            complaints[context].append(f"uncaught error: {error.error}")

        context.on("request", note_request)
        context.on("console", note_message)
        context.on("weberror", note_error)


async def check_accessibility(page: Page) -> list[str]:
    """Return each violation of WCAG 2.0 to 2.2, levels A and AA, and of best practice, with its elements."""
    options = {
        "runOnly": {"type": "tag", "values": list(RULES)},
        "rules": {"target-size": {"enabled": True}},
        "resultTypes": ["violations"],
    }
    results = await Axe().run(page, options=options)
    return list(_sentences(results.response["violations"]))


def _sentences(violations: list[dict[str, Any]]) -> Iterator[str]:
    for violation in violations:
        yield f"{violation['id']} ({violation['impact']}): {violation['help']}"
        for node in violation["nodes"]:
            yield f"    {node['html']}"
            yield from (f"        {line}" for line in str(node["failureSummary"]).splitlines())


WIDE_ELEMENTS = """width => {
  const scrolls = element => ["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(element).overflowX);
  const inside = element => {
    for (let parent = element.parentElement; parent && parent !== document.body; parent = parent.parentElement)
      if (scrolls(parent)) return true;
    return false;
  };
  return [...document.body.querySelectorAll("*")]
    .filter(element => element.getBoundingClientRect().right > width + 1 && !inside(element))
    .map(element => element.outerHTML.slice(0, 160));
}"""


async def assert_no_sideways_scroll(page: Page, width: int = NARROWEST) -> None:
    """Fail if the page is wider than a narrow screen, as one of 1280 pixels at 400 % is; the size is put back."""
    async with _width_of(page, width):
        whole = await page.evaluate("document.documentElement.scrollWidth")
        wide = await page.evaluate(WIDE_ELEMENTS, width) if whole > width else []
        assert whole <= width, f"the page is {whole} pixels wide on a screen of {width}:\n" + "\n".join(wide)


@asynccontextmanager
async def _width_of(page: Page, width: int) -> AsyncIterator[None]:
    before = page.viewport_size
    assert before is not None
    await page.set_viewport_size({"width": width, "height": before["height"]})
    try:
        yield
    finally:
        await page.set_viewport_size(before)
