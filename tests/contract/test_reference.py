"""The generated reference is what the code says today, and what it says is well-formed."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from alongside.local.platform import SERVICES
from shared.events import PUBLISHED
from tools.reference import documents
from tools.reference.http import _application
from tools.reference.sources import ROOT, services, topics, versions

GENERATED = sorted((ROOT / "docs" / "reference").rglob("*.*"))


@cache
def reference_documents() -> dict[str, str]:
    return documents()


def _openapi(service: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(reference_documents()[f"docs/reference/openapi/{service}.json"])
    return document


def _operations(service: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in _openapi(service)["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def _asyncapi() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(reference_documents()["docs/reference/asyncapi.yaml"])
    return document


def test_every_generated_file_is_up_to_date() -> None:
    stale = [
        path
        for path, text in reference_documents().items()
        if not (ROOT / path).exists() or (ROOT / path).read_text(encoding="utf-8") != text
    ]

    assert stale == [], "run `make reference`"


def test_nothing_generated_is_left_over() -> None:
    pages = [file for file in GENERATED if "Written by `python -m tools.reference`" in file.read_text("utf-8")]
    interfaces = [file for file in GENERATED if file.parent.name == "openapi"]

    assert {str(file.relative_to(ROOT)) for file in [*pages, *interfaces]} <= reference_documents().keys()


def test_the_reference_is_the_same_each_time_it_is_written() -> None:
    before = reference_documents()
    versions.cache_clear()
    _application.cache_clear()

    assert documents() == before


def test_every_service_is_in_it() -> None:
    assert [service.name for service in services()] == list(SERVICES)
    assert set(SERVICES) == {folder.name for folder in (ROOT / "services").iterdir() if (folder / "main.py").exists()}


@pytest.mark.parametrize("service", SERVICES)
def test_openapi_keeps_to_its_specification(service: str) -> None:
    OpenAPIV31SpecValidator(_openapi(service)).validate()


@pytest.mark.parametrize("service", SERVICES)
def test_each_operation_has_an_id_of_its_own_and_says_what_it_does(service: str) -> None:
    ids = Counter(operation["operationId"] for _, operation in _operations(service))

    assert [name for name, times in ids.items() if times > 1] == []
    assert [name for name, operation in _operations(service) if not operation.get("description")] == []


@pytest.mark.parametrize("service", SERVICES)
def test_each_operation_answers_errors_with_a_problem_document(service: str) -> None:
    wrong = [
        name
        for name, operation in _operations(service)
        if {str(422), str(503)} - {*operation["responses"]}
        or any(
            response.get("content", {}).keys() != {"application/problem+json"}
            for status, response in operation["responses"].items()
            if int(status) >= 400
        )
    ]

    assert wrong == []


def test_asyncapi_refers_to_nothing_that_is_not_there() -> None:
    document = _asyncapi()
    for reference in _references(document):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def _references(part: Any) -> Iterator[str]:
    match part:
        case {"$ref": str(reference)}:
            yield reference
        case dict():
            for value in part.values():
                yield from _references(value)
        case list():
            for value in part:
                yield from _references(value)


def test_asyncapi_has_every_topic_and_every_event_on_its_own() -> None:
    channels = _asyncapi()["channels"]

    assert channels.keys() == topics().keys()
    for type_ in PUBLISHED.classes:
        messages = channels[type_.partition(".")[0]]["messages"]
        assert any(key.startswith(f"{type_}.v") for key in messages), type_


def test_every_topic_has_one_publisher() -> None:
    sends = Counter(
        operation["channel"]["$ref"]
        for operation in _asyncapi()["operations"].values()
        if operation["action"] == "send"
    )

    assert sends == {f"#/channels/{name}": 1 for name in topics()}


@pytest.mark.parametrize("file", sorted((ROOT / "docs").rglob("*.md")), ids=lambda file: str(file.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(file: Path) -> None:
    text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]

    assert [link for link in links if not (file.parent / link).exists()] == []


def test_the_page_of_routes_says_who_may_use_each_in_sentences_that_begin_with_the_people() -> None:
    page = reference_documents()["docs/reference/http.md"]
    rows = re.findall(r"^\| [A-Z]+ \| `[^|]+` \| [^|]* \| ([^|]*) \|$", page, re.MULTILINE)
    sentences = {sentence for row in rows for sentence in re.split(r"(?<=\.) ", row)}
    people = (
        r"(only )?(the |an? )?"
        r"(anybody|assessors?|leads?|mentors?|trainees?|tutors?|partnership|school|referrer|person|service)\b"
    )
    unclear = [
        sentence
        for sentence in sentences
        if not re.match(people, sentence, re.IGNORECASE) or re.search(r"[`:]|\bNone\b|\bsomebody\b", sentence)
    ]

    assert rows
    assert unclear == []
    # more than two rules for one route cannot be read as a sentence: only the narrowest are shown
    assert [row for row in rows if len(re.findall(r"\.( |$)", row.strip())) > 2] == []
