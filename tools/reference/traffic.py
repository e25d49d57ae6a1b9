"""Who publishes what on which topic, and who listens, as the services' composition roots say it."""

from dataclasses import dataclass
from functools import cache

from tools.reference.sources import SETTINGS, services, topics


@dataclass(frozen=True)
class Sent:
    """A service fills a topic; `tombstones` are types that empty a key of it."""

    service: str
    topic: str
    tombstones: frozenset[str]


@dataclass(frozen=True)
class Heard:
    """A service listens to a topic, as this consumer group, for these types; all others pass by unread."""

    service: str
    topic: str
    group: str
    types: frozenset[str]


@cache
def sent() -> tuple[Sent, ...]:
    """What is published, in the order of the services."""
    names = {topic.name: name for name, topic in topics().items()}
    return tuple(
        Sent(service.name, names[publication.topic], publication.tombstones)
        for service in services()
        for publication in service.publications(SETTINGS)
    )


@cache
def heard() -> tuple[Heard, ...]:
    """What is listened to, in the order of the services."""
    return tuple(
        Heard(
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
