"""The OpenAPI document of a service: what FastAPI knows of the routes, and every problem that each may answer.

A test compares all answers of the services' tests with it, so a status that a route does not declare is found.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from shared.kernel.decider import DomainError
from shared.kernel.http.context import principal, public_reader
from shared.kernel.http.drafts import DRAFT
from shared.kernel.http.problems import FRAMEWORK_KINDS, MEDIA_TYPE, TYPE, kebab
from shared.kernel.http.routes import Route

_MEANINGS: Mapping[int, str] = {
    400: "The body cannot be read.",
    401: "Nobody has signed in, or not any more.",
    403: "The person may know of it, but may not do this.",
    404: "There is no such thing, or the person may not know of it.",
    409: "It cannot be done as things stand.",
    410: "It is gone for good.",
    412: "It has changed since the version in If-Match.",
    413: "The body is too large.",
    415: "The body has another type.",
    422: "Something that was sent is wrong; `errors` says where.",
    429: "It was asked too often; Retry-After says when to ask again.",
    500: "An error of the service; nothing was stored.",
    503: "Not at the moment; Retry-After says when to ask again.",
}
_ALWAYS = (422, 500, 503)
_COMMAND = (403, 404, 409, 410)
_PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "description": "A problem document (RFC 9457). Distinguish problems by their `type`.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people, which says what to do next."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "draft": {
            "type": "string",
            "description": f"Where the draft is kept that the refused command named in {DRAFT}.",
        },
        "version": {"type": "integer", "description": "With 412 for an If-Match: the version that it has now."},
    },
}
_IF_MATCH: Mapping[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of what is changed, as a GET answered it; refused with 412 if it has changed since.",
}
_DRAFT: Mapping[str, Any] = {
    "name": DRAFT,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "format": "uuid"},
    "description": "The id of the draft from which this is sent. If the command succeeds, the draft is discarded. If "
    "it is refused, the draft holds what was sent, and the problem document says where it is.",
}
_RETRY_AFTER: Mapping[str, Any] = {"schema": {"type": "integer"}, "description": "Seconds until it can be asked again."}
_ETAG: Mapping[str, Any] = {"schema": {"type": "string"}, "description": "To be sent as If-Match or If-None-Match."}


class Application(FastAPI):
    """A FastAPI application whose document declares the problems of each route."""

    def openapi(self) -> dict[str, Any]:
        """Make the document, once."""
        if self.openapi_schema is None:
            document = super().openapi()
            _declare_problems(self, document)
        return self.openapi_schema or {}


def _declare_problems(app: FastAPI, document: dict[str, Any]) -> None:
    kinds = _kinds(app.state.name)
    declared: set[int] = set()
    if app.state.keeps_drafts:
        document["components"]["parameters"] = {DRAFT: _DRAFT}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, Route):
            continue
        for method in route.methods or ():
            operation = document["paths"][route.path][method.lower()]
            _declare_versions(route, method, operation)
            if app.state.keeps_drafts and route.is_form:
                operation.setdefault("parameters", []).append({"$ref": f"#/components/parameters/{DRAFT}"})
            for status in statuses_of(route, method):
                if status not in kinds:
                    continue
                declared.add(status)
                schema = {"$ref": f"#/components/schemas/Problem{status}"}
                operation["responses"][f"{status}"] = {
                    "description": _MEANINGS[status],
                    "content": {MEDIA_TYPE: {"schema": schema}},
                    **({"headers": {"Retry-After": _RETRY_AFTER}} if status == 429 else {}),
                }
            operation["responses"] = dict(sorted(operation["responses"].items()))
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _PROBLEM
    for status in sorted(declared):
        types = {"properties": {"type": {"enum": [f"{TYPE}{kind}" for kind in kinds[status]]}}}
        schemas[f"Problem{status}"] = {"allOf": [{"$ref": "#/components/schemas/Problem"}, types]}
    document["components"]["schemas"] = dict(sorted(schemas.items()))


def _declare_versions(route: Route, method: str, operation: dict[str, Any]) -> None:
    if method == "GET":
        operation["responses"]["200"]["headers"] = {"ETag": _ETAG}
        operation["responses"]["304"] = {"description": "What If-None-Match names is still the answer."}
    elif route.versioned is not None:
        operation.setdefault("parameters", []).append(_IF_MATCH)


def statuses_of(route: Route, method: str) -> Iterator[int]:
    """Find the statuses, other than those of success, that a route may answer."""
    yield from _ALWAYS
    calls = set(_calls(route.dependant))
    if principal in calls:
        yield 401
    if method == "GET":
        yield 403
        if route.dependant.path_params or route.dependant.query_params:
            yield from (404, 410)
    if public_reader in calls:
        yield from (404, 429)
    if route.is_command:
        yield from _COMMAND
    if method != "GET" and route.versioned is not None:
        yield 412
    if route.body_field is not None:
        yield from (400, 413)
    if "requestBody" in (route.openapi_extra or {}):
        yield from (413, 415)


def _calls(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for each in dependant.dependencies:
        yield from _calls(each)


def _kinds(service: str) -> dict[int, list[str]]:
    """The last parts of the types of problems by status: the kernel's, and those of a service."""
    kinds: dict[int, set[str]] = defaultdict(set)
    for status, kind in FRAMEWORK_KINDS.items():
        kinds[status].add(kind)
    kinds[500].add("unforeseen")
    kinds[503].add("unavailable")
    for error in _below(DomainError):
        if error.__module__.startswith(("shared.", f"services.{service}.")):
            kinds[error.status].add(kebab(error.__name__))
    return {status: sorted(found) for status, found in kinds.items()}


def _below(error: type[DomainError]) -> Iterator[type[DomainError]]:
    for each in error.__subclasses__():
        yield each
        yield from _below(each)
