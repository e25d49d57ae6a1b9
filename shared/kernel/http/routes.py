"""The routes of a service: what every route does with a request before its own function sees it.

Texts are normalised once, as they are parsed. Days are compared with today once, after they are validated. A parameter
that the route does not know is refused, since its sender believes that it counts. What is read has an ETag.
"""

import inspect
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.inputs.days import improbable_days
from shared.inputs.texts import normalise_texts
from shared.kernel.decider import Invalid
from shared.kernel.http.context import Caller
from shared.kernel.http.problems import KeyTwice
from shared.kernel.http.versions import Versioned, add_tag, answer_with_version, expecting, version_mark

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
        super().__init__(path, with_checks(endpoint, self.versioned), **settings)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI."""
        handle = super().get_route_handler()
        known = sorted(set(_query_parameters(self.dependant)))

        async def handle_normalised(request: Request) -> Response:
            _refuse_unknown(request.query_params.multi_items(), known)
            response = await handle(NormalisedRequest(request.scope, request.receive))
            # what is streamed is not kept, so that it has no digest
            is_whole = request.method == "GET" and response.status_code == 200 and hasattr(response, "body")
            return add_tag(request, response) if is_whole else response

        return handle_normalised


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


class NormalisedRequest(Request):
    """A request whose JSON has normalised texts."""

    async def json(self) -> Any:
        """Parse the body and normalise its texts; raises `KeyTwice`."""
        return normalise_texts(json.loads(await self.body(), object_pairs_hook=_with_each_key_once))


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

    if thing is not None:
        request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
        signature = signature.replace(parameters=[*signature.parameters.values(), request])

    @wraps(endpoint)
    async def call(**arguments: Any) -> Any:
        if thing is not None:
            sent = arguments.pop("request")
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
