"""The page of public events."""

from shared.events import PUBLISHED
from shared.events.catalogue import version_of
from shared.events.schema import file_name, schema_of
from tools.reference.markdown import fields, said, table, whole
from tools.reference.sources import topics, versions
from tools.reference.traffic import heard, sent

_ABOUT = """\
What the services tell each other. Each event is a CloudEvent 1.0 in Kafka's binary mode: the fields below are the JSON
of the message's value, the envelope's attributes are its headers. Readers ignore fields they do not know. The same in
machine's words: [asyncapi.yaml](asyncapi.yaml). To change an event: [how to](../how-to/change-a-public-event.md).

Not for asking a service something or telling it to do something: that is its [HTTP API](http.md). Events inside a
service are its own and are not listed here."""


def page() -> str:
    """`docs/reference/events.md`."""
    return whole("Public events", _ABOUT, *(part for name in sorted(topics()) for part in _topic(name)))


def _topic(name: str) -> list[str]:
    topic = topics()[name]
    policy = topic.settings["cleanup.policy"]
    kept = (
        "only the last message of each key stays, an empty one is erasure" if policy == "compact" else "kept for ever"
    )
    publishers = ", ".join(one.service for one in sent() if one.topic == name) or "nobody yet"
    about = f"{topic.partitions} partitions, keyed by tenant and stream; {kept}. Published by {publishers}."
    types = sorted(type_ for type_ in PUBLISHED.classes if type_.startswith(f"{name}."))
    return [f"## `{topic.name}`", about, *(part for type_ in types for part in _event(type_))]


def _event(type_: str) -> list[str]:
    event = PUBLISHED.classes[type_]
    newest = version_of(event)
    readers = ", ".join(one.service for one in heard() if type_ in one.types) or "nobody yet"
    links = ", ".join(
        f"[version {version}](../../shared/events/schemas/{file_name(name, version)})"
        for name, version in versions()
        if name == type_
    )
    too = f", readable by readers of version {event.readable_as} on" if event.readable_as else ""
    about = f"{said(event)}\n\nVersion {newest}{too}; schema: {links}. Read by {readers}."
    return [f"### `{type_}`", about, table(("field", "value", "need"), fields(schema_of(event)))]
