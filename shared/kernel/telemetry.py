"""Set up logs, traces and metrics. A log line is JSON with the trace id, and holds ids only, no personal text."""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

tracer = trace.get_tracer("alongside")


KAFKA_AWAY = "Kafka cannot be reached; the client tries again"
KAFKA_CLIENT = {
    "Topic %s not found": "Kafka lacks a topic; `alongside topics` creates what is missing",
    **dict.fromkeys(
        (
            "Unable ",
            "Cannot send ",
            "Could not send ",
            "Failed fetch ",
            "Heartbeat send ",
            "Group Coordinator Request ",
        ),
        KAFKA_AWAY,
    ),
}
"""What a line of the Kafka client means, by how it begins."""
SAME_LINE_AFTER = 60.0
"""Seconds until a line of the same kind is logged again."""


class ClientLines(logging.Filter):
    """Puts the usual lines of the Kafka client into our words, and passes a kind of line at most once a minute.

    While a broker is away, its clients write several lines a second, all of them the same.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._next: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a line of the Kafka client; return whether it is logged."""
        if not record.name.startswith(("aiokafka", "faststream")):
            return True
        line = str(record.msg)
        own = next((sentence for start, sentence in KAFKA_CLIENT.items() if line.startswith(start)), None)
        now, kind = self._clock(), own or line
        if now < self._next.get(kind, now):
            return False
        self._next[kind] = now + SAME_LINE_AFTER
        if own is not None:
            record.msg, record.args, record.exc_info = own, (), None
        return True


def set_up_logs(level: str) -> None:
    """Write logs as JSON lines to standard error, those of the standard library's loggers too."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_trace,
        structlog.processors.StackInfoRenderer(),
        _frames_only,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _first_line],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    handler.addFilter(ClientLines())
    for noisy in ("aiokafka", "httpx", "faststream"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # a request line holds ids in its path, and that is all that it may hold: queries are not logged
    logging.getLogger("uvicorn.access").disabled = True


def _with_trace(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
    return event


def _first_line(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    # asyncio says what happened, and then, on lines of their own, the exception's words
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _frames_only(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    # an exception's words may quote what a person typed: the type and the places are enough to find it
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if isinstance(exc_info, tuple) and exc_info[0] is not None:
        event["exception"] = exc_info[0].__name__
        frames, traceback = [], exc_info[2]
        while traceback is not None:
            code = traceback.tb_frame.f_code
            frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno} {code.co_name}")
            traceback = traceback.tb_next
        event["frames"] = frames[-12:]
    return event


EXPORTED = {"http.method", "http.request.method", "http.route", "http.status_code", "http.response.status_code"}
"""The attributes of a span that are exported."""


class ScrubbedExporter(SpanExporter):
    """Hands spans to another exporter without what a caller may have put into them.

    A query may name a person, an exception may quote what was typed, and headers (User-Agent, tracestate) may hold
    anything. What is left: names, times, routes, status codes and the ids that make spans a trace.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export the spans, each without what it does not need."""
        return self._exporter.export([_scrub(span) for span in spans])

    def shutdown(self) -> None:
        """Shut the other exporter down."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush the other exporter."""
        return self._exporter.force_flush(timeout_millis)


def _scrub(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        span.name,
        _without_state(span.context),
        _without_state(span.parent),
        span.resource,
        {name: value for name, value in (span.attributes or {}).items() if name in EXPORTED},
        kind=span.kind,
        status=trace.Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _without_state(context: trace.SpanContext | None) -> trace.SpanContext | None:
    if context is None:
        return None
    return trace.SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)


def set_up_traces(service: str, endpoint: str | None) -> None:
    """Export the spans of this service to `endpoint` (OTLP over HTTP); without an endpoint only trace ids are
    passed on.
    """
    provider = TracerProvider(resource=Resource.create({"service.name": f"alongside-{service}"}))
    if endpoint is not None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # costs start-up time

        provider.add_span_processor(BatchSpanProcessor(ScrubbedExporter(OTLPSpanExporter(endpoint=endpoint))))
    trace.set_tracer_provider(provider)


def traceparent() -> str | None:
    """Return the traceparent of the running span, as it is stored with an event; None outside a trace."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


def spans_are_exported() -> bool:
    """Whether spans are exported anywhere; for many events, ask once for all of them."""
    processor = getattr(trace.get_tracer_provider(), "_active_span_processor", None)
    return bool(getattr(processor, "_span_processors", ()))


@contextmanager
def continue_trace(parent: str | None, name: str) -> Iterator[str | None]:
    """Open a span in the trace of a stored or received event; yields the span's traceparent.

    The span keeps only the type of an exception, because its words may quote what a person typed. Where spans are not
    exported none is opened, and the parent's traceparent is yielded: a span costs as much as all other work on an
    event.
    """
    if parent is None or not spans_are_exported():
        yield parent
        return
    context = propagate.extract({"traceparent": parent})
    with tracer.start_as_current_span(name, context, record_exception=False, set_status_on_exception=False) as span:
        try:
            yield traceparent()
        except Exception as error:
            span.set_status(trace.StatusCode.ERROR, type(error).__name__)
            raise
