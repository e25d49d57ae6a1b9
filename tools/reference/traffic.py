"""Which service publishes to which topic and which services subscribe to it, from their composition roots."""

from dataclasses import dataclass
from functools import cache

from tools.reference.sources import SETTINGS, services, topics


@dataclass(frozen=True)
class Publisher:
    """A service that publishes to a topic; `tombstones` are the types that empty a key of the topic."""

    service: str
    topic: str
    tombstones: frozenset[str]


@dataclass(frozen=True)
class Subscription:
    """A service that subscribes to a topic in a consumer group; it ignores all types but these."""

    service: str
    topic: str
    group: str
    types: frozenset[str]


@cache
def publishers() -> tuple[Publisher, ...]:
    """All publishers, in the order of the services."""
    names = {topic.name: name for name, topic in topics().items()}
    return tuple(
        Publisher(service.name, names[publication.topic], publication.tombstones)
        for service in services()
        for publication in service.publications(SETTINGS)
    )


@cache
def subscriptions() -> tuple[Subscription, ...]:
    """All subscriptions, in the order of the services."""
    return tuple(
        Subscription(
            service.name,
            topic,
            SETTINGS.consumer_group(service.name),
            frozenset(t for t in service.catalogue.classes if _is_on(t, topic)),
        )
        for service in services()
        for topic in service.listens_to
    )


def _is_on(type_: str, topic: str) -> bool:
    return type_.startswith(f"{topic}.")
