"""Topics as `deploy/topics.yaml` wants them: created by an operator's command, never by a client in passing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's full name, partitions, and settings; `compacted` keeps the last message of each key."""

    name: str
    partitions: int
    settings: Mapping[str, str] = field(default_factory=dict)


def read_topics(file: Path, prefix: str) -> list[Topic]:
    """The topics of a file, their names below a prefix."""
    wanted = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [
        Topic(f"{prefix}.{name}.v1", topic["partitions"], {key: str(value) for key, value in topic["settings"].items()})
        for name, topic in wanted["topics"].items()
    ]


async def create_topics(bootstrap_servers: str, topics: Iterable[Topic]) -> None:
    """Create what is missing, on three brokers or on as many as there are. What is there is left as it is."""
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
