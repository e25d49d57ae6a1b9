"""Take the pictures of the README from the running demonstration: `make screenshots` beside `alongside demo --keep`.

It needs the browser of the tests (CONTRIBUTING.md).
"""

import asyncio
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Page

from alongside.local.platform import NotRunning, find_addresses, running_demo
from tests.support.browser import DESKTOP, PHONE, Device, Visits, start_browser

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
LEAD = "Ruth Hargreaves"


async def sign_in(visits: Visits, address: str, name: str, device: Device) -> Page:
    """Open the pages as somebody of the demonstration."""
    page = await visits.open(address, device)
    await page.goto("/sign-in")
    await page.get_by_label("Find somebody by a part of their name").fill(name)
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("button", name=re.compile(f"^Be {name}")).first.click()
    await page.wait_for_url(re.compile("/$"))
    return page


async def take_pictures(address: str) -> None:
    """Take a picture of a lead's morning, one of a round by school, and one of the weekly meeting on a phone."""
    with TemporaryDirectory() as folder:
        async with start_browser(Path(folder)) as browser:
            visits = Visits(browser)
            page = await sign_in(visits, address, LEAD, DESKTOP)
            await page.screenshot(path=PICTURES / "morning.png")
            await page.goto("/matching")
            await page.get_by_role("link", name=re.compile("^(Autumn placement|Initial teacher education)")).click()
            await page.locator("a[href^='/matching/rounds/']").last.click()
            await page.get_by_role("link", name=re.compile("^By school")).click()
            await page.get_by_role("img", name="Where the pairs are").wait_for()
            await page.evaluate("document.querySelector('.al-views').scrollIntoView()")
            await page.screenshot(path=PICTURES / "board.png")
            page = await sign_in(visits, address, "Amina Farooq", PHONE)
            await page.get_by_role("button", name=re.compile("^Record a meeting")).first.click()
            await page.wait_for_url(re.compile("/meetings/new/"))
            await page.get_by_label("45", exact=True).check()
            await page.get_by_label("What did you talk about?").fill("Starters that settle the class.")
            await page.get_by_label("What did you talk about?").scroll_into_view_if_needed()
            await page.screenshot(path=PICTURES / "meeting.png")
            await visits.close()


def main() -> int:
    """Take the pictures from the demonstration that runs on this machine. Returns an exit code."""
    demo = running_demo()
    try:
        address = find_addresses(demo).http("portal")
    except NotRunning:
        sys.stderr.write("No demonstration runs. Start one in another terminal: alongside demo --keep\n")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_pictures(address.replace("127.0.0.1", "localhost")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
