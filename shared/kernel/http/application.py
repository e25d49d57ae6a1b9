"""The HTTP application of a service: its routes, the problem documents, and the limits on requests."""

from collections.abc import Iterator, Mapping

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.decider import DomainError
from shared.kernel.http import problems
from shared.kernel.http.document import Application

LARGEST_JSON = 1024 * 1024
"""Bytes. FastAPI parses a body before it checks the sender's token, so only files may be larger: their route reads them
itself, once it knows the sender."""
CONCURRENT_REQUESTS = 500
"""Requests that a process handles, or keeps waiting for a connection, at one time; each may hold a body."""

TOO_MANY = "Too many are asking at this moment, and nothing was done; ask again in a second."


class Crowded(DomainError):
    """The process already handles as many requests as it may at one time."""

    status = 503


class BodyLimit:
    """Refuses a body that is larger than its path allows (bytes), by its declared and by its real length."""

    def __init__(self, app: ASGIApp, largest: Mapping[str, int]) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        largest = self._largest.get(scope["path"], LARGEST_JSON)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > largest:
            await problems.problem_of_http_error(problems.TooLarge(largest))(scope, receive, send)
            return
        taken = 0

        async def count_bytes() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > largest:
                raise problems.TooLarge(largest)
            return message

        await self._app(scope, count_bytes, send)


class ConcurrencyLimit:
    """Serves a limited number of requests at one time and refuses the others, so that a rush does not fill the memory.

    Requests of monitoring (`/health`, `/metrics`) are always served.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"].startswith(("/health/", "/metrics")):
            await self._app(scope, receive, send)
        elif self._running >= self._limit:
            await problems.problem_of_domain_error(Crowded(TOO_MANY, retry_after=1))(scope, receive, send)
        else:
            self._running += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._running -= 1


class HeadAsGet:
    """Answers HEAD as GET, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, send_head)


UNTRACED = r"health/.*,metrics,calendar/.+\.ics"
"""Addresses of which no trace tells: those that are asked all the time, and those of calendars, which are secrets."""


def application(name: str, routers: tuple[APIRouter, ...], *, largest_file: int, keeps_drafts: bool = False) -> FastAPI:
    """Make a FastAPI application with the rules of every service; `open_api` sets its `state.context`."""
    app = Application(
        title=f"Alongside {name}",
        version="1",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.name = name
    app.state.keeps_drafts = keeps_drafts
    for router in routers:
        app.include_router(router)
    app.add_middleware(HeadAsGet)
    app.add_middleware(BodyLimit, largest=dict.fromkeys(_upload_paths(routers), largest_file))
    app.add_middleware(ConcurrencyLimit, limit=CONCURRENT_REQUESTS)
    problems.install_error_handlers(app)
    FastAPIInstrumentor.instrument_app(app, excluded_urls=UNTRACED)
    return app


def _upload_paths(routers: tuple[APIRouter, ...]) -> Iterator[str]:
    """The paths of routes that declare their own request body, because it is not JSON."""
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute) and "requestBody" in (route.openapi_extra or {}):
                yield route.path
