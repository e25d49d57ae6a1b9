"""Errors as RFC 9457 problem documents: a stable type, a sentence that says what to do, pointers to the bad fields."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.decider import DomainError
from shared.kernel.postgres import TRANSIENT_ERRORS
from shared.wording import counted_noun

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:alongside:problem:"
FRAMEWORK_KINDS: Mapping[int, str] = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
}
"""The last parts of the types of what the web framework refuses, by status."""

log = structlog.get_logger()

_WORDS: Mapping[str, str] = {
    "missing": "This is required.",
    "union_tag_not_found": "This is required.",
    "extra_forbidden": "There is no such field.",
    "json_invalid": "This is not JSON.",
    "uuid_parsing": "This is not an id.",
    "multiple_of": "Give hours in quarters, such as 0.25, 0.5 or 1.75.",
    "string_too_short": "Fill in this field.",
    "int_parsing": "Give a whole number.",
    "int_type": "Give a whole number.",
    "float_parsing": "Give a number.",
    "float_type": "Give a number.",
    "string_type": "Give text.",
    "string_unicode": "This text has half a character, which cannot be stored; type it anew.",
    "bool_parsing": "Say true or false.",
    "bool_type": "Say true or false.",
    "uuid_type": "This is not an id.",
    "int_from_float": "Give a whole number.",
    "finite_number": "Give a number.",
    "literal_error": "Choose {expected}.",
    "enum": "Choose {expected}.",
    "union_tag_invalid": "Choose one of these: {expected_tags}.",
    "greater_than_equal": "Give a number of at least {ge}.",
    "greater_than": "Give a number above {gt}.",
    "less_than_equal": "Give a number of at most {le}.",
    "less_than": "Give a number below {lt}.",
    "string_too_long": "Write at most {max_length} characters.",
    "too_long": "Give at most {max_length}.",
    "too_short": "Give at least {min_length}.",
    "list_type": "Give a list.",
    "tuple_type": "Give a list.",
    "dict_type": "Give a JSON object.",
    "model_type": "Give a JSON object.",
    "model_attributes_type": "Give a JSON object.",
    "string_pattern_mismatch": "This does not have the form that /openapi.json gives for it.",
}
"""Our sentences for the kinds of errors that pydantic knows, with its values in braces."""

_FORMS: Mapping[str, str] = {
    r"^[0-9]{6}$": "Give 6 digits.",
    r"^\d{6}$": "Give 6 digits.",
    r"^20\d\d/\d\d$": "Give an academic year like 2026/27.",
    r"^[A-Z0-9]{3}$": "Give 3 capital letters or digits.",
    r"^https?://[^\s]+$": "Give an address that begins with https:// or http://.",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "Give an e-mail address.",
}
"""Our sentences for texts that do not have the form of a pattern."""


_SENTENCES: Mapping[tuple[int, str], str] = {
    (400, "There was an error parsing the body"): "The body cannot be read as JSON in UTF-8. Nothing was stored.",
    (404, "Not Found"): "There is nothing at this address; /openapi.json lists what there is.",
    (405, "Method Not Allowed"): "This address exists, but not with this method; `Allow` lists those that it has.",
}
"""What the framework says in its own words, for people."""


_SOME_FIELDS = "Some fields need another look; nothing was stored."
_READS = ("GET", "HEAD")
"""The methods of which nobody expects that anything is stored."""


class KeyTwice(HTTPException):
    """A JSON object has a key twice, and nobody can know which of the two values is meant.

    An HTTP error for the same reason as `TooLarge`.
    """

    def __init__(self, key: str) -> None:
        super().__init__(400, f"The key {key[:50]!r} stands twice in one JSON object. Give it once.")


class TooLarge(HTTPException):
    """The request's body is larger than the service accepts.

    An HTTP error, because it is raised while FastAPI reads the body, where FastAPI replaces any other error.
    """

    def __init__(self, largest: int) -> None:
        super().__init__(
            413, f"This is larger than the {counted_noun(largest, 'byte')} that can be taken at once; split it."
        )


def problem(
    status: int, kind: str, detail: str, *, members: Mapping[str, Any] | None = None, retry_after: int | None = None
) -> JSONResponse:
    """Return a problem document; `kind` is the last part of its type, `retry_after` is seconds."""
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = {"type": f"{TYPE}{kind}", "title": kind.replace("-", " ").capitalize(), "status": status}
    return JSONResponse(body | {"detail": detail} | dict(members or {}), status, headers, media_type=MEDIA_TYPE)


def problem_of_domain_error(error: DomainError, members: Mapping[str, Any] | None = None) -> JSONResponse:
    """Return a refusal as a problem document; its type is the name of the error's class."""
    members = {**error.members, **(members or {})}
    retry_after = members.pop("retry_after", None)
    if error.pointer is not None:
        members["errors"] = [{"pointer": error.pointer, "detail": error.detail}]
    if error.status == 503 and retry_after is None:
        retry_after = 1
    return problem(error.status, kebab(type(error).__name__), error.detail, members=members, retry_after=retry_after)


def problem_of_http_error(error: HTTPException, members: Mapping[str, Any] | None = None) -> JSONResponse:
    """Return an error of the web framework as a problem document."""
    detail = _SENTENCES.get((error.status_code, str(error.detail)), str(error.detail))
    kind = FRAMEWORK_KINDS.get(error.status_code, "http-error")
    answer = problem(error.status_code, kind, detail, members=members)
    answer.headers.update(error.headers or {})
    return answer


def kebab(name: str) -> str:
    """Turn `NotAllowed` into `not-allowed`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def install_error_handlers(app: FastAPI) -> None:
    """Make an application answer every error with a problem document."""

    async def domain_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, DomainError)
        return problem_of_domain_error(error, _draft_of(request))

    async def bad_input(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        found = [
            {"pointer": _pointer(item, error.body), "detail": sentence_of(item)}
            for item in _without_consequences(error.errors())
        ]
        detail = "Some parameters need another look." if _only_reads(request) else _SOME_FIELDS
        return problem(422, "invalid", detail, members={"errors": found, **_draft_of(request)})

    async def http_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return problem_of_http_error(error, _draft_of(request))

    async def unstorable(request: Request, error: Exception) -> JSONResponse:
        log.warning("a value cannot be kept", exc_info=error)
        return problem(
            422,
            "invalid",
            "A value cannot be taken: a number that is far too large, or text with NUL or half a character."
            + ("" if _only_reads(request) else " Nothing was stored."),
            members=_draft_of(request),
        )

    async def away(_: Request, error: Exception) -> JSONResponse:
        log.warning("database away", error=type(error).__name__)
        return problem(
            503, "unavailable", "This cannot be done at the moment; nothing was lost. Try again shortly.", retry_after=2
        )

    app.add_exception_handler(DomainError, domain_error)
    app.add_exception_handler(RequestValidationError, bad_input)
    app.add_exception_handler(HTTPException, http_error)
    for transient in TRANSIENT_ERRORS:
        app.add_exception_handler(transient, away)  # type: ignore[arg-type]  # all of them are Exceptions
    app.add_exception_handler(asyncpg.DataError, unstorable)
    app.add_exception_handler(UnicodeEncodeError, unstorable)
    app.add_middleware(UnexpectedErrors)


class UnexpectedErrors:
    """Answers unexpected errors with a problem document, and does not pass them on.

    Tracing and the server, which are outside of it, would record the message of an exception, which may quote what a
    person typed. So it must be the outermost of the application's own middlewares.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        begun = False

        async def note_start(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, note_start)
        except ClientDisconnect:
            log.info("the sender went away before the end of the request")
        except Exception as error:
            log.exception("unforeseen error", exc_info=error)
            if begun:
                raise RuntimeError("a response ended before it was complete") from None
            stored = "" if scope.get("method") in _READS else "; nothing was stored"
            kept = _draft_of(Request(scope))
            answer = problem(500, "unforeseen", f"Something went wrong on our side{stored}.", members=kept)
            await answer(scope, receive, send)


def sentence_of(error: Mapping[str, Any]) -> str:
    """Return our sentence for an error of pydantic's, or that of one of our own types."""
    context = error.get("ctx", {})
    if error["loc"] == ("body",) and isinstance(error.get("input"), bytes):
        return "Send the body as JSON, with the header Content-Type: application/json."
    form = _FORMS.get(context.get("pattern", ""))
    words = form or _WORDS.get(error["type"])
    return _sentence(error["msg"]) if words is None else words if form else words.format_map(context)


def _only_reads(request: Request) -> bool:
    return request.method in _READS


def _draft_of(request: Request) -> dict[str, str]:
    """Say where that is kept which was typed into the form of a refused command."""
    location = getattr(request.state, "draft", None)
    return {} if location is None else {"draft": location}


def _sentence(message: str) -> str:
    """A sentence of pydantic's, or one of ours without what pydantic puts before it."""
    return f"{message.removeprefix('Value error, ').removesuffix('.')}."


def _without_consequences(errors: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Leave out that a list is too short where it is so only without the items that are refused themselves."""
    for item in errors:
        where = item["loc"]
        within = any(other["loc"][: len(where)] == where and other["loc"] != where for other in errors)
        if not (item["type"] == "too_short" and within):
            yield item


def _pointer(item: Mapping[str, Any], body: Any) -> str:
    where, *rest = item["loc"]
    if where != "body":
        return f"{where}:{'/'.join(map(str, rest))}"
    if "discriminator" in item.get("ctx", {}):
        rest.append(item["ctx"]["discriminator"].strip("'"))
    if "field" in item.get("ctx", {}):  # an error of ours that concerns the whole, and names the field to leave out
        rest.append(item["ctx"]["field"])
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in _in_body(rest, body))


def _in_body(location: Sequence[int | str], body: Any) -> Iterator[int | str]:
    """The parts of pydantic's location that are in the body, without its names for union members and for keys."""
    for nth, part in enumerate(location, 1):
        match body:
            case dict() if part in body:
                body = body[part]
            case list() if isinstance(part, int) and part < len(body):
                body = body[part]
            case dict() if nth == len(location) and part != "[key]":
                pass  # a field that is missing
            case _:
                continue
        yield part
