"""Write the page of public events."""

from shared.events import PUBLISHED
from shared.events.catalogue import version_of
from shared.events.schema import file_name, schema_of
from tools.reference.markdown import docstring_of, fields, generated_page, table
from tools.reference.sources import topics, versions
from tools.reference.traffic import publishers, subscriptions

_ABOUT = """\
The events that the services publish. Each is a CloudEvent 1.0 in Kafka's binary mode: the fields below are the JSON of
the message's value, and the envelope's attributes are its headers. Readers ignore unknown fields. For programs:
[asyncapi.yaml](asyncapi.yaml). To change an event, see [how to](../how-to/change-a-public-event.md).

Not for queries and commands: use the [HTTP API](http.md). The private events of a service are not listed here."""


def page() -> str:
    """`docs/reference/events.md`."""
    return generated_page("Public events", _ABOUT, *(part for name in sorted(topics()) for part in _topic(name)))


def _topic(name: str) -> list[str]:
    topic = topics()[name]
    policy = topic.settings["cleanup.policy"]
    kept = (
        "only the last message of each key is kept, and an empty one erases" if policy == "compact" else "kept for ever"
    )
    publisher = ", ".join(one.service for one in publishers() if one.topic == name) or "nobody yet"
    about = f"{topic.partitions} partitions, keyed by tenant and stream; {kept}. Published by {publisher}."
    types = sorted(type_ for type_ in PUBLISHED.classes if type_.startswith(f"{name}."))
    return [f"## `{topic.name}`", about, *(part for type_ in types for part in _event(type_))]


def _event(type_: str) -> list[str]:
    event = PUBLISHED.classes[type_]
    newest = version_of(event)
    readers = ", ".join(one.service for one in subscriptions() if type_ in one.types) or "nobody yet"
    links = ", ".join(
        f"[version {version}](../../shared/events/schemas/{file_name(name, version)})"
        for name, version in versions()
        if name == type_
    )
    too = f", readable by readers of version {event.readable_as} on" if event.readable_as else ""
    about = f"{docstring_of(event)}\n\nVersion {newest}{too}; schema: {links}. Read by {readers}."
    return [f"### `{type_}`", about, table(("field", "value", "need"), fields(schema_of(event)))]
