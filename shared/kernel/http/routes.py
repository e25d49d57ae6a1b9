"""The routes of a service: what every route does with a request before its own function sees it.

Texts are normalised once, as they are parsed. Days are compared with today once, after they are validated. A parameter
that the route does not know is refused, since its sender believes that it counts. What is read has an ETag. What was
typed into a form is kept where the command is refused and names a draft.
"""

import inspect
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar, get_args

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from shared.inputs.days import improbable_days
from shared.inputs.texts import normalise_texts
from shared.kernel.decider import DomainError, Invalid
from shared.kernel.http import drafts
from shared.kernel.http.context import Caller, service_context
from shared.kernel.http.problems import KeyTwice
from shared.kernel.http.versions import Versioned, add_tag, answer_with_version, expecting, version_mark
from shared.kernel.postgres import TRANSIENT_ERRORS

log = structlog.get_logger()

E = TypeVar("E", bound=Callable[..., Any])

Endpoint = Callable[..., Awaitable[Any]]


class Router(APIRouter):
    """A router of a service, for routes with this tag in the OpenAPI document."""

    def __init__(self, tag: str) -> None:
        super().__init__(tags=[tag], route_class=Route)


class Route(APIRoute):
    """A route that normalises the texts of a JSON body, refuses days that cannot be right and parameters that it does
    not know, and answers reads with an ETag.
    """

    def __init__(self, path: str, endpoint: Endpoint, **settings: Any) -> None:
        self.versioned = version_mark(endpoint)
        self.is_command = any(Caller in get_args(each.annotation) for each in _parameters(endpoint))
        super().__init__(path, with_checks(endpoint, self.versioned), **settings)

    @property
    def is_form(self) -> bool:
        """Whether it is a command with a JSON body, of which a draft can be kept."""
        return self.is_command and self.body_field is not None and not self.path.startswith(drafts.DRAFTS)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI."""
        handle = super().get_route_handler()
        known = sorted(set(_query_parameters(self.dependant)))

        async def handle_normalised(request: Request) -> Response:
            _refuse_unknown(request.query_params.multi_items(), known)
            if drafts.DRAFT in request.headers:
                await _refuse_draft(request, self)
            normalised = NormalisedRequest(request.scope, request.receive)
            try:
                response = await handle(normalised)
            except Exception as refusal:
                await _keep_typed(normalised, refusal)
                raise
            # what is streamed is not kept, so that it has no digest
            is_whole = request.method == "GET" and response.status_code == 200 and hasattr(response, "body")
            return add_tag(request, response) if is_whole else response

        return handle_normalised


def asks(rule: Callable[..., Any]) -> Callable[[E], E]:
    """Mark the function of a route whose answer has parts with rules of their own: this rule says who is answered.

    The reference shows it. The rule itself is asked by the query, as everywhere.
    """

    def mark(endpoint: E) -> E:
        vars(endpoint)["asks"] = rule
        return endpoint

    return mark


def forms_of(routers: Iterable[APIRouter]) -> drafts.Forms:
    """Return the forms of these routers."""
    routes = (route for router in routers for route in router.routes if isinstance(route, Route) and route.is_form)
    return drafts.Forms(tuple((method, route.path_regex) for route in routes for method in sorted(route.methods or ())))


def _parameters(endpoint: Endpoint) -> Iterable[inspect.Parameter]:
    return inspect.signature(endpoint).parameters.values()


def _query_parameters(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for each in dependant.dependencies:
        yield from _query_parameters(each)


def _refuse_unknown(sent: Sequence[tuple[str, str]], known: Sequence[str]) -> None:
    """Raise `Invalid` for parameters of a query that the route does not have, and for one that is there twice."""
    there_is = f"here. There is {', '.join(known)}." if known else "at this address, which has none."
    wrong: dict[str, str] = {}
    for name, times in Counter(name for name, _ in sent).items():
        if name not in known:
            wrong[name[:50]] = f"There is no parameter {name[:50]} {there_is}"
        elif times > 1:
            wrong[name] = f"Give {name} once."
    if wrong:
        errors = [{"pointer": f"query:{name}", "detail": sentence} for name, sentence in wrong.items()]
        raise Invalid(" ".join(wrong.values()), errors=errors)


async def _refuse_draft(request: Request, route: Route) -> None:
    """Raise `Invalid` where a draft is named although none is kept for this route."""
    if not route.is_form or (await service_context(request)).drafts is None:
        raise Invalid(f"No draft is kept of this. Leave {drafts.DRAFT} out.", pointer=drafts.POINTER)


async def _keep_typed(request: "NormalisedRequest", refusal: Exception) -> None:
    """Keep what was typed into a form whose command was refused, so that the problem document names where it is.

    Whatever goes wrong with that, the answer is the refusal.
    """
    sender = getattr(request.state, "sender", None)
    if sender is None or sender.draft is None or isinstance(refusal, TRANSIENT_ERRORS):
        return
    try:
        request.state.draft = await sender.keep_typed(await request.json_object())
    except DomainError:
        return  # such as for a draft of another form
    except Exception as error:  # noqa: BLE001  # the person has to learn why the command was refused
        log.warning("what was typed could not be kept", error=type(error).__name__)


class NormalisedRequest(Request):
    """A request whose JSON has normalised texts."""

    async def json(self) -> Any:
        """Parse the body and normalise its texts; raises `KeyTwice`."""
        return normalise_texts(json.loads(await self.body(), object_pairs_hook=_with_each_key_once))

    async def json_object(self) -> dict[str, Any] | None:
        """Return the body if it is a JSON object, None for everything else."""
        try:
            body = await self.json()
        except (HTTPException, ValueError, RecursionError):
            return None
        return body if isinstance(body, dict) else None


def _with_each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise KeyTwice(next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1))
    return found


def with_checks(endpoint: Endpoint, thing: Versioned | None) -> Endpoint:
    """Wrap the function of a route that shows or changes a thing (None: it has no version).

    A command is refused with `Invalid` for days that their kinds do not allow, and is compared with its `If-Match`; a
    read keeps the version of what it shows.
    """
    signature = inspect.signature(endpoint)
    hints = {name: parameter.annotation for name, parameter in signature.parameters.items()}

    takes_request = "request" in signature.parameters
    if thing is not None and not takes_request:
        request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
        signature = signature.replace(parameters=[*signature.parameters.values(), request])

    @wraps(endpoint)
    async def call(**arguments: Any) -> Any:
        if thing is not None:
            sent = arguments["request"] if takes_request else arguments.pop("request")
            if sent.method == "GET":
                return await answer_with_version(thing, arguments, lambda: endpoint(**arguments), sent)
        name = next((name for name, each in arguments.items() if isinstance(each, Caller)), None)
        if name is not None:
            _refuse(arguments[name], hints, arguments)
            arguments[name] = expecting(arguments[name], thing, arguments)
        return await endpoint(**arguments)

    vars(call)["__signature__"] = signature  # for FastAPI, which passes what it names
    return call


def _refuse(caller: Caller, hints: Mapping[str, Any], arguments: Mapping[str, Any]) -> None:
    today = caller.context.today()
    errors = [
        {"pointer": "".join(f"/{part}" for part in found.at) or f"query:{name}", "detail": found.detail}
        for name, sent in arguments.items()
        for found in improbable_days(hints[name], sent, today)
    ]
    if errors:
        raise Invalid(errors[0]["detail"], errors=errors)
