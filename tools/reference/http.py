"""The HTTP interfaces: an OpenAPI document a service, and a page of all routes with who may use them."""

import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from shared.kernel.http.application import application
from shared.kernel.http.context import principal
from shared.kernel.service import Service
from tools.reference.markdown import briefly, table, whole
from tools.reference.sources import SETTINGS, services

_ABOUT = """\
Every route of every service. The full description with bodies and answers is each service's OpenAPI document.
A command may carry an `Idempotency-Key`; its answer's `Alongside-Position`, sent with a query as
`Alongside-Min-Position`, lets the query wait for the command's effect. Errors: [errors.md](errors.md).

Not for following what happens over time: listen to the [events](events.md) instead of asking again and again."""


def openapi(service: Service) -> dict[str, Any]:
    """The service's OpenAPI 3.1 document."""
    app = application(service.name, service.routers, largest_file=SETTINGS.alongside_max_file_bytes)
    return app.openapi()


def page() -> str:
    """`docs/reference/http.md`."""
    return whole("HTTP", _ABOUT, *(part for service in services() for part in _service(service)))


def _service(service: Service) -> list[str]:
    app = application(service.name, service.routers, largest_file=SETTINGS.alongside_max_file_bytes)
    rows = sorted(
        (str(route.path), method, briefly(route.endpoint), _who_may(route.endpoint, route.dependant))
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


def _who_may(endpoint: Callable[..., Any], dependant: Dependant) -> str:
    """What the policy says of the route: the rules that it reaches, in their own words."""
    if not _asks_who(dependant):
        return "Anybody, signed in or not."
    assert isinstance(endpoint, FunctionType)
    rules = sorted(set(_rules(endpoint, set())))
    return " ".join(rules) or "Anybody of the partnership who is signed in."


def _asks_who(dependant: Dependant) -> bool:
    return dependant.call is principal or any(map(_asks_who, dependant.dependencies))


def _rules(function: FunctionType, seen: set[FunctionType]) -> Iterator[str]:
    """The sentences of the policy's functions that a function calls, itself or through its own service's modules."""
    seen.add(function)
    service = ".".join(function.__module__.split(".")[:2])
    names = set(_names(function.__code__))
    for one in _called(function, names):
        if one.__module__ == f"{service}.policy":
            yield briefly(one)
        elif one not in seen and one.__module__.startswith(f"{service}."):
            yield from _rules(one, seen)


def _called(function: FunctionType, names: set[str]) -> Iterator[FunctionType]:
    globals_ = vars(sys.modules[function.__module__])
    for name in sorted(names & globals_.keys()):
        match globals_[name]:
            case FunctionType() as one:
                yield one
            case ModuleType() as module:
                yield from (one for one in map(vars(module).get, sorted(names)) if isinstance(one, FunctionType))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
