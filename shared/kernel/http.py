"""What every service's HTTP needs: who asks, commands with keys and positions, queries that wait, limits, health."""

import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel import problems
from shared.kernel.auth import Principal, Unauthenticated, Verifier
from shared.kernel.decider import DomainError, Invalid
from shared.kernel.personal import Keyring
from shared.kernel.postgres import Connection, reading
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.projector import until_projected
from shared.kernel.store import Cause
from shared.kernel.telemetry import traceparent
from shared.kernel.unit import Asked, Commands, UseCase

LARGEST_JSON = 1024 * 1024
"""Bytes. FastAPI reads and parses a body before it asks who sends it, so only files may be large: their route reads
them itself, from whom it knows."""
POSITION = "Alongside-Position"
AT_ONCE = 500
"""Requests that a process works on, or lets wait for a connection, at one time; each may hold a body."""


CROWDED = "Too many are asking at this moment, and nothing was done; ask again in a second."


class Crowded(DomainError):
    """The process has as many requests as it takes at one time."""

    status = 503


@dataclass(frozen=True)
class House:
    """What the routes of one service are served with."""

    store: PostgresStore
    verifier: Verifier
    commands: Commands


async def house(request: Request) -> House:
    """The service's house, from the application's state. Async, because FastAPI runs what is not in a thread."""
    found = request.app.state.house
    assert isinstance(found, House)
    return found


_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A token of the issuer.")


async def principal(
    house: Annotated[House, Depends(house)], bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> Principal:
    """Who asks; raises `Unauthenticated` without a valid bearer token."""
    if bearer is None or not bearer.credentials:
        raise Unauthenticated("Sign in first: this needs a bearer token.")
    return await house.verifier.principal(bearer.credentials)


Who = Annotated[Principal, Depends(principal)]


@dataclass(frozen=True)
class Asking:
    """A command as it came in over HTTP."""

    who: Principal
    house: House
    asked: Asked
    response: Response

    async def run(self, use_case: UseCase) -> dict[str, Any]:
        """Run a use case; the answer's `Alongside-Position` lets a query wait for its effect."""
        done = await self.house.commands.run(self.asked, use_case)
        if done.position is not None:
            self.response.headers[POSITION] = str(done.position)
        assert done.answer is not None
        return done.answer


async def asking(
    request: Request,
    response: Response,
    who: Who,
    house: Annotated[House, Depends(house)],
    idempotency_key: Annotated[
        str | None, Header(max_length=200, description="The same key and body have one effect and one answer.")
    ] = None,
    if_match: Annotated[str | None, Header(description="The version (ETag) that the change is meant for.")] = None,
) -> Asking:
    """The dependency of every command's route."""
    body = hashlib.sha256(await request.body()).hexdigest() if idempotency_key is not None else ""
    cause = Cause(who.subject, uuid4(), None, traceparent())
    said = {"method": request.method, "path": request.url.path, "query": request.url.query, "body": body}
    return Asking(who, house, Asked(who.tenant, cause, idempotency_key, said, _version(if_match)), response)


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        return None
    try:
        return int(if_match.strip().strip('"'))
    except ValueError:
        raise Invalid('If-Match must be a version such as "3".', pointer="header:if-match") from None


@dataclass(frozen=True)
class Looking:
    """A query: who asks, and a connection that has named their tenant."""

    who: Principal
    connection: Connection
    keyring: Keyring

    async def opened(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows with every sealed text opened: call it only with what the person may read."""
        texts = [value for row in rows for value in row.values() if isinstance(value, str)]
        said = await self.keyring.open(self.connection, self.who.tenant, texts)
        return [
            {name: said.get(value, value) if isinstance(value, str) else value for name, value in row.items()}
            for row in rows
        ]


async def looking(
    who: Who,
    house: Annotated[House, Depends(house)],
    alongside_min_position: Annotated[
        int | None, Header(ge=0, description="Wait until this position of the service can be seen, then answer.")
    ] = None,
) -> AsyncIterator[Looking]:
    """The dependency of every query's route; 503 with Retry-After where the wanted position is not reached in time."""
    if alongside_min_position is not None:
        await until_projected(house.store.pool, alongside_min_position)
    async with reading(house.store.pool, [who.tenant]) as connection:
        yield Looking(who, connection, house.store.keyring)


Ask = Annotated[Asking, Depends(asking)]
Look = Annotated[Looking, Depends(looking)]


class BodyLimit:
    """Refuses a body that is larger than its path takes (bytes), by what it declares and by what it sends."""

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
            await problems.of_http_error(problems.TooLarge(largest))(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > largest:
                raise problems.TooLarge(largest)
            return message

        await self._app(scope, counted, send)


class Crowd:
    """Lets only so many requests in at one time and turns the others away at once, so that a rush fills no memory.

    Whoever watches the process (`/health`, `/metrics`) is always let in.
    """

    def __init__(self, app: ASGIApp, at_once: int) -> None:
        self._app = app
        self._at_once = at_once
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"].startswith(("/health/", "/metrics")):
            await self._app(scope, receive, send)
        elif self._inside >= self._at_once:
            await problems.of_domain_error(Crowded(CROWDED, retry_after=1))(scope, receive, send)
        else:
            self._inside += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._inside -= 1


def application(name: str, routers: tuple[APIRouter, ...], *, largest_file: int) -> FastAPI:
    """A FastAPI application with the house rules; its `state.house` is set by whoever serves it."""
    app = FastAPI(
        title=f"Alongside {name}",
        version="1",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        responses={"default": {"description": "A problem document (RFC 9457)", "content": {problems.MEDIA_TYPE: {}}}},
    )
    for router in routers:
        app.include_router(router)
    app.add_middleware(BodyLimit, largest=dict.fromkeys(_take_files(routers), largest_file))
    app.add_middleware(Crowd, at_once=AT_ONCE)
    problems.install(app)
    FastAPIInstrumentor.instrument_app(app, excluded_urls="health/.*,metrics")
    return app


def _take_files(routers: tuple[APIRouter, ...]) -> Iterator[str]:
    """The paths of routes that say of themselves what they take, because it is no JSON."""
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute) and "requestBody" in (route.openapi_extra or {}):
                yield route.path


def created(response: Response, location: str) -> None:
    """Say where the new thing is."""
    response.headers["Location"] = location
