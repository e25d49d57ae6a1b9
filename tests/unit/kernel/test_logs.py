"""A log line says what happened and where, and never what a person typed."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider

from shared.kernel.telemetry import set_up_logs

SECRET = "Ada Lovelace"


class Lines:
    def __init__(self) -> None:
        self.text = io.StringIO()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (json.loads(line) for line in self.text.getvalue().splitlines())


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    lines, root = Lines(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", lines.text)
        set_up_logs("INFO")
    yield lines
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def stumble(name: str) -> None:
    raise ValueError(f"{name} cannot be placed")


def test_an_exception_is_its_type_and_its_places(lines: Lines) -> None:
    try:
        stumble(SECRET)
    except ValueError:
        structlog.get_logger().exception("it failed", note="id-7")

    (line,) = lines
    assert SECRET not in lines.text.getvalue()
    assert (line["event"], line["note"], line["exception"]) == ("it failed", "id-7", "ValueError")
    assert line["frames"][-1].startswith("test_logs.py:")
    assert line["frames"][-1].endswith(" stumble")


def test_an_exception_that_comes_with_its_cause_shows_neither(lines: Lines) -> None:
    try:
        try:
            stumble(SECRET)
        except ValueError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError as error:
        structlog.get_logger().error("it failed", exc_info=error)
    assert SECRET not in lines.text.getvalue()


def test_the_standard_library_speaks_through_the_same_door(lines: Lines) -> None:
    try:
        stumble(SECRET)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    (line,) = lines
    assert (line["event"], line["exception"]) == ("Exception in ASGI application", "ValueError")
    assert SECRET not in lines.text.getvalue()


async def test_a_task_that_nobody_waited_for_says_nothing_of_its_exception(lines: Lines) -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.set_exception(ValueError(SECRET))
    del future
    (line,) = lines
    assert line["event"] == "Future exception was never retrieved"
    assert SECRET not in lines.text.getvalue()


def test_a_line_carries_the_trace_that_it_belongs_to(lines: Lines) -> None:
    with TracerProvider().get_tracer("test").start_as_current_span("x") as span:
        structlog.get_logger().info("something")
    (line,) = lines
    assert line["trace_id"] == f"{span.get_span_context().trace_id:032x}"
