"""A service put together and run: `python -m services.NAME.main api | worker | all | migrate | rebuild MODEL`."""

import argparse
import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import stamina
import structlog
import uvicorn
import uvloop
from aiokafka.errors import KafkaError
from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from shared.events import Catalogue, PublicEvent
from shared.kernel.http.application import application
from shared.kernel.http.context import ServiceContext
from shared.kernel.http.problems import problem
from shared.kernel.http.tokens import Verifier
from shared.kernel.kafka.clients import KafkaPublisher, consuming, subscribe
from shared.kernel.kafka.contents import started
from shared.kernel.kafka.lag import Watch
from shared.kernel.kafka.rolling import keep_rolling
from shared.kernel.loops.consumer import Consumer, Effect
from shared.kernel.loops.dispatcher import Dispatcher, TaskHandler
from shared.kernel.loops.follower import Follower
from shared.kernel.loops.projector import Projector
from shared.kernel.loops.relay import BATCH as RELAYED
from shared.kernel.loops.relay import Publication, Relay
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import TRANSIENT, Pool, migrate, open_pool
from shared.kernel.postgres import status as watching
from shared.kernel.postgres.notifier import PostgresNotifier
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.read_models import prepare, rebuild
from shared.kernel.postgres.status import Status, status
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.processes import Process, listener
from shared.kernel.readmodel import ReadModel
from shared.kernel.settings import Databases, Settings
from shared.kernel.store import Store
from shared.kernel.telemetry import set_up_logs, set_up_traces
from shared.kernel.unit import Commands

ENDS_WITHIN = 7.0
"""Seconds that each thing a worker does may take to end; in all a process has twenty."""
BEGINS_AGAIN_AFTER = 5.0
"""Seconds until work that ended, as it should not, is begun again."""
THRESHOLDS = (50_000, 20, 20)
"""Objects made, and collections of the younger generation, before the garbage collector looks at each generation."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Service:
    """What makes a service: routes, read models, what it publishes, whom it listens to, what that does.

    `processes` hear its own events; `tasks` has what does each kind of task that they ask for. Those that may take
    minutes are `long_tasks`: one at a time, in a loop of their own, so that no other waits for them.
    """

    name: str
    routers: tuple[APIRouter, ...]
    read_models: tuple[ReadModel, ...]
    publications: Callable[[Settings], Sequence[Publication]]
    listens_to: tuple[str, ...]
    catalogue: Catalogue[PublicEvent]
    effect: Effect
    processes: tuple[Process[Any, Any], ...] = ()
    tasks: Mapping[str, TaskHandler] = field(default_factory=dict)
    long_tasks: Mapping[str, TaskHandler] = field(default_factory=dict)

    @property
    def consumer_name(self) -> str:
        """The name under which the service's consumer keeps its high-water marks and its parked messages."""
        return f"alongside-{self.name}"

    def consumer(self, store: Store, notifier: Notifier) -> Consumer:
        """The service's consumer on this store."""
        return Consumer(self.consumer_name, store, notifier, self.effect, self.catalogue)


@asynccontextmanager
async def api(
    service: Service, settings: Settings, url: str, notifier: Notifier | None = None
) -> AsyncIterator[FastAPI]:
    """The service's HTTP application, with its pool open on the database of role `app`.

    A worker in the same process is notified at once; through the database it takes a millisecond or two.
    """
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(await open_pool(url, size=16))
        if notifier is None:
            notifier = await stack.enter_async_context(PostgresNotifier(url))
        store = PostgresStore(pool, Keyring(settings.master_key()))
        app = application(service.name, service.routers, largest_file=settings.alongside_max_file_bytes)
        app.state.context = ServiceContext(store, Verifier(settings), Commands(store, notifier))
        yield app


@dataclass(frozen=True)
class Work:
    """A running worker: its pool, its notifier, its consumer if it has one, and the watch over its lag."""

    pool: Pool
    notifier: Notifier
    consumer: Consumer | None
    watch: Watch

    def waits(self) -> float:
        """Seconds for which the consumer has not got on though there was something to take."""
        return max(self.consumer.waits() if self.consumer is not None else 0.0, self.watch.stands_still())


@asynccontextmanager
async def worker(service: Service, settings: Settings, url: str) -> AsyncIterator[Work]:
    """Relay, consumer and projectors on the database of role `worker`, running until the context ends."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(await open_pool(url, size=8 + len(service.processes)))
        notifier = await stack.enter_async_context(PostgresNotifier(url))
        store = PostgresStore(pool, Keyring(settings.master_key()))
        await prepare(pool, service.read_models)
        followers: list[Follower | Projector] = [Projector(service.read_models)]
        if publications := service.publications(settings):
            await store.ensure_cursor("relay")
            publisher = await stack.enter_async_context(KafkaPublisher(settings.kafka_bootstrap_servers))
            relay = Relay(publisher, publications)
            followers.append(Follower("relay", relay.handle, batch=RELAYED, doubt=relay.doubt))
            for publication in publications:
                if publication.tombstones:
                    rolling = partial(
                        keep_rolling, settings.kafka_bootstrap_servers, publication.topic, publication.source
                    )
                    await stack.enter_async_context(_running(rolling, "roller"))
        for process in service.processes:
            followers.append(hearing := listener(process))
            await store.ensure_cursor(hearing.name)
        for one in followers:
            await stack.enter_async_context(_running(partial(one.run, store, notifier), one.name))
        if service.tasks:
            dispatcher = Dispatcher(service.name, service.tasks)
            await stack.enter_async_context(_running(partial(dispatcher.run, store, notifier), "dispatcher"))
        if service.long_tasks:
            long = Dispatcher(service.name, service.long_tasks, batch=1)
            await stack.enter_async_context(_running(partial(long.run, store, notifier), "dispatcher of long tasks"))
        consumer = service.consumer(store, notifier) if service.listens_to else None
        group, topics = settings.consumer_group(service.name), [settings.topic(name) for name in service.listens_to]
        watch = Watch(settings.kafka_bootstrap_servers, group, topics)
        if consumer is not None:
            await stack.enter_async_context(_running(partial(_consume, service, settings, consumer), "consumer"))
            await stack.enter_async_context(_running(watch.run, "watch"))
        yield Work(pool, notifier, consumer, watch)


@asynccontextmanager
async def _running(work: Callable[[], Coroutine[Any, Any, None]], name: str) -> AsyncIterator[None]:
    """Work that goes on beside what the context holds; should it ever end, it says so and is begun again."""

    async def always() -> None:
        while True:
            try:
                await work()
            except Exception as error:
                log.exception("began again", work=name, error=type(error).__name__)
            except asyncio.CancelledError:
                if asyncio.current_task().cancelling():  # type: ignore[union-attr]  # this is one
                    raise
                log.exception("began again", work=name, error="a cancellation that nobody asked for")
            await asyncio.sleep(BEGINS_AGAIN_AFTER)

    task = asyncio.create_task(always(), name=name)
    try:
        yield
    finally:
        # where Kafka is away, its clients wait for it while they close: told twice, they break off
        for patience in (ENDS_WITHIN, 1.0):
            task.cancel()
            ended, _ = await asyncio.wait([task], timeout=patience)
            if ended:
                break
        else:
            log.warning("did not end", work=name)


async def _consume(service: Service, settings: Settings, consumer: Consumer) -> None:
    broker = consuming(settings.kafka_bootstrap_servers)
    topics = [settings.topic(name) for name in service.listens_to]
    subscribe(broker, topics, consumer, group=settings.consumer_group(service.name))
    try:
        async for attempt in stamina.retry_context(on=(KafkaError, OSError), attempts=None, timeout=None, wait_max=5):
            with attempt:
                await started(broker)
        await asyncio.Event().wait()
    finally:
        await broker.stop()


def add_health(app: FastAPI, service: Service, pool: Pool, work: Work | None) -> None:
    """`/health/live`, `/health/ready`, `/metrics`. A worker is ready while its positions advance."""

    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", include_in_schema=False, response_model=None)
    async def ready() -> Response | dict[str, str]:
        try:
            if work is None:
                await pool.fetchval("select 1")
                return {"status": "ready"}
            now = await status(service.name, work.pool)
        except TRANSIENT:
            return problem(503, "unavailable", "The database is away.", retry_after=2)
        stalled = [*now.stalled]
        if work.waits() > watching.STALLED_AFTER:
            stalled.append("consumer")
        if stalled:
            return problem(503, "stalled", f"No progress: {', '.join(stalled)}.", retry_after=10)
        return {"status": "ready"}

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        figures = generate_latest()
        if work is not None:
            figures += _exposition(await status(service.name, work.pool), work)
        return Response(figures, media_type="text/plain; version=0.0.4")


def _exposition(now: Status, work: Work) -> bytes:
    registry = CollectorRegistry()
    lags = work.watch.lags
    figures: Mapping[str, tuple[str, Mapping[str, float]]] = {
        "alongside_head_position": ("Last position of the store", {"": now.head}),
        "alongside_behind_events": ("Events behind the head", {p.name: p.behind for p in now.followers}),
        "alongside_behind_seconds": (
            "Age of the first event behind the head",
            {p.name: p.seconds for p in now.followers},
        ),
        "alongside_consumer_lag_events": ("Messages not taken yet, by topic", {lag.topic: lag.events for lag in lags}),
        "alongside_consumer_lag_seconds": ("Age of the first of them", {lag.topic: lag.seconds for lag in lags}),
        "alongside_consumer_waits_seconds": (
            "How long the consumer has not got on, with work waiting",
            {"": work.waits()},
        ),
        "alongside_parked_messages": ("Messages parked", {"": now.parked}),
        "alongside_parked_oldest_seconds": ("Age of the oldest parked message", {"": now.oldest_parked}),
        "alongside_tasks": (
            "Tasks that wait, are overdue, have failed",
            {"waiting": now.tasks.waiting, "overdue": now.tasks.overdue, "failed": now.tasks.failed},
        ),
        "alongside_tasks_overdue_seconds": ("How long the first overdue task has been due", {"": now.tasks.seconds}),
    }
    for name, (text, values) in figures.items():
        gauge = Gauge(name, text, ["service", "follower"], registry=registry)
        for label, value in values.items():
            gauge.labels(now.service, label).set(value)
    return generate_latest(registry)


class Server(uvicorn.Server):
    """uvicorn, but for its habit of raising the signal that stopped it once more when it has served.

    That would end the process before its consumer has left the group and relay and pools are closed.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop serving on SIGINT and SIGTERM; a second one changes nothing but that requests are cut off."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def _serve(service: Service, settings: Settings, role: str) -> None:
    databases = Databases.of(service.name)
    async with AsyncExitStack() as stack:
        work: Work | None = None
        if role in ("worker", "all"):
            work = await stack.enter_async_context(worker(service, settings, databases.url("worker", service.name)))
        if role in ("api", "all"):
            notifier = work.notifier if work else None
            app = await stack.enter_async_context(api(service, settings, databases.url("app", service.name), notifier))
        else:
            app = application(service.name, (), largest_file=settings.alongside_max_file_bytes)
        add_health(app, service, work.pool if work else app.state.context.store.pool, work)
        server = Server(
            uvicorn.Config(
                app,
                host=settings.alongside_host,
                port=settings.alongside_port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=15,
            )
        )
        spare_the_collector()
        await server.serve()


def spare_the_collector() -> None:
    """Take what start-up made out of the garbage collector's sight, and let it run seldom.

    Collections that walk every module and model again stood behind the slowest hundredth of requests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


async def _migrate(service: Service) -> None:
    applied = await migrate.migrate(
        Databases.of(service.name).url("owner", service.name), migrate.of_service(service.name)
    )
    for migration in applied:
        log.info("migrated", component=migration.component, number=migration.number, name=migration.name)


async def _rebuild(service: Service, name: str) -> None:
    model = next((model for model in service.read_models if model.name == name), None)
    if model is None:
        names = ", ".join(model.name for model in service.read_models)
        sys.exit(f"{service.name} has no read model {name}; it has {names}")
    async with await open_pool(Databases.of(service.name).url("worker", service.name), size=4) as pool:
        version = await rebuild(pool, model)
        log.info("rebuilt", model=name, version=version)


def main(service: Service) -> None:
    """The command line of a service's process."""
    parser = argparse.ArgumentParser(prog=f"services.{service.name}.main", description=f"The {service.name} service.")
    roles = parser.add_subparsers(dest="role", required=True)
    roles.add_parser("api", help="serve HTTP")
    roles.add_parser("worker", help="relay, consume and project")
    roles.add_parser("all", help="both in one process")
    roles.add_parser("migrate", help="bring the database's tables up to date")
    roles.add_parser("rebuild", help="rebuild a read model beside the running one").add_argument("model")
    chosen = parser.parse_args()
    settings = Settings.read()
    set_up_logs(settings.alongside_log_level)
    set_up_traces(service.name, settings.alongside_otlp_endpoint)
    match chosen.role:
        case "migrate":
            work = _migrate(service)
        case "rebuild":
            work = _rebuild(service, chosen.model)
        case role:
            work = _serve(service, settings, role)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)
