"""The pages' application: its routes, what protects it, and the pages that say what went wrong."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.portal.calls.services import Away, Refused, open_clients
from services.portal.pages.access import routes as access
from services.portal.pages.assessments import answering, moderating, opinions, reading, support, writing
from services.portal.pages.brand import brand_stylesheet
from services.portal.pages.calendar import routes as calendar
from services.portal.pages.context import (
    ChooseRole,
    ContextDep,
    PortalContext,
    SignInFirst,
    sign_in_address,
)
from services.portal.pages.home import routes as home
from services.portal.pages.imports import routes as imports
from services.portal.pages.matching import changes as matching_changes
from services.portal.pages.matching import departures as matching_departures
from services.portal.pages.matching import programmes as matching_programmes
from services.portal.pages.matching import rounds as matching_rounds
from services.portal.pages.matching import scenarios as matching_scenarios
from services.portal.pages.meetings import routes as meetings
from services.portal.pages.observations import feedback, lessons
from services.portal.pages.offline import routes as offline
from services.portal.pages.people import routes as people
from services.portal.pages.programmes import routes as programmes
from services.portal.pages.record import routes as record
from services.portal.pages.reminders import routes as reminders
from services.portal.pages.reports import routes as reports
from services.portal.pages.school import appetite, days, mentors, offers, proposals
from services.portal.pages.security import PageSecurity
from services.portal.pages.sign_in import codes as sign_in_codes
from services.portal.pages.sign_in import devices
from services.portal.pages.sign_in import providers as sign_in_providers
from services.portal.pages.sign_in import routes as sign_in
from services.portal.pages.sign_in.providers import callback_address
from services.portal.pages.static_files import static_routes
from services.portal.pages.templating import SEE_OTHER, render
from services.portal.signing_in.providers import ProviderClient, open_provider_http
from services.portal.signing_in.settings import PortalSettings
from services.portal.signing_in.tokens import TokenMint
from shared.calendar import ENGLAND
from shared.kernel.decider import DomainError
from shared.kernel.http.application import CONCURRENT_REQUESTS, BodyLimit, ConcurrencyLimit, HeadAsGet
from shared.kernel.http.context import ServiceContext
from shared.kernel.service.definition import OpenBeside
from shared.kernel.settings import Settings

log = structlog.get_logger()

SIGN_IN = (sign_in.router, sign_in_providers.router, sign_in_codes.router, devices.router)
SCHOOL = (offers.router, appetite.router, mentors.router, proposals.router, days.router)
MATCHING = (
    matching_programmes.router,
    matching_rounds.router,
    matching_changes.router,
    matching_scenarios.router,
    matching_departures.router,
)
OBSERVATIONS = (lessons.router, feedback.router)
ASSESSMENTS = (
    writing.router,
    support.router,
    opinions.router,
    moderating.router,
    answering.router,
    reading.router,
)
ROUTERS = (
    *SIGN_IN,
    home.router,
    meetings.router,
    record.router,
    *SCHOOL,
    *OBSERVATIONS,
    *ASSESSMENTS,
    reports.router,
    access.router,
    *MATCHING,
    calendar.router,
    reminders.router,
    imports.router,
    programmes.router,
    people.router,
    offline.router,
)
FOR_PROGRAMS = ("/api/", "/health/", "/metrics", "/openapi.json", "/.well-known/")
"""How the paths begin that are no pages."""
UNTRACED = r"assets/.*,calendar/.+\.ics"
"""Addresses of which no trace tells: those of assets, and those of calendars, which are secrets."""
BRAND = "/brand.css"
PARTS = {
    "referral": "Who is in the partnership, and what schools can host",
    "matching": "Proposals of mentors and placements",
    "sessions": "Meetings, targets and everything that you write",
    "reporting": "Reports",
}


class PagesOrApi:
    """Serves the pages at every path but those for programs, which the service's application serves."""

    def __init__(self, app: ASGIApp, pages: ASGIApp) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and not scope["path"].startswith(FOR_PROGRAMS):
            await self._pages(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def pages_with(read: Callable[[], PortalSettings]) -> OpenBeside:
    """Return what opens the pages with the settings that `read` returns when the process starts."""

    @asynccontextmanager
    async def open_pages(app: FastAPI, settings: Settings) -> AsyncIterator[None]:
        """Serve the pages beside the routes of the portal's API, with clients of the services and of providers."""
        context: ServiceContext = app.state.context
        own = read()
        if own.alongside_providers or own.alongside_smtp_url is not None:
            own.portal_url()  # said when the process starts, not when the first person signs in
        async with open_clients(own.urls()) as clients, open_provider_http() as http:
            portal = PortalContext(
                context,
                own,
                clients,
                TokenMint(own.alongside_portal_issuer, own.key()),
                own.limits(),
                settings.alongside_max_file_bytes,
                {
                    each.name: ProviderClient(each, f"{own.portal_url()}{callback_address(each.name)}", http)
                    for each in own.alongside_providers
                },
            )
            app.add_middleware(PagesOrApi, pages=pages(portal))
            yield

    return open_pages


def pages(context: PortalContext) -> FastAPI:
    """Make the application of the pages."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.portal = context
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(static_routes())
    app.get(BRAND)(show_brand)
    app.get("/accessibility")(show_accessibility)
    app.get("/status")(show_status)
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.add_middleware(HeadAsGet)
    # of a file that is too large a page says so, and not the middleware
    app.add_middleware(BodyLimit, largest={imports.UPLOAD: 2 * context.largest_file})
    app.add_middleware(ConcurrencyLimit, limit=CONCURRENT_REQUESTS)
    app.add_middleware(PageSecurity)
    FastAPIInstrumentor.instrument_app(app, excluded_urls=UNTRACED)
    return app


async def show_brand(context: ContextDep) -> Response:
    """Serve the brand colour as a stylesheet."""
    style = brand_stylesheet(context.settings.alongside_brand_colour)
    return Response(style, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


async def show_accessibility() -> HTMLResponse:
    """Show what is known of how accessible the pages are."""
    return render("layout/accessibility.html")


async def show_status(context: ContextDep) -> HTMLResponse:
    """Show which parts of the platform answer at this moment."""
    parts = [(what, await _answers(context.clients[service])) for service, what in PARTS.items()]
    asked_at = f"{datetime.now(UTC).astimezone(ENGLAND):%H:%M}"
    works = all(each for _, each in parts)
    return render("layout/status.html", parts=parts, works=works, asked_at=asked_at)


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).status_code == HTTPStatus.OK
    except httpx.HTTPError:
        return False


async def _sign_in_first(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirst)
    if "HX-Request" in request.headers:  # for a part of a page: the whole page leads to the sign-in
        return Response(headers={"HX-Refresh": "true"})
    return RedirectResponse(sign_in_address(error.back_to), SEE_OTHER)


async def _choose_role(_: Request, __: Exception) -> Response:
    return RedirectResponse("/switch", SEE_OTHER)


async def _away(request: Request, error: Exception) -> Response:
    assert isinstance(error, Away)
    if typed := getattr(request.state, "typed", None):
        return render(
            "layout/send_again.html",
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            part=PARTS[error.service],
            address=f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path,
            typed=typed,
        )
    return message(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "This cannot be shown just now",
        f"{PARTS[error.service]}: this part does not answer at the moment. Nothing is lost.",
        "Wait a minute, then load the page again.",
    )


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused | DomainError)
    status = error.status
    if status == HTTPStatus.UNAUTHORIZED:
        return RedirectResponse("/sign-in", SEE_OTHER)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return message(status, "There is nothing here", "It does not exist, or it is not for you to see.")
    return message(status, "This is not possible", str(error))


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return message(
            error.status_code, "There is no such page", "Look at the address again, or begin at the beginning."
        )
    return message(error.status_code, "This is not possible", str(error.detail))


async def _no_such_address(_: Request, __: Exception) -> Response:
    return message(
        HTTPStatus.NOT_FOUND, "There is no such page", "Look at the address again, or begin at the beginning."
    )


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it


async def _fault(_: Request, error: Exception) -> Response:
    log.error("a page failed", error=type(error).__name__, exc_info=error)
    return message(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong here",
        "It is our fault, and it is in our log. What you had saved is saved.",
        "If you were sending a form, go back: what you typed is still there. Send it once more.",
    )


def message(status: int, heading: str, *sentences: str) -> HTMLResponse:
    """Make a page that says something, and leads home."""
    return render(
        "layout/message.html", status=status, heading=heading, sentences=sentences, address="/", action="Home"
    )


HANDLERS = {
    SignInFirst: _sign_in_first,
    ChooseRole: _choose_role,
    Away: _away,
    Refused: _refused,
    DomainError: _refused,
    HTTPException: _http_error,
    RequestValidationError: _no_such_address,
    ClientDisconnect: _gone,
    Exception: _fault,
}
