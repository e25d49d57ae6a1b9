"""The browser of the tests draws text, obeys offline mode, and tells what is wrong with a page."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Error, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.support.browser import (
    DESKTOP,
    PHONE,
    Device,
    Visits,
    assert_no_sideways_scroll,
    check_accessibility,
)
from tests.support.pages import serve_pages

POLICY = {"Content-Security-Policy": "default-src 'self'"}
WORKER = """
addEventListener("install", event => event.waitUntil(caches.open("pages").then(cache => cache.add("/good"))));
addEventListener("activate", event => event.waitUntil(clients.claim()));
addEventListener("fetch", event => event.respondWith(fetch(event.request).catch(() => caches.match(event.request))));
"""
REGISTER = """async () => {
  await navigator.serviceWorker.register("/worker.js");
  await navigator.serviceWorker.ready;
}"""


def document(body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en"><head><title>A page</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f"<body><main><h1>A page</h1>{body}</main></body></html>"
    )


BODIES = {
    "/good": "<p>It has text, and <a href='/good'>a link</a>.</p>",
    "/picture": "<img src='/picture.png'>",
    "/pale": "<p style='color: #999'>Pale text</p>",
    "/small": "<button style='width: 12px; height: 12px; padding: 0'>a</button>"
    "<button style='width: 12px; height: 12px; padding: 0'>b</button>",
    "/wide": "<div id='wide' style='width: 700px'>wide</div>",
    "/scrolling": "<div style='overflow-x: auto'><div style='width: 700px'>wide</div></div>",
    "/inline": "<script>document.title = 'changed'</script>",
    "/elsewhere": "<link rel='stylesheet' href='http://elsewhere.example/style.css'>",
    "/noisy": "<script src='/noisy.js'></script>",
    "/broken": "<script src='/broken.js'></script>",
    "/incomplete": "<script src='/missing.js'></script>",
}
SCRIPTS = {"/worker.js": WORKER, "/noisy.js": "console.error('noise')", "/broken.js": "null.value"}
WITH_POLICY = {"/good", "/inline"}


async def answer(request: Request) -> Response:
    path = request.url.path
    if path in SCRIPTS:
        return Response(SCRIPTS[path], media_type="text/javascript")
    if path == "/favicon.ico":
        return Response(status_code=204)
    if path.startswith("/cookie/"):
        name = path.rpartition("/")[2]
        return Response(headers={"Set-Cookie": f"{name}=1; Path=/; Secure; HttpOnly; SameSite=Lax"})
    if path in BODIES:
        return HTMLResponse(document(BODIES[path]), headers=POLICY if path in WITH_POLICY else {})
    return HTMLResponse(document("<p>There is no such page.</p>"), status_code=404)


PAGES = Starlette(routes=[Route("/{path:path}", answer)])


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async with serve_pages(PAGES) as address:
        yield address


async def open_page(visits: Visits, address: str, path: str, device: Device = DESKTOP) -> Page:
    page = await visits.open(address, device)
    await page.goto(path)
    return page


async def test_text_has_glyphs(visits: Visits) -> None:
    page = await visits.open("http://localhost")
    pictures = set()
    for text in ("aaaa", "oooo", "ŵŵŵŵ", "שששש", "&nbsp;&nbsp;&nbsp;&nbsp;"):
        await page.set_content(document(f"<p>{text}</p>"))
        pictures.add(await page.screenshot())
    assert len(pictures) == 5, "two texts look alike: blank, or boxes in place of letters"


@pytest.mark.parametrize(("device", "coarse"), [(PHONE, True), (DESKTOP, False)], ids=["phone", "desktop"])
async def test_a_device_has_its_size_and_what_points_at_it(
    visits: Visits, address: str, device: Device, coarse: bool
) -> None:
    page = await open_page(visits, address, "/good", device)
    assert await page.evaluate("[innerWidth, innerHeight]") == [device.width, device.height]
    assert await page.evaluate("matchMedia('(pointer: coarse)').matches") is coarse


async def test_a_good_page_has_no_violation(visits: Visits, address: str) -> None:
    assert await check_accessibility(await open_page(visits, address, "/good")) == []


@pytest.mark.parametrize(
    ("path", "rule"), [("/picture", "image-alt"), ("/pale", "color-contrast"), ("/small", "target-size")]
)
async def test_a_violation_is_named_with_its_element(visits: Visits, address: str, path: str, rule: str) -> None:
    page = await open_page(visits, address, path)
    violations = await check_accessibility(page)
    assert next(line for line in violations if not line.startswith(" ")).startswith(f"{rule} (")
    assert any(line.strip().startswith("<") for line in violations)
    visits.complaints(page)


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_page_that_scrolls_sideways_on_a_narrow_screen_is_found(
    visits: Visits, address: str, device: Device
) -> None:
    page = await open_page(visits, address, "/wide", device)
    with pytest.raises(AssertionError, match='on a screen of 320:\n<div id="wide"'):
        await assert_no_sideways_scroll(page)
    assert page.viewport_size == {"width": device.width, "height": device.height}


@pytest.mark.parametrize("path", ["/good", "/scrolling"])
async def test_a_page_with_a_region_that_scrolls_is_none_that_does(visits: Visits, address: str, path: str) -> None:
    await assert_no_sideways_scroll(await open_page(visits, address, path, PHONE))


async def test_a_page_is_there_offline_if_a_service_worker_keeps_it(visits: Visits, address: str) -> None:
    page = await open_page(visits, address, "/good", PHONE)
    await page.evaluate(REGISTER)
    await page.context.set_offline(True)
    await page.reload()
    assert await page.title() == "A page"
    assert await page.evaluate("navigator.onLine") is False


async def test_a_page_is_there_if_the_server_is_not(visits: Visits) -> None:
    async with serve_pages(PAGES) as address:
        page = await open_page(visits, address, "/good", PHONE)
        await page.evaluate(REGISTER)
    await page.reload()
    assert await page.title() == "A page"
    async with serve_pages(PAGES, urlsplit(address).port or 0) as again:
        assert again == address
        await page.goto("/pale")  # which no service worker keeps
        assert await page.get_by_text("Pale text").is_visible()


async def test_no_page_is_there_offline_without_a_service_worker(visits: Visits, address: str) -> None:
    page = await open_page(visits, address, "/good")
    await page.context.set_offline(True)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        await page.reload()


async def test_a_device_that_is_switched_off_and_on_keeps_what_it_stored(
    visits: Visits, address: str, tmp_path: Path
) -> None:
    page = await visits.open(address, PHONE, memory=tmp_path)
    await page.goto("/good")
    await page.evaluate(REGISTER)
    await page.evaluate("localStorage.setItem('draft', 'hers')")
    await page.context.close()
    page = await visits.open(address, PHONE, memory=tmp_path, offline=True)
    await page.goto("/good")
    assert await page.evaluate("localStorage.getItem('draft')") == "hers"


async def test_visitors_share_nothing(visits: Visits, address: str) -> None:
    first = await open_page(visits, address, "/good")
    await first.evaluate("localStorage.setItem('draft', 'hers'); document.cookie = 'session=hers'")
    second = await open_page(visits, address, "/good")
    assert await second.evaluate("[localStorage.getItem('draft'), document.cookie]") == [None, ""]


async def test_a_page_runs_no_script_for_a_visitor_without_javascript(visits: Visits, address: str) -> None:
    page = await visits.open(address, script=False)
    await page.goto("/noisy")
    assert await page.get_by_role("heading", name="A page").is_visible()


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/inline", "Content Security Policy"),
        ("/elsewhere", "request to another host: http://elsewhere.example/style.css"),
        ("/noisy", "error in the console: noise"),
        ("/broken", "uncaught error: Cannot read properties of null"),
        ("/incomplete", "error in the console: Failed to load resource"),
    ],
)
async def test_a_test_fails_for_what_goes_wrong_on_a_page(
    visits: Visits, address: str, path: str, complaint: str
) -> None:
    await open_page(visits, address, path)
    with pytest.raises(AssertionError, match=complaint):
        await visits.close()


async def test_a_page_may_go_to_an_address_that_the_test_names(visits: Visits, address: str) -> None:
    async with serve_pages(PAGES) as provider:
        page = await visits.open(address, others=[provider])
        await page.goto(f"{provider}/good")
        await page.goto("/good")
        assert visits.complaints(page) == []


@pytest.mark.parametrize("name", ["session", "__Host-session"])
async def test_a_secure_cookie_is_kept_on_this_machine(visits: Visits, address: str, name: str) -> None:
    page = await open_page(visits, address, f"/cookie/{name}")
    await page.goto("/good")
    assert [cookie["name"] for cookie in await page.context.cookies()] == [name]


async def test_a_page_that_is_refused_is_for_the_test_to_judge(visits: Visits, address: str) -> None:
    page = await open_page(visits, address, "/nowhere")
    assert visits.complaints(page) == []
