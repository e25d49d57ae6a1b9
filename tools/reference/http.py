"""Write the HTTP interfaces: an OpenAPI document for each service, and a page of all routes with who may use them."""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from shared.kernel.http.application import application
from shared.kernel.http.context import principal
from shared.kernel.service.definition import Service
from tools.reference.access import who_may
from tools.reference.markdown import first_sentence, generated_page, table
from tools.reference.sources import SETTINGS, services

_ABOUT = """\
Every route of every service. Bodies and answers are described in each service's OpenAPI document. Errors:
[errors.md](errors.md).

A command may carry an `Idempotency-Key`. Its answer has an `Alongside-Position`; a query that sends this back as
`Alongside-Min-Position` waits for the command's effect.

A GET answers an `ETag`. That of a single thing is sent as `If-Match` with a command that changes it: the answer is 412
if somebody changed it in the meantime, and names the `version` that it has now. `If-None-Match` answers 304 while
nothing is new, and `HEAD` is answered wherever `GET` is. A parameter that a route does not know is refused.

A command that makes something which nothing else tells apart is refused as `sent-before` if the same person sends
exactly the same again; the answer names what is recorded. `?again=true`, or an `Idempotency-Key` of its own, records
another one.

In sessions a command with a JSON body may name the draft from which it is sent, in `Alongside-Draft`: it is discarded
if the command succeeds, and holds what was sent if it is refused; the problem document then says where (`draft`).

Not for following what happens: read the partnership's [events](../how-to/follow-events.md), or subscribe to the
[topics](events.md), instead of asking the other routes again and again."""


def openapi(service: Service) -> dict[str, Any]:
    """The service's OpenAPI 3.1 document."""
    return _application(service).openapi()


@cache
def _application(service: Service) -> FastAPI:
    return application(
        service.name,
        service.routers,
        largest_file=SETTINGS.alongside_max_file_bytes,
        keeps_drafts=service.drafts is not None,
    )


def page() -> str:
    """`docs/reference/http.md`."""
    return generated_page("HTTP", _ABOUT, *(part for service in services() for part in routes_of(service)))


def routes_of(service: Service) -> list[str]:
    """The part of the page about one service: a heading, a link and a table."""
    app = _application(service)
    rows = sorted(
        (str(route.path), method, first_sentence(route.endpoint), _who(route.endpoint, route.dependant, method))
        for route in iter_route_contexts(app.routes)
        if getattr(route, "include_in_schema", False) and route.endpoint is not None
        for method in route.methods or ()
    )
    heads = ("method", "path", "what", "who")
    return [
        f"## {service.name}",
        f"[openapi/{service.name}.json](openapi/{service.name}.json)",
        table(heads, ((method, f"`{path}`", what, who) for path, method, what, who in rows)),
    ]


def _who(endpoint: Callable[..., Any], dependant: Dependant, method: str) -> str:
    if not _is_authenticated(dependant):
        return "Anybody, signed in or not."
    return (
        who_may(inspect.unwrap(endpoint), reads=method in ("GET", "HEAD"))
        or "Anybody in the partnership who is signed in."
    )


def _is_authenticated(dependant: Dependant) -> bool:
    return dependant.call is principal or any(map(_is_authenticated, dependant.dependencies))
