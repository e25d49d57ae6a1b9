"""Run services in the test's own process, on new databases and topics of the session's servers."""

import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI

from alongside.local.issuer import Issuer
from shared.events import Envelope, PublicEvent
from shared.events.catalogue import type_of, version_of
from shared.kernel.kafka.topics import create_topics, read_topics
from shared.kernel.postgres import Connection, connect
from shared.kernel.postgres.events import head
from shared.kernel.postgres.progress import projected_position
from shared.kernel.service.api import open_api
from shared.kernel.service.definition import Service
from shared.kernel.service.health import add_health_routes
from shared.kernel.service.worker import run_worker
from shared.kernel.settings import Settings
from tests.support.databases import Urls, database
from tests.support.declared import must_be_declared
from tests.support.versions import SendsOutdatedFirst

NO_SUCH_ID = UUID("00000000-0000-4000-8000-000000000000")
"""Nobody and nothing has it. Names of tests hold this one: a random id would name them otherwise in each process."""
TOPICS = Path(__file__).parents[2] / "deploy" / "topics.yaml"


TODAY = max(date(2027, 12, 31), datetime.now(UTC).date())
"""The day that counts as today in services under test, so that tests can record the whole year 2026/27."""


def master_key() -> str:
    """Make a deployment key."""
    return base64.b64encode(os.urandom(32)).decode()


@dataclass
class Platform:
    """The running services of a test or module: an HTTP client for each, their databases, and bearer tokens."""

    settings: Settings
    issuer: Issuer
    urls: dict[str, Urls]
    clients: dict[str, httpx.AsyncClient]
    services: dict[str, Service]
    apps: dict[str, FastAPI] = field(default_factory=dict)
    """The HTTP application of each service, for clients of a test's own, such as browsers."""
    reached: dict[str, int] = field(default_factory=dict)
    """The last position that commands of each service were answered with."""
    published: dict[tuple[str, int], int] = field(default_factory=dict)
    """The last sequence that the test itself published, by topic and partition."""
    tenant: str = "north-star"
    """The tenant of those for whom no other is named."""

    def after_own_commands(self, service: str) -> dict[str, str]:
        """Make the header with which a query waits for all commands that this test has sent to the service."""
        return {"Alongside-Min-Position": str(self.reached.get(service, 0))}

    async def has_consumed(self, service: str) -> bool:
        """Whether a service has handled every event that the test published, and its read models show them."""
        consumer = self.services[service].consumer_name
        topics = {self.settings.topic(name) for name in self.services[service].listens_to}
        connection = await connect(self.urls[service]["worker"])
        try:
            rows = await connection.fetch(
                "select topic, partition, position from high_water where consumer = $1", consumer
            )
            marks = {(row["topic"], row["partition"]): row["position"] for row in rows}
            behind = [at for at, sequence in self.published.items() if at[0] in topics and marks.get(at, 0) < sequence]
            return not behind and await projected_position(connection) >= await head(connection)
        finally:
            await connection.close()

    def __getitem__(self, service: str) -> httpx.AsyncClient:
        return self.clients[service]

    def bearer(
        self, *roles: str, subject: str | None = None, tenant: str | None = None, schools: tuple[str, ...] = ()
    ) -> dict[str, str]:
        """Make the authorization header of a person with these roles."""
        token = self.issuer.token(subject or str(uuid4()), tenant or self.tenant, roles, schools)
        return {"Authorization": f"Bearer {token}"}


def settings_for(issuer: Issuer, kafka_bootstrap: str, prefix: str) -> Settings:
    """Make the settings of services under test."""
    return Settings.model_validate(
        {
            "kafka_bootstrap_servers": kafka_bootstrap,
            "alongside_topic_prefix": prefix,
            "alongside_master_key": master_key(),
            "alongside_jwks_url": issuer.jwks_url,
            "alongside_max_file_bytes": 12_000_000,
            "alongside_public_requests_a_minute": 6_000,  # all that tests send comes from one address
            "alongside_today_at_least": f"{TODAY}",
        }
    )


@asynccontextmanager
async def run_services(
    admin_url: str, kafka_bootstrap: str, state: Path, *services: Service, work: bool = True
) -> AsyncIterator[Platform]:
    """Run services, each with API and (unless `work` is false) worker, on new databases and topics."""
    issuer = Issuer(state)
    prefix = f"t{uuid4().hex[:12]}"
    settings = settings_for(issuer, kafka_bootstrap, prefix)
    async with AsyncExitStack() as stack:
        if work:
            await create_topics(kafka_bootstrap, read_topics(TOPICS, prefix))
        platform = Platform(settings, issuer, {}, {}, {service.name: service for service in services})
        for service in services:
            urls = await stack.enter_async_context(database(admin_url, service.name))
            platform.urls[service.name] = urls
            works = await stack.enter_async_context(run_worker(service, settings, urls["worker"])) if work else None
            app = await stack.enter_async_context(open_api(service, settings, urls["app"]))
            add_health_routes(app, service, works.pool if works else app.state.platform.store.pool, works)
            platform.apps[service.name] = app
            transport = SendsOutdatedFirst(app)
            client = httpx.AsyncClient(transport=transport, base_url=f"http://{service.name}.test", timeout=30)
            client.event_hooks["response"] = [
                partial(_note_position, platform, service.name),
                partial(must_be_declared, app),
            ]
            platform.clients[service.name] = await stack.enter_async_context(client)
        yield platform


class SharedServices:
    """The services that the tests of a package share; they stop when another package asks for other services."""

    def __init__(self, admin_url: str, kafka_bootstrap: str, state: Path) -> None:
        self._start = partial(run_services, admin_url, kafka_bootstrap, state)
        self._stack = AsyncExitStack()
        self._running: tuple[tuple[Service, ...], Platform] | None = None

    async def of(self, *services: Service) -> Platform:
        """Return these services, started if needed, on a database and topics that no other package has used."""
        if self._running is None or self._running[0] != services:
            await self.stop()
            self._running = services, await self._stack.enter_async_context(self._start(*services))
        return self._running[1]

    async def stop(self) -> None:
        """Stop the services that run."""
        self._running = None
        await self._stack.aclose()


async def _note_position(platform: Platform, service: str, answer: httpx.Response) -> None:
    if answer.request.method != "GET" and "Alongside-Position" in answer.headers:
        platform.reached[service] = max(platform.reached.get(service, 0), int(answer.headers["Alongside-Position"]))


_SEQUENCE = count(1)


async def publish_events(platform: Platform, topic: str, tenant: str, stream: str, *events: PublicEvent) -> None:
    """Publish events of one stream as the service that owns the topic would; later calls have higher sequences."""
    await publish_streams(platform, topic, tenant, {stream: events})


async def publish_streams(
    platform: Platform,
    topic: str,
    tenant: str,
    streams: Mapping[str, Sequence[PublicEvent]],
    *,
    as_tombstones: bool = False,
) -> None:
    """Publish events of several streams, one after the other, and wait until the broker has them all.

    `as_tombstones` sends them without a value, as events that empty their key on a compacted topic are sent.
    """
    async with AIOKafkaProducer(
        bootstrap_servers=platform.settings.kafka_bootstrap_servers, acks="all", enable_idempotence=True
    ) as producer:
        on_the_way = []
        for stream, event in ((stream, event) for stream, events in streams.items() for event in events):
            envelope = Envelope(
                id=uuid4(),
                type=type_of(event),
                version=version_of(event),
                source=f"urn:alongside:{topic}",
                subject=stream,
                time=datetime.now(UTC),
                tenant=tenant,
                sequence=next(_SEQUENCE),
                correlation_id=uuid4(),
                readable_as=event.readable_as,
            )
            sending = await producer.send(
                platform.settings.topic(topic),
                None if as_tombstones else event.model_dump_json().encode(),
                key=f"{tenant}/{stream}".encode(),
                headers=envelope.headers(),
            )
            on_the_way.append((sending, envelope.sequence))
        for sending, sequence in on_the_way:
            sent = await sending
            platform.published[sent.topic, sent.partition] = sequence


async def is_waiting_for_lock(observer: Connection) -> bool:
    """Whether a statement in the connection's database waits for a lock that another transaction holds."""
    return bool(
        await observer.fetchval(
            """select count(*) from pg_stat_activity where datname = current_database()
               and cardinality(pg_blocking_pids(pid)) > 0"""
        )
    )


async def eventually(check: Callable[[], Awaitable[bool]], within: float = 20) -> None:
    """Wait until a condition holds; an AssertionError after `within` seconds."""
    import asyncio

    deadline = asyncio.get_running_loop().time() + within
    while not await check():
        assert asyncio.get_running_loop().time() < deadline, "the condition did not come true in time"
        await asyncio.sleep(0.02)
