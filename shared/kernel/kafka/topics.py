"""The topics of `deploy/topics.yaml`: created by an operator's command, never automatically by a client."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code


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
    """Create the missing topics, with a replica on each of up to three brokers; existing topics stay as they are."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        replicas = min(3, len((await admin.describe_cluster())["brokers"]))
        response = await admin.create_topics(
            [NewTopic(topic.name, topic.partitions, replicas, topic_configs=dict(topic.settings)) for topic in topics]
        )
        for _, code, *_ in response.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error
    finally:
        await admin.close()
