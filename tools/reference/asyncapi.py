"""Write the AsyncAPI 3.0 document: topics, messages, publishers and subscribers."""

from collections.abc import Mapping
from typing import Any

import yaml

from shared.events import PUBLISHED
from shared.events.envelope import SCHEMA_PREFIX
from shared.events.schema import Schema
from tools.reference.markdown import docstring_of
from tools.reference.sources import SETTINGS, topics, versions
from tools.reference.traffic import Publisher, Subscription, publishers, subscriptions

_ABOUT = (
    "The published language of Alongside: the events that its services publish on Apache Kafka. "
    "Every message is a CloudEvent 1.0 in binary mode: JSON in the value, the attributes in headers."
)

HEADERS: Mapping[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0 attributes, and the extensions of this platform.",
    "required": [
        "ce_specversion",
        "ce_id",
        "ce_type",
        "ce_source",
        "ce_subject",
        "ce_time",
        "ce_dataschema",
        "ce_tenant",
        "ce_sequence",
        "ce_correlationid",
        "content-type",
    ],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid"},
        "ce_type": {"type": "string", "description": "Stable dotted type."},
        "ce_source": {"type": "string", "description": "The producing service, urn:alongside:SERVICE."},
        "ce_subject": {"type": "string", "description": "The stream."},
        "ce_time": {"type": "string", "format": "date-time", "description": "When it was recorded."},
        "ce_dataschema": {"type": "string", "description": f"{SCHEMA_PREFIX}TYPE:VERSION"},
        "ce_tenant": {"type": "string", "description": "The partnership."},
        "ce_sequence": {
            "type": "string",
            "pattern": "^[0-9]{20}$",
            "description": "Position in the source's store. Not above the last one of the same incarnation: a repeat.",
        },
        "ce_correlationid": {
            "type": "string",
            "format": "uuid",
            "description": "The id of the request that led to this event.",
        },
        "ce_readableas": {
            "type": "string",
            "pattern": "^[1-9][0-9]*$",
            "description": "The oldest version whose readers can read this one; absent: only its own version's.",
        },
        "ce_incarnation": {
            "type": "string",
            "pattern": "^[1-9][0-9]*$",
            "description": "1, plus one for each time the source's store was restored from an older backup; absent: 1. "
            "An event of a higher incarnation is later, whatever its sequence.",
        },
        "ce_causationid": {"type": "string", "format": "uuid", "description": "The event that caused this one."},
        "ce_traceparent": {"type": "string", "description": "W3C trace context."},
        "content-type": {"const": "application/json"},
    },
}
"""The headers of `Envelope`, for readers in other languages."""


def asyncapi() -> str:
    """The document as YAML."""
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Alongside events",
            "version": "1",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": SETTINGS.kafka_bootstrap_servers,
                "protocol": "kafka",
                "description": "The broker of `alongside up`.",
            }
        },
        "channels": {name: _channel(name) for name in sorted(topics())},
        "operations": {
            **{f"{one.service}_publishes_{one.topic}": _publishes(one) for one in publishers()},
            **{f"{one.service}_receives_{one.topic}": _receives(one) for one in subscriptions()},
        },
        "components": {
            "messages": _messages(),
            "schemas": {"headers": HEADERS, **{_key(*key): _payload(schema) for key, schema in versions().items()}},
        },
    }
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # the parent's signature
        return True


def _key(type_: str, version: int) -> str:
    return f"{type_}.v{version}"


def _payload(schema: Schema) -> dict[str, Any]:
    return {keyword: value for keyword, value in schema.items() if keyword not in ("$id", "$schema")}


def _on(topic: str) -> list[str]:
    """The messages of a topic: its own types, and tombstones of others'."""
    own = [_key(*key) for key in versions() if key[0].startswith(f"{topic}.")]
    return own + [f"{_key(*key)}.tombstone" for key in _tombstones().get(topic, ())]


def _tombstones() -> dict[str, list[tuple[str, int]]]:
    return {one.topic: [key for key in versions() if key[0] in one.tombstones] for one in publishers()}


def _channel(name: str) -> dict[str, Any]:
    topic = topics()[name]
    wanted: dict[str, Any] = {
        key: int(value) if value.lstrip("-").isdigit() else value for key, value in topic.settings.items()
    }
    wanted["cleanup.policy"] = topic.settings["cleanup.policy"].split(",")
    return {
        "address": topic.name,
        "title": f"{name} topic",
        "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in _on(name)},
        "bindings": {
            "kafka": {"partitions": topic.partitions, "topicConfiguration": wanted, "bindingVersion": "0.5.0"}
        },
    }


def _messages() -> dict[str, Any]:
    living = {_key(*key): _message(*key, {"$ref": f"#/components/schemas/{_key(*key)}"}) for key in versions()}
    dead = {
        f"{_key(*key)}.tombstone": _message(*key, {"type": "null"})
        | {"summary": "Empties the key: its earlier messages are erased."}
        for keys in _tombstones().values()
        for key in keys
    }
    return dict(sorted({**living, **dead}.items()))


def _message(type_: str, version: int, payload: Mapping[str, Any]) -> dict[str, Any]:
    event = PUBLISHED.classes[type_]
    schema = f"{SCHEMA_PREFIX}{type_}:{version}"
    of_this_type = {"properties": {"ce_type": {"const": type_}, "ce_dataschema": {"const": schema}}}
    return {
        "name": type_,
        "title": event.__name__,
        "summary": docstring_of(event),
        "headers": {"allOf": [{"$ref": "#/components/schemas/headers"}, {"type": "object", **of_this_type}]},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "TENANT/STREAM: one stream's events stay in order."},
                "bindingVersion": "0.5.0",
            }
        },
        "payload": payload,
    }


def _publishes(one: Publisher) -> dict[str, Any]:
    return {"action": "send", "title": one.service, **_about(one.topic, _on(one.topic))}


def _receives(one: Subscription) -> dict[str, Any]:
    group = {"type": "string", "enum": [one.group]}
    return {
        "action": "receive",
        "title": one.service,
        **_about(one.topic, [_key(*key) for key in versions() if key[0] in one.types]),
        "bindings": {"kafka": {"groupId": group, "bindingVersion": "0.5.0"}},
    }


def _about(topic: str, messages: list[str]) -> dict[str, Any]:
    return {
        "channel": {"$ref": f"#/channels/{topic}"},
        "messages": [{"$ref": f"#/channels/{topic}/messages/{key}"} for key in messages],
    }
