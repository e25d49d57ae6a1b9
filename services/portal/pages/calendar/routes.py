"""Routes of the calendar: the feed itself, for a calendar that knows its secret, and the page of its owner."""

import hashlib
from datetime import time
from http import HTTPStatus
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from services.portal.calls.services import Away, Refused
from services.portal.commands.calendars import FeedState, end_feed, make_feed, rotate_feed
from services.portal.domain.calendars import FeedOptions
from services.portal.pages.calendar.feeds import write_feed
from services.portal.pages.context import ContextDep, PortalContext, Visit, VisitDep
from services.portal.pages.forms import ELSEWHERE, Typed, read_form
from services.portal.pages.templating import lead_to, show
from services.portal.queries.calendars import OwnFeed, find_feed, find_own_feed
from shared.kernel.decider import DomainError
from shared.kernel.http.rates import Rate, TooManyRequests, network_of
from shared.kernel.postgres import ACQUIRE_TIMEOUT, tenant_transaction
from shared.kernel.records import Cause
from shared.kernel.unit import CommandRequest, UseCase

router = APIRouter()

MEDIA_TYPE = "text/calendar; charset=utf-8"
LONGEST_SECRET = 100
ASK_AGAIN = "300"
"""Seconds after which a calendar may ask again where a service did not answer."""
REQUESTS_OF_NETWORK = Rate(at_once=600, seconds=0.5)
"""How often one network may ask for feeds, in each process: the servers of a calendar are one, and so is a school."""


@router.get("/calendar/{secret}.ics")
async def show_feed(secret: str, request: Request, context: ContextDep) -> Response:
    """Answer a calendar that knows the secret of a feed; nobody signs in for it."""
    try:
        host = request.client.host if request.client else ""
        context.service.rates.take(f"calendar {network_of(host)}", REQUESTS_OF_NETWORK)
    except TooManyRequests as refused:
        headers = {"Retry-After": f"{refused.members['retry_after']}"}
        return PlainTextResponse(refused.detail, HTTPStatus.TOO_MANY_REQUESTS, headers)
    pool, now = context.service.store.pool, context.service.commands.now()
    async with pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection, connection.transaction():
        feed = await find_feed(connection, secret[:LONGEST_SECRET], now)
    if feed is None:
        return PlainTextResponse("There is no such calendar. Its owner may have ended it.", HTTPStatus.NOT_FOUND)
    try:
        written = await write_feed(context, feed, public_address(request, context))
    except (Away, Refused):  # a calendar would take any other answer for an empty one, or for the end of the feed
        headers = {"Retry-After": ASK_AGAIN}
        return PlainTextResponse("Ask again in a few minutes.", HTTPStatus.SERVICE_UNAVAILABLE, headers)
    tag = f'"{hashlib.sha256(written).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(written, media_type=MEDIA_TYPE, headers=headers)


@router.get("/calendar")
async def show_calendar(visit: VisitDep) -> HTMLResponse:
    """Show the address of the calendar, or how to get one."""
    return await _page(visit, Typed({}))


@router.post("/calendar")
async def make(request: Request, visit: VisitDep) -> Response:
    """Make a calendar, or change what it shows."""
    form = await read_form(request)
    options = FeedOptions(names=form.text("names") == "true", meetings_at=_time(form))
    if form.errors:
        return await _page(visit, form)
    return await _do(visit, form, make_feed(visit.membership.account_id, options, visit.today))


@router.post("/calendar/rotation")
async def rotate(request: Request, visit: VisitDep) -> Response:
    """Give the calendar another address."""
    return await _do(visit, await read_form(request), rotate_feed(visit.membership.account_id, visit.today))


@router.post("/calendar/end")
async def end(request: Request, visit: VisitDep) -> Response:
    """End the calendar."""
    return await _do(visit, await read_form(request), end_feed(visit.membership.account_id, visit.today))


def _time(form: Typed) -> time | None:
    text = form.text("meetings_at").replace(".", ":")
    if not text:
        return None
    try:
        hour, _, minute = text.partition(":")
        return time(int(hour), int(minute or 0))
    except ValueError:
        form.errors["meetings_at"] = "Give the time in hours and minutes, such as 15:30, or leave it empty."
        return None


async def _do(visit: Visit, form: Typed, use_case: UseCase[FeedState]) -> Response:
    request = CommandRequest(visit.membership.tenant, Cause(visit.who.subject, uuid4()))
    try:
        await visit.context.service.commands.run(request, use_case)
    except DomainError as refused:
        form.errors[ELSEWHERE] = refused.detail
        return await _page(visit, form)
    return lead_to(visit, "/calendar")


async def _page(visit: Visit, form: Typed) -> HTMLResponse:
    store, membership = visit.context.service.store, visit.membership
    async with tenant_transaction(store.pool, [membership.tenant]) as connection:
        feed = await find_own_feed(connection, store.keyring, membership.tenant, membership.account_id)
    address = None if feed is None else f"{public_address(visit.request, visit.context)}/calendar/{feed.secret}.ics"
    return show(
        visit,
        "calendar/calendar.html",
        status=422 if form.errors else 200,
        address=address,
        subscription=address and f"webcal://{address.partition('://')[2]}",
        values=dict(form.values) if form.errors else _values(feed),
        errors=form.errors,
    )


def _values(feed: OwnFeed | None) -> dict[str, str]:
    if feed is None:
        return {}
    at = feed.options.meetings_at
    return {"names": "true" if feed.options.names else "", "meetings_at": f"{at:%H:%M}" if at else ""}


def public_address(request: Request, context: PortalContext) -> str:
    """Return the public address of the pages, without a slash at its end."""
    return context.settings.alongside_portal_url.rstrip("/") or f"{request.base_url}".rstrip("/")
