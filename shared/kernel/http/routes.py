"""The routes of a service: what every route does with a request before its own function sees it.

Texts are normalised once, as they are parsed. Days are compared with today once, after they are validated.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import wraps
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from shared.inputs.days import improbable_days
from shared.inputs.texts import normalise_texts
from shared.kernel.decider import Invalid
from shared.kernel.http.context import Caller

Endpoint = Callable[..., Awaitable[Any]]


class Router(APIRouter):
    """A router of a service, for routes with this tag in the OpenAPI document."""

    def __init__(self, tag: str) -> None:
        super().__init__(tags=[tag], route_class=Route)


class Route(APIRoute):
    """A route that normalises the texts of a JSON body, and refuses days that cannot be right."""

    def __init__(self, path: str, endpoint: Endpoint, **settings: Any) -> None:
        super().__init__(path, refuse_improbable_days(endpoint), **settings)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI."""
        handle = super().get_route_handler()

        async def handle_normalised(request: Request) -> Response:
            return await handle(NormalisedRequest(request.scope, request.receive))

        return handle_normalised


class NormalisedRequest(Request):
    """A request whose JSON has normalised texts."""

    async def json(self) -> Any:
        """Parse the body and normalise its texts."""
        return normalise_texts(await super().json())


def refuse_improbable_days(endpoint: Endpoint) -> Endpoint:
    """Wrap the function of a route: raise `Invalid` for days of its arguments that their kinds do not allow.

    Only commands have such days, so a function without a `Caller` is called as it is.
    """
    hints = {name: parameter.annotation for name, parameter in inspect.signature(endpoint).parameters.items()}

    @wraps(endpoint)
    async def call(**arguments: Any) -> Any:
        caller = next((each for each in arguments.values() if isinstance(each, Caller)), None)
        if caller is not None:
            _refuse(caller, hints, arguments)
        return await endpoint(**arguments)

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
