"""The topics of `deploy/topics.yaml`: created by an operator's command, never automatically by a client."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

NO_SUCH_TOPIC: int = UnknownTopicOrPartitionError.errno
SET_ON_THE_TOPIC = 1
"""Kafka's number for the source of a setting that was given for this topic."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's full name, its number of partitions, and its settings as Kafka names them."""

    name: str
    partitions: int
    settings: Mapping[str, str] = field(default_factory=dict)


def read_topics(file: Path, prefix: str) -> list[Topic]:
    """Read the topics of a file; `prefix` is the first part of their full names."""
    wanted = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [
        Topic(f"{prefix}.{name}.v1", topic["partitions"], {key: str(value) for key, value in topic["settings"].items()})
        for name, topic in wanted["topics"].items()
    ]


async def create_topics(bootstrap_servers: str, topics: Iterable[Topic]) -> None:
    """Create the missing topics, with a replica on each of up to three brokers.

    An existing topic gets the settings that it lacks; what somebody has set for it stays.
    """
    topics = list(topics)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        replicas = min(3, len((await admin.describe_cluster())["brokers"]))
        response = await admin.create_topics(
            [NewTopic(topic.name, topic.partitions, replicas, topic_configs=dict(topic.settings)) for topic in topics]
        )
        errors = {name: for_code(code) for name, code, *_ in response.topic_errors if code}
        for error in errors.values():
            if error is not TopicAlreadyExistsError:
                raise error
        for topic in topics:
            if topic.name in errors:
                await _complete_settings(admin, topic)
    finally:
        await admin.close()


async def missing_topics(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[str]:
    """Return those of the topics that the broker does not have."""
    if not topics:
        return []
    return [
        topic["topic"] for topic in await admin.describe_topics(list(topics)) if topic["error_code"] == NO_SUCH_TOPIC
    ]


async def _complete_settings(admin: AIOKafkaAdminClient, topic: Topic) -> None:
    """Give an existing topic the settings that were not given for it yet."""
    (described,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name)])
    ((code, _, _, _, entries),) = described.resources
    if code:
        raise for_code(code)
    present = {name: value for name, value, _, source, *_ in entries if source == SET_ON_THE_TOPIC}
    if topic.settings.keys() <= present.keys():
        return
    # Kafka replaces all settings of the topic by these
    changed = ConfigResource(ConfigResourceType.TOPIC, topic.name, {**topic.settings, **present})
    (answer,) = await admin.alter_configs([changed])
    ((code, *_),) = answer.resources
    if code:
        raise for_code(code)
