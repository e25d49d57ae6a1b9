"""Send each command that changes a versioned thing with a version that nobody has seen, before it is sent as it is.

What two people may edit at once is protected only where the service compares: the first time that a route answers a
test with success, the same request with an outdated `If-Match` must have been refused with 412, and changed nothing.
"""

from re import Pattern

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

from shared.kernel.http.drafts import DRAFT
from shared.kernel.http.routes import Route

OUTDATED = '"999999999"'


class SendsOutdatedFirst(httpx.AsyncBaseTransport):
    """A transport to a service under test; `compared` are the routes that were found to compare."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._versioned = [_pattern(each) for each in _routes(app) if each.versioned is not None]
        self.compared: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, and before it the outdated one where that is still to be tried."""
        route = None if "If-Match" in request.headers else self._route_of(request)
        if route is None or route in self.compared:
            return await self._transport.handle_async_request(request)
        outdated = await self._transport.handle_async_request(await _copy_as_outdated(request))
        answer = await self._transport.handle_async_request(request)
        if answer.is_success and "Alongside-Position" in answer.headers:
            sent = (await outdated.aread()).decode()
            assert outdated.status_code == 412, f"{route} does not compare If-Match: {outdated.status_code} {sent}"
            assert "version" in outdated.json(), f"{route} does not name the version that there is now: {sent}"
            self.compared.add(route)
        return answer

    def _route_of(self, request: httpx.Request) -> str | None:
        """The method and path of the route of a command that changes a versioned thing; None for every other."""
        return next(
            (
                name
                for name, method, pattern in self._versioned
                if method == request.method and pattern.fullmatch(request.url.path)
            ),
            None,
        )


def _routes(app: FastAPI) -> list[Route]:
    originals = (context.original_route for context in iter_route_contexts(app.routes))
    return [each for each in originals if isinstance(each, Route) and "GET" not in (each.methods or ())]


def _pattern(route: Route) -> tuple[str, str, Pattern[str]]:
    method = min(route.methods or ())
    return f"{method} {route.path}", method, compile_path(route.path)[0]


async def _copy_as_outdated(request: httpx.Request) -> httpx.Request:
    """The same request with an outdated version, and without what would store its answer or its draft."""
    headers = request.headers.copy()
    for name in ("Idempotency-Key", DRAFT):
        headers.pop(name, None)
    headers["If-Match"] = OUTDATED
    return httpx.Request(request.method, request.url, headers=headers, content=await request.aread())
