"""Assets are served for a year under names that change with their content, and nothing else of the folder is."""

import gzip
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from services.portal.pages.static_files import ASSETS, asset_names, asset_path, static_routes


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.include_router(static_routes())
    async with AsyncClient(transport=ASGITransport(app), base_url="http://portal") as client:
        yield client


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("portal.css", "text/css; charset=utf-8"),
        ("portal.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("icon-192.png", "image/png"),
        ("portal.webmanifest", "application/manifest+json"),
    ],
)
async def test_an_asset_has_its_type_and_is_kept_for_a_year(client: AsyncClient, name: str, kind: str) -> None:
    answer = await client.get(asset_path(name))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content == (ASSETS / asset_names()[name]).read_bytes()


async def test_a_text_is_sent_compressed_to_whoever_accepts_that(client: AsyncClient) -> None:
    path = asset_path("portal.css")
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    async with client.stream("GET", path, headers={"Accept-Encoding": "gzip, br"}) as answer:
        sent = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(sent) == plain.content
    assert len(sent) < len(plain.content) / 4


@pytest.mark.parametrize(
    "name", ["portal.css", "manifest.json", "built-from.txt", "..%2Fbrand.py", "portal-000000000000.css"]
)
async def test_only_names_with_a_hash_are_served(client: AsyncClient, name: str) -> None:
    assert (await client.get(f"/assets/{name}")).status_code == 404


def test_a_name_that_is_no_asset_has_no_path() -> None:
    with pytest.raises(KeyError, match=r"portal\.scss"):
        asset_path("portal.scss")
