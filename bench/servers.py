"""The run's servers: fresh databases and topics for each measurement, gone at its end, and settings for services."""

import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient

from alongside.local.issuer import Issuer
from alongside.local.platform import topics_file
from shared.kernel.kafka.topics import Topic, create_topics, read_topics
from shared.kernel.postgres import connect
from shared.kernel.postgres.migrate import kernel_schema, migrate, service_schema
from shared.kernel.postgres.provision import ROLES, provision
from shared.kernel.settings import Settings

Urls = dict[str, str]


@dataclass(frozen=True)
class Servers:
    """Where PostgreSQL and Kafka are, and a folder for the issuer's keys."""

    admin_url: str
    bootstrap_servers: str
    state: Path

    @cached_property
    def issuer(self) -> Issuer:
        """Who signs the run's tokens."""
        return Issuer(self.state)

    @asynccontextmanager
    async def database(self, service: str | None = None) -> AsyncIterator[Urls]:
        """URLs of a fresh database by role, and as `admin`; with the kernel's tables and those of a service."""
        name = f"bench{uuid4().hex[:8]}"
        urls = await provision(self.admin_url, service or "bench", dict.fromkeys(ROLES, "bench"), name)
        await migrate(urls["owner"], service_schema(service) if service else kernel_schema())
        try:
            yield {
                **{str(role): url for role, url in urls.items()},
                "admin": f"{self.admin_url.rpartition('/')[0]}/{name}",
            }
        finally:
            admin = await connect(self.admin_url)
            await admin.execute(f'drop database "{name}" with (force)')
            for role in ROLES:
                await admin.execute(f'drop role "{name}_{role}"')
            await admin.close()

    @asynccontextmanager
    async def topics(self, partitions: int | None = None) -> AsyncIterator[Settings]:
        """Settings of services on topics of their own; with so many partitions instead of what is configured."""
        prefix = f"bench{uuid4().hex[:8]}"
        topics = read_topics(topics_file(), prefix)
        if partitions is not None:
            topics = [Topic(topic.name, partitions, topic.settings) for topic in topics]
        await create_topics(self.bootstrap_servers, topics)
        try:
            yield self.settings(prefix)
        finally:
            admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap_servers)
            await admin.start()
            await admin.delete_topics([topic.name for topic in topics])
            await admin.close()

    def settings(self, prefix: str = "bench") -> Settings:
        """What services share in this run."""
        return Settings.model_validate(
            {
                "kafka_bootstrap_servers": self.bootstrap_servers,
                "alongside_topic_prefix": prefix,
                "alongside_master_key": master_key(),
                "alongside_jwks_url": self.issuer.jwks_url,
            }
        )


def master_key() -> str:
    """A key of the run's own."""
    return base64.b64encode(os.urandom(32)).decode()
