"""An example of every version of every public event, as it once went over the wire; such a file never changes."""

import json
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from jsonschema import Draft202012Validator, FormatChecker

from shared.events import PUBLISHED, Envelope
from shared.events.catalogue import version_of
from shared.events.schema import SCHEMAS, file_name
from tools.reference.asyncapi import HEADERS

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
NEWEST = [file for file in GOLDEN if file.stem in {f"{t}.v{version_of(e)}" for t, e in PUBLISHED.classes.items()}]


def _read(file: Path) -> tuple[dict[str, str], dict[str, Any]]:
    held = json.loads(file.read_text(encoding="utf-8"))
    return held["headers"], held["body"]


def _envelope(headers: dict[str, str]) -> Envelope:
    return Envelope.from_headers((name, value.encode()) for name, value in headers.items())


def test_every_published_version_has_an_example() -> None:
    assert {file.name for file in GOLDEN} >= {file.name for file in SCHEMAS.glob("*.json")}


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_an_event_of_any_age_is_read_today(file: Path) -> None:
    headers, body = _read(file)
    envelope = _envelope(headers)

    event = PUBLISHED.decode(envelope.type, envelope.version, json.dumps(body))

    assert isinstance(event, PUBLISHED.classes[envelope.type])
    assert file.name == file_name(envelope.type, envelope.version)


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_the_example_keeps_to_what_readers_were_promised(file: Path) -> None:
    headers, body = _read(file)
    promised = json.loads((SCHEMAS / file.name).read_text(encoding="utf-8"))

    Draft202012Validator(promised, format_checker=FormatChecker()).validate(body)
    Draft202012Validator(HEADERS, format_checker=FormatChecker()).validate(headers)
    assert promised["$id"] == headers["ce_dataschema"]
    assert headers.keys() <= HEADERS["properties"].keys()


@pytest.mark.parametrize("file", NEWEST, ids=lambda file: file.stem)
def test_a_golden_event_is_written_as_it_was_read(file: Path) -> None:
    headers, body = _read(file)
    envelope = _envelope(headers)

    event = PUBLISHED.decode(envelope.type, envelope.version, json.dumps(body))

    assert json.loads(event.model_dump_json(exclude_unset=True)) == body  # fields that came later are left out
    assert {name: value.decode() for name, value in envelope.headers()} == headers


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_the_cloudevents_sdk_reads_it_too(file: Path) -> None:
    headers, body = _read(file)
    message = KafkaMessage({name: value.encode() for name, value in headers.items()}, None, json.dumps(body).encode())

    event = from_binary_event(message)

    assert (event.get_id(), event.get_type()) == (headers["ce_id"], headers["ce_type"])
    assert event.get_data() == body
