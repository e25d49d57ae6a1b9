"""Stylesheet, scripts and icons: their addresses, and the routes that serve them.

`python -m tools.assets` builds them into the folder `assets`. A file's name holds a hash of its content, so browsers
may keep it for a year; pages link to it by `asset_path("portal.css")`.
"""

import gzip
import json
import mimetypes
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

ASSETS = Path(__file__).parent / "assets"
PREFIX = "/assets"
WORKER = "service-worker.js"
YEAR = "public, max-age=31536000, immutable"
TEXTS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
"""Content types of the files that are sent compressed."""


@cache
def asset_names() -> dict[str, str]:
    """Return the file name of each logical name: of portal.css, portal-0123456789ab.css."""
    names: dict[str, str] = json.loads((ASSETS / "manifest.json").read_text(encoding="utf-8"))
    return names


def asset_path(name: str) -> str:
    """Return the path under which the portal serves an asset. Raises KeyError for a name that the manifest lacks."""
    return f"{PREFIX}/{asset_names()[name]}"


@cache
def _content(name: str) -> tuple[bytes, bytes | None]:
    """Return a file's bytes, plain and (for a text) as gzip has them."""
    plain = (ASSETS / name).read_bytes()
    return plain, gzip.compress(plain, mtime=0) if Path(name).suffix in TEXTS else None


def _answer(name: str, request: Request, caching: str) -> Response:
    plain, compressed = _content(name)
    kind = TEXTS.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
    if compressed is None:
        return Response(plain, media_type=kind, headers=headers)
    headers["Vary"] = "Accept-Encoding"
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return Response(plain, media_type=kind, headers=headers)
    return Response(compressed, media_type=kind, headers={**headers, "Content-Encoding": "gzip"})


def static_routes() -> APIRouter:
    """Return the routes of the assets and, if there is one, of the service worker; they are in no OpenAPI document."""
    router = APIRouter(include_in_schema=False)
    served = frozenset(asset_names().values())

    @router.api_route(PREFIX + "/{name}", methods=["GET", "HEAD"])
    async def asset(name: str, request: Request) -> Response:
        if name not in served:
            raise HTTPException(404)
        return _answer(name, request, YEAR)

    if (ASSETS / WORKER).exists():

        @router.api_route(f"/{WORKER}", methods=["GET", "HEAD"])
        async def service_worker(request: Request) -> Response:
            return _answer(WORKER, request, "no-cache")

    return router
