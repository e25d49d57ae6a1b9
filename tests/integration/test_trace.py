"""One trace id runs from an HTTP request to the projection in another service."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from alongside.demo import partnership
from services.matching.main import SERVICE as MATCHING
from services.referral.main import SERVICE as REFERRAL
from shared.kernel.telemetry import EXPORTED, ScrubbedExporter
from tests.integration.referral.partnership import Partnership
from tests.support.services import Platform, eventually, run_services


@pytest.fixture(scope="module")
def exporter() -> Iterator[InMemorySpanExporter]:
    found = trace.get_tracer_provider()
    if not isinstance(found, TracerProvider):
        found = TracerProvider()
        trace.set_tracer_provider(found)
    spans = InMemorySpanExporter()
    found.add_span_processor(SimpleSpanProcessor(ScrubbedExporter(spans)))
    yield spans
    spans.shutdown()


@pytest.fixture(scope="module")
async def platform(
    exporter: InMemorySpanExporter,
    postgres_admin_url: str,
    kafka_bootstrap: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Platform]:
    state = tmp_path_factory.mktemp("trace")
    async with run_services(postgres_admin_url, kafka_bootstrap, state, REFERRAL, MATCHING) as platform:
        yield platform


async def test_one_trace_runs_from_a_request_to_a_read_model_of_another_service(
    platform: Platform, exporter: InMemorySpanExporter
) -> None:
    asked = uuid4().hex
    parent = {"traceparent": f"00-{asked}-{uuid4().hex[:16]}-01"}

    lead = Partnership.new(platform)
    brought = await lead.check_file("schools", partnership.SCHOOLS.read_bytes())
    word = {"on": "2026-06-16", "good_rows_only": False}
    where = f"/imports/{brought.json()['import_id']}/confirmation"
    answer = await platform["referral"].post(where, json=word, headers=lead.lead | parent)
    assert answer.status_code == 200, answer.text

    def names() -> Counter[str]:
        spans = exporter.get_finished_spans()
        return Counter(span.name for span in spans if span.context and f"{span.context.trace_id:032x}" == asked)

    async def has_arrived() -> bool:
        found = names()
        # referral has a read model of schools, and so has matching: one projection a school in each
        return found["project schools"] == 2 * found["react referral.school_recorded"] > 0

    await eventually(has_arrived)
    assert names()["POST /imports/{import_id}/confirmation"] == 1


async def test_a_trace_holds_nothing_that_a_caller_wrote(platform: Platform, exporter: InMemorySpanExporter) -> None:
    asked = uuid4().hex
    sent = {
        "traceparent": f"00-{asked}-{uuid4().hex[:16]}-01",
        "tracestate": "vendor=ada-lovelace",
        "User-Agent": "ada-lovelace/1.0",
    }

    lead = Partnership.new(platform)
    answer = await platform["referral"].get("/people", params={"name": "ada-lovelace"}, headers=lead.lead | sent)

    assert answer.status_code != 401
    spans = [
        span for span in exporter.get_finished_spans() if span.context and f"{span.context.trace_id:032x}" == asked
    ]
    assert "GET /people" in {span.name for span in spans}
    assert "ada-lovelace" not in "".join(span.to_json() for span in spans)
    assert {name for span in spans for name in span.attributes or {}} <= EXPORTED
    assert not any(span.context and span.context.trace_state for span in spans)
