"""Compare every answer of a service under test with its OpenAPI document: a status that is not declared is an error."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.routing import compile_path

from shared.kernel.http.problems import MEDIA_TYPE


async def must_be_declared(app: FastAPI, answer: httpx.Response) -> None:
    """Raise AssertionError for an answer whose status, media type or kind of problem the document does not declare."""
    await answer.aread()
    operation = _operation(app, answer.request)
    if operation is None:  # health, metrics, and addresses that do not exist
        return
    asked = f"{answer.request.method} {answer.request.url.path}"
    declared = operation["responses"].get(f"{answer.status_code}")
    assert declared is not None, f"{asked} answered {answer.status_code}, which its document does not declare"
    sent = answer.headers.get("Content-Type", "").partition(";")[0]
    assert not sent or sent in declared["content"], f"{asked} answered {sent}, declared: {[*declared['content']]}"
    if sent == MEDIA_TYPE:
        kind = answer.json()["type"]
        assert kind in _types(app, answer.status_code), f"{asked} answered {kind} with {answer.status_code}"


def _types(app: FastAPI, status: int) -> list[str]:
    problem: Mapping[str, Any] = app.openapi()["components"]["schemas"][f"Problem{status}"]
    found: list[str] = problem["allOf"][1]["properties"]["type"]["enum"]
    return found


def _operation(app: FastAPI, request: httpx.Request) -> dict[str, Any] | None:
    method = "get" if request.method == "HEAD" else request.method.lower()
    for pattern, methods in _paths(app):
        if method in methods and pattern.fullmatch(request.url.path):
            found: dict[str, Any] = methods[method]
            return found
    return None


@cache
def _paths(app: FastAPI) -> list[Any]:
    """The paths of the document as patterns, those without parameters first, as the routes are matched."""
    paths = sorted(app.openapi()["paths"].items(), key=lambda item: item[0].count("{"))
    return [(compile_path(path)[0], methods) for path, methods in paths]
