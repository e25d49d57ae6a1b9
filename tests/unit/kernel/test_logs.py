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

from shared.kernel.telemetry import KAFKA_AWAY, ClientLines, set_up_logs

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


def client_record(line: str, *values: object, name: str = "aiokafka.client") -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, __file__, 1, line, values, None)


def test_the_kafka_client_says_a_minute_once_in_our_words_that_brokers_are_away() -> None:
    now = 0.0
    only = ClientLines(lambda: now)
    lines = [client_record("Unable connect to node with id %s: %s", number, "refused") for number in range(100)]
    lines += [client_record("Failed fetch messages from %s: %s", 1, "away", name="aiokafka.consumer.fetcher")]

    passed = [line.getMessage() for line in lines if only.filter(line)]
    now = 60.0
    later = [line.getMessage() for line in lines if only.filter(line)]

    assert passed == later == [KAFKA_AWAY]


def test_a_line_of_the_kafka_client_that_nobody_knows_keeps_its_words() -> None:
    only = ClientLines(lambda: 0.0)
    line, again = (client_record("Not authorized to read from topic %s.", topic) for topic in ("a", "b"))

    assert only.filter(line)
    assert not only.filter(again)
    assert line.getMessage() == "Not authorized to read from topic a."


def test_lines_of_other_libraries_pass_as_they_are(lines: Lines) -> None:
    for _ in range(2):
        logging.getLogger("aiokafka.cluster").error("Topic %s not found in cluster metadata", "alongside.people.v1")
        logging.getLogger("asyncio").error("it is slow")

    assert [line["event"] for line in lines] == [
        "Kafka lacks a topic; `alongside topics` creates what is missing",
        "it is slow",
        "it is slow",
    ]
