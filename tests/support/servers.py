"""The real servers of a test run: started once, when the first test asks, and stopped at its end."""

import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from alongside.local.kafka import Kafka
from alongside.local.ports import Ports
from alongside.local.postgres import PostgreSQL
from alongside.local.processes import Children
from alongside.local.secrets import Secrets

POSTGRES_IMAGE = "postgres:18"
KAFKA_IMAGE = "apache/kafka:4.3.1"


class Servers(Protocol):
    """A PostgreSQL and a Kafka: each starts and then answers with its address."""

    def start_postgres(self) -> str: ...
    def start_kafka(self) -> str: ...
    def stop(self) -> None: ...


class LocalServers:
    """The parts of the local stack, in a directory that is thrown away: PostgreSQL need not be durable."""

    def __init__(self, state: Path) -> None:
        self._children = Children(state)
        ports = Ports(state)
        self._postgres = PostgreSQL(self._children, ports, Secrets(state).password("postgres"), durable=False)
        self._kafka = Kafka(self._children, ports)

    def start_postgres(self) -> str:
        self._postgres.start()
        return self._postgres.admin_url

    def start_kafka(self) -> str:
        self._kafka.start()
        return self._kafka.bootstrap_servers

    def stop(self) -> None:
        self._children.refuse_more()
        self._children.stop(*self._children.running())


class ContainerServers:
    """The public images under testcontainers, for a machine with a container engine."""

    def __init__(self) -> None:
        # Only defaults: an engine that can pull the clean-up image may be told to use it.
        os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
        os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")
        from tests.support.containers import KafkaContainer, postgres_container

        self._postgres = postgres_container(POSTGRES_IMAGE)
        self._kafka = KafkaContainer(KAFKA_IMAGE)

    def start_postgres(self) -> str:
        self._postgres.start()
        return str(self._postgres.get_connection_url())

    def start_kafka(self) -> str:
        self._kafka.start()
        return self._kafka.bootstrap_servers

    def stop(self) -> None:
        self._kafka.stop()
        self._postgres.stop()


class Starting:
    """Starts the servers that are needed, side by side, so that the first test waits for its own only."""

    def __init__(self, servers: Servers, needed: Iterable[str]) -> None:
        self._servers = servers
        self._pool = ThreadPoolExecutor(2)
        starts = {"postgres_admin_url": servers.start_postgres, "kafka_bootstrap": servers.start_kafka}
        self._started: dict[str, Future[str]] = {
            name: self._pool.submit(start) for name, start in starts.items() if name in needed
        }

    def address(self, name: str) -> str:
        return self._started[name].result()

    def stop(self) -> None:
        self._servers.stop()
        self._pool.shutdown()
