"""The stylesheet and scripts of the portal, on pages that show every component: in each mode of each device.

`python -m tests.integration.browser.test_look FOLDER` writes pictures of these pages.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from playwright.async_api import Page

from services.portal.pages.brand import brand_stylesheet
from services.portal.pages.static_files import asset_path, static_routes
from tests.support.browser import (
    DESKTOP,
    PHONE,
    Device,
    Visits,
    assert_no_sideways_scroll,
    check_accessibility,
    start_browser,
)
from tests.support.pages import serve_pages

POLICY = "default-src 'self'"
TITLES = {"home": "What is due", "form": "Error: Weekly meeting", "content": "Record"}
DEVICES = [pytest.param(PHONE, id="phone"), pytest.param(DESKTOP, id="desktop")]
LIGHT_BRAND = "#ffd200"
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  // The target of a pagination link is all of its item.
  .filter(element => element.checkVisibility() && !element.closest("p, .govuk-pagination__item"))
  .map(element => {
    const label = element.matches("[type=radio], [type=checkbox]") ? element.labels[0] : element;
    const box = label.getBoundingClientRect();
    return [element.outerHTML.slice(0, 100), Math.round(box.width), Math.round(box.height)];
  })
  .filter(([, width, height]) => width > 1 && (width < 24 || height < 24))"""


def application(brand: str = "#17524c") -> FastAPI:
    """Return an application that shows the pages of the folder `look`."""
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    own = FileSystemLoader(Path(__file__).parent / "look")
    templates = Environment(loader=ChoiceLoader([own, components]), autoescape=True)
    templates.globals["asset"] = asset_path
    app = FastAPI()
    app.include_router(static_routes())

    @app.get("/brand.css")
    async def brand_css() -> Response:
        return Response(brand_stylesheet(brand), media_type="text/css")

    @app.get("/readers")
    async def readers() -> HTMLResponse:
        return HTMLResponse("Nobody has read this.")

    @app.get("/{page}")
    async def page(page: str, request: Request) -> HTMLResponse:
        html = templates.get_template(f"{page}.html").render(page=page, title=TITLES[page])
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})

    return app


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    async with serve_pages(application()) as address:
        yield address


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", TITLES)
async def test_every_component_is_accessible(
    visits: Visits, address: str, name: str, scheme: str, device: Device
) -> None:
    page = await visits.open(address, device, color_scheme=scheme)
    await page.goto(f"/{name}")
    assert await check_accessibility(page) == []
    await assert_no_sideways_scroll(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_light_brand_has_text_that_reads_well(visits: Visits, scheme: str) -> None:
    async with serve_pages(application(LIGHT_BRAND)) as address:
        page = await visits.open(address, PHONE, color_scheme=scheme)
        await page.goto("/form")
        assert await check_accessibility(page) == []
        await page.goto("/home")
        assert await check_accessibility(page) == []


@pytest.mark.parametrize("name", TITLES)
async def test_pages_work_without_javascript(visits: Visits, address: str, name: str) -> None:
    page = await visits.open(address, PHONE, script=False)
    await page.goto(f"/{name}")
    assert await page.get_by_role("link", name="Weekly meeting", exact=True).is_visible(), "the menu is open"


async def test_scripts_of_components_run(visits: Visits, address: str) -> None:
    page = await visits.open(address, PHONE)
    await page.goto("/form")
    summary = page.locator(".govuk-error-summary")
    assert await summary.evaluate("element => element === document.activeElement"), "an error is read out at once"
    reports = page.get_by_role("link", name="Reports")
    assert not await reports.is_visible()
    await page.get_by_role("button", name="Menu").click()
    assert await reports.is_visible()
    await page.get_by_label("The next target").fill("x" * 150)
    assert await page.get_by_text("You have 50 characters remaining").first.is_visible()


async def test_htmx_obeys_the_policy_for_content(visits: Visits, address: str) -> None:
    page = await visits.open(address)
    await page.goto("/content")
    await page.get_by_role("button", name="Show the readers").click()
    await page.get_by_text("Nobody has read this.").wait_for()
    assert visits.complaints(page) == []


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", TITLES)
async def test_targets_have_at_least_24_pixels(visits: Visits, address: str, name: str, device: Device) -> None:
    page = await visits.open(address, device)
    await page.goto(f"/{name}")
    assert await page.evaluate(SMALL_TARGETS) == []


async def test_forced_colours_show_each_series_of_a_chart(visits: Visits, address: str) -> None:
    page = await visits.open(address, forced_colors="active")
    await page.goto("/home")
    looks = {
        await page.locator(f".al-chart__area--{series}").evaluate(
            "e => getComputedStyle(e).fill + getComputedStyle(e).stroke"
        )
        for series in (1, 2, 3, 4)
    }
    assert len(looks) == 4


async def take_pictures(folder: Path) -> None:
    """Write a picture of each page on each device, in each mode."""
    with TemporaryDirectory() as state:
        async with start_browser(Path(state)) as browser, serve_pages(application()) as address:
            for kind, device in (("phone", PHONE), ("desktop", DESKTOP)):
                for scheme in ("light", "dark"):
                    page: Page = await Visits(browser).open(address, device, color_scheme=scheme)
                    for name in TITLES:
                        await page.goto(f"/{name}")
                        await page.screenshot(path=folder / f"{name}-{kind}-{scheme}.png", full_page=True)


if __name__ == "__main__":
    asyncio.run(take_pictures(Path(sys.argv[1])))
