"""A fresh database with the kernel's tables, and a fresh topic, for each measurement."""

import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from uuid import uuid4

from shared.kernel.migrate import ROLES, migrate, migrations, provision
from shared.kernel.settings import Role
from shared.kernel.topics import Topic, create_topics


@dataclass(frozen=True)
class Servers:
    """The stack's addresses."""

    admin_url: str
    bootstrap_servers: str

    @asynccontextmanager
    async def database(self) -> AsyncIterator[dict[Role, str]]:
        """URLs of a fresh database by role."""
        name = f"bench{uuid4().hex[:8]}"
        urls = await provision(self.admin_url, "bench", dict.fromkeys(ROLES, "bench"), name)
        await migrate(urls["owner"], migrations("kernel", files("shared.kernel.migrations")))
        yield urls

    async def topic(self) -> str:
        """The name of a fresh topic with four partitions."""
        name = f"bench.{uuid4().hex[:8]}.v1"
        await create_topics(self.bootstrap_servers, [Topic(name, 4)])
        return name


def master_key() -> str:
    """A key of the run's own."""
    return base64.b64encode(os.urandom(32)).decode()
