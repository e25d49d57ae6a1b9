"""Sources of the reference: the services from their composition roots, the topics, all versions of the events."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from alongside.local.platform import SERVICES
from shared.events import PUBLISHED, PublicEvent
from shared.events.catalogue import version_of
from shared.events.schema import SCHEMAS, Schema, incompatibilities, reading_errors, schema_of
from shared.kernel.kafka.topics import Topic, read_topics
from shared.kernel.service.definition import Service
from shared.kernel.settings import Settings

ROOT = Path(__file__).parents[2]
READ_MODELS = ROOT / "services" / "read_models.txt"
"""Each read model with its edition and the digest of its definition: who changes a definition raises its edition."""
SETTINGS = Settings.model_construct()
"""The default settings, whatever the environment says."""


@cache
def services() -> tuple[Service, ...]:
    """Load every service from its composition root."""
    return tuple(import_module(f"services.{name}.main").SERVICE for name in SERVICES)


@cache
def topics() -> dict[str, Topic]:
    """The topics by the second part of their names, which is also the first part of the types on them."""
    found = read_topics(ROOT / "deploy" / "topics.yaml", SETTINGS.alongside_topic_prefix)
    return {topic.name.split(".")[1]: topic for topic in found}


@cache
def committed() -> dict[tuple[str, int], Schema]:
    """The committed schemas, on which readers rely, by type and version."""
    found = {}
    for file in sorted(SCHEMAS.glob("*.json")):
        type_, _, version = file.name.removesuffix(".json").rpartition(".v")
        found[type_, int(version)] = json.loads(file.read_text(encoding="utf-8"))
    return found


@cache
def versions() -> dict[tuple[str, int], Schema]:
    """Every schema that a reader may meet: today's, and those of older versions, which topics keep for ever."""
    older = {key: schema for key, schema in committed().items() if key[1] < version_of(PUBLISHED.classes[key[0]])}
    today = {(type_, version_of(event)): schema_of(event) for type_, event in PUBLISHED.classes.items()}
    return dict(sorted({**older, **today}.items()))


def broken_promises() -> list[str]:
    """Sentences about events that no longer satisfy a committed schema; empty if all do."""
    broken = []
    for (type_, version), schema in committed().items():
        event = PUBLISHED.classes.get(type_)
        if event is None:
            broken.append(f"{type_} is no longer known, but topics keep its events for ever")
        elif version == version_of(event):
            reasons = incompatibilities(schema, schema_of(event))
            broken += [f"{type_} version {version} needs a new version: {reason}" for reason in reasons]
        elif (type_, version) not in PUBLISHED.upcasters:
            broken.append(f"{type_} has no upcaster from version {version}")
    return broken + [sentence for event in PUBLISHED.classes.values() for sentence in _unreadable(event)]


def read_models() -> dict[str, tuple[int, str]]:
    """The edition and the definition of each read model, by its full name."""
    return {
        f"{service.name}.{model.name}": (model.edition, model.definition)
        for service in services()
        for model in service.read_models
    }


def unordered_read_models(committed: Mapping[str, tuple[int, str]]) -> list[str]:
    """Sentences about read models whose definition is not a later edition of the committed one; empty if all are."""
    today = read_models()
    given_up = {f"{service.name}.{name}" for service in services() for name in service.given_up_read_models}
    broken = [
        f"{name} is no read model any more: name it in given_up_read_models of its service"
        for name in sorted(committed.keys() - today.keys() - given_up)
    ]
    for name, (edition, definition) in sorted(committed.items()):
        now, definition_now = today.get(name, (edition, definition))
        if now < edition or (now == edition and definition != definition_now):
            broken.append(f"the definition of read model {name} has changed: let its edition be {edition + 1}")
    return broken


def committed_read_models() -> dict[str, tuple[int, str]]:
    """Edition and definition of each read model as they were last committed."""
    lines = map(str.split, READ_MODELS.read_text(encoding="utf-8").splitlines())
    return {name: (int(edition), definition) for name, edition, definition in lines}


def _unreadable(event: type[PublicEvent]) -> Iterator[str]:
    """Sentences about older versions whose readers cannot read this event although `readable_as` says so."""
    if event.readable_as is None:
        return
    for version in range(event.readable_as, event.version):
        promised = committed().get((event.type, version))
        reasons = reading_errors(promised, schema_of(event)) if promised else [f"there is no version {version}"]
        for reason in reasons:
            yield f"{event.type} version {event.version} cannot be read by readers of version {version}: {reason}"
