"""Our envelope is a CloudEvent 1.0 in Kafka's binary mode: the CloudEvents SDK and we read each other."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from shared.events import BrokenEnvelope, Envelope

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)  # as CloudEvents has it
ids = st.uuids()
traceparents = st.from_regex(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", fullmatch=True)
types = st.from_regex(r"[a-z]{1,12}\.[a-z_]{1,24}", fullmatch=True)
envelopes = st.builds(
    Envelope,
    id=ids,
    type=types,
    version=st.integers(1, 999),
    source=st.from_regex(r"urn:alongside:[a-z]{1,12}", fullmatch=True),
    subject=words,
    time=st.datetimes(datetime(2000, 1, 1), datetime(2999, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  # hypothesis adds the zone
    tenant=st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True),
    sequence=st.integers(1, 2**63 - 1),
    correlation_id=ids,
    causation_id=st.none() | ids,
    traceparent=st.none() | traceparents,
    readable_as=st.none() | st.integers(1, 999),
    incarnation=st.just(1) | st.integers(1, 2**31 - 1),
)


def _attributes(envelope: Envelope) -> dict[str, Any]:
    """What CloudEvents calls the envelope's parts."""
    attributes = {
        "specversion": "1.0",
        "id": str(envelope.id),
        "type": envelope.type,
        "source": envelope.source,
        "subject": envelope.subject,
        "time": envelope.time,
        "datacontenttype": "application/json",
        "dataschema": f"urn:alongside:schema:{envelope.type}:{envelope.version}",
        "tenant": envelope.tenant,
        "sequence": str(envelope.sequence).zfill(20),
        "correlationid": str(envelope.correlation_id),
    }
    if envelope.causation_id is not None:
        attributes["causationid"] = str(envelope.causation_id)
    if envelope.traceparent is not None:
        attributes["traceparent"] = envelope.traceparent
    if envelope.readable_as is not None:
        attributes["readableas"] = str(envelope.readable_as)
    if envelope.incarnation > 1:
        attributes["incarnation"] = str(envelope.incarnation)
    return attributes


ENVELOPE = Envelope(
    id=UUID("0190163d-8694-739b-aea5-966c26f8ad91"),
    type="matching.pair_confirmed",
    version=1,
    source="urn:alongside:matching",
    subject="pair-0190163d-8694-739b-aea5-966c26f8ad92",
    time=datetime(2026, 9, 14, 8, 30, tzinfo=UTC),
    tenant="north-star",
    sequence=42,
    correlation_id=UUID("0190163d-8694-739b-aea5-966c26f8ad93"),
)


@given(envelope=envelopes)
def test_the_sdk_reads_all_values_of_a_message_that_we_wrote(envelope: Envelope) -> None:
    event = from_binary_event(KafkaMessage(dict(envelope.headers()), None, b'{"places": 2}'))

    assert event.get_attributes() == _attributes(envelope)
    assert event.get_data() == {"places": 2}


@given(envelope=envelopes)
def test_we_read_all_values_of_a_message_that_the_sdk_wrote(envelope: Envelope) -> None:
    message = to_binary_event(CloudEvent(_attributes(envelope), {"places": 2}))

    assert Envelope.from_headers(message.headers.items()) == envelope


@given(envelope=envelopes)
def test_we_read_what_we_wrote(envelope: Envelope) -> None:
    assert Envelope.from_headers(envelope.headers()) == envelope


@given(one=envelopes, other=envelopes)
def test_sequences_sort_as_text_as_they_do_as_numbers(one: Envelope, other: Envelope) -> None:
    first, second = dict(one.headers())["ce_sequence"], dict(other.headers())["ce_sequence"]

    assert (first < second) == (one.sequence < other.sequence)


def test_headers_we_do_not_know_are_ignored() -> None:
    headers = [*ENVELOPE.headers(), ("ce_partitionkey", b"x"), ("b3", b"0")]

    assert Envelope.from_headers(headers) == ENVELOPE


def test_an_event_that_only_its_own_version_can_read_says_nothing_of_others() -> None:
    assert "ce_readableas" not in dict(ENVELOPE.headers())


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    summer = ENVELOPE.time.astimezone(timezone(timedelta(hours=1)))
    headers = {**dict(ENVELOPE.headers()), "ce_time": summer.isoformat().encode()}

    assert Envelope.from_headers(headers.items()).time == ENVELOPE.time


@pytest.mark.parametrize("name", sorted(name for name, _ in ENVELOPE.headers() if name.startswith("ce_")))
@pytest.mark.parametrize("how", ["missing", "null"])
def test_an_attribute_that_is_not_there_is_named(name: str, how: str) -> None:
    headers: Any = [
        (header, None if header == name else value)
        for header, value in ENVELOPE.headers()
        if header != name or how == "null"
    ]

    with pytest.raises(BrokenEnvelope, match=rf"header {name} is missing"):
        Envelope.from_headers(headers)


BROKEN = {
    "ce_specversion": b"0.3",
    "ce_id": b"Ada",
    "ce_time": b"14/09/2026",
    "ce_sequence": b"first",
    "ce_correlationid": b"\xff",
    "ce_causationid": b"Ada",
    "ce_traceparent": b"\xff",
    "ce_dataschema": b"urn:alongside:schema:matching.pair_declined:1",
    "ce_type": b"sessions.meeting_held",
    "ce_subject": b"\xff\xfe",
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_attribute_that_cannot_be_read_is_refused(name: str) -> None:
    headers = {**dict(ENVELOPE.headers()), name: BROKEN[name]}

    with pytest.raises(BrokenEnvelope):
        Envelope.from_headers(headers.items())


@pytest.mark.parametrize("header", [b"0", b"-1", b"first", b""])
def test_a_readableas_header_that_is_no_version_is_refused(header: bytes) -> None:
    with pytest.raises(BrokenEnvelope):
        Envelope.from_headers([*ENVELOPE.headers(), ("ce_readableas", header)])


@pytest.mark.parametrize("header", [b"0", b"-1", b"first", b"", b"2147483648"])
def test_an_incarnation_header_that_is_no_positive_number_is_refused(header: bytes) -> None:
    with pytest.raises(BrokenEnvelope):
        Envelope.from_headers([*ENVELOPE.headers(), ("ce_incarnation", header)])


def test_a_message_that_says_no_incarnation_is_of_the_first() -> None:
    assert "ce_incarnation" not in dict(ENVELOPE.headers())
    assert Envelope.from_headers(ENVELOPE.headers()).incarnation == 1


def test_a_time_without_a_zone_is_refused() -> None:
    headers = {**dict(ENVELOPE.headers()), "ce_time": b"2026-09-14T08:30:00"}

    with pytest.raises(BrokenEnvelope):
        Envelope.from_headers(headers.items())


@given(name=st.sampled_from([name for name, _ in ENVELOPE.headers()]), value=st.binary(max_size=30))
def test_any_header_is_read_or_refused_and_the_error_never_repeats_it(name: str, value: bytes) -> None:
    secret = b"Ada Lovelace"
    headers = {**dict(ENVELOPE.headers()), name: secret + value}

    refusal = ""
    try:
        Envelope.from_headers(headers.items())
    except BrokenEnvelope as refused:
        refusal = str(refused)

    assert secret.decode() not in refusal
