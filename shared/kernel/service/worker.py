"""The worker role: relay, consumer, projector, processes and dispatchers, each running until the worker ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import stamina
import structlog
from aiokafka.errors import KafkaError

from shared.kernel.kafka.catching_up import keep_catching_up
from shared.kernel.kafka.clients import start_client
from shared.kernel.kafka.lag import LagWatch
from shared.kernel.kafka.publisher import KafkaPublisher
from shared.kernel.kafka.rolling import keep_rolling
from shared.kernel.kafka.subscription import subscribe, subscription_broker
from shared.kernel.loops.consumer import Consumer
from shared.kernel.loops.dispatcher import Dispatcher
from shared.kernel.loops.follower import Follower
from shared.kernel.loops.projector import Projector
from shared.kernel.loops.relay import BATCH as RELAYED
from shared.kernel.loops.relay import Publication, Relay
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import Pool, open_pool
from shared.kernel.postgres.notifier import PostgresNotifier
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.read_models import keep_reporting_newer, prepare_read_models
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.processes import ProcessRunner
from shared.kernel.service.definition import Service
from shared.kernel.settings import Settings

STOPPED_WITHIN = 7.0
"""Seconds that each loop of a worker has to stop; the process as a whole has twenty."""
RESTART_AFTER = 5.0
"""Seconds until a loop that ended, as none should, is started again."""

Loop = Callable[[], Coroutine[Any, Any, None]]
"""A coroutine function that runs until it is cancelled."""

log = structlog.get_logger()


@dataclass(frozen=True)
class RunningWorker:
    """A worker that runs: its pool, its notifier, its consumer if the service has one, and the watch over its lag."""

    pool: Pool
    notifier: Notifier
    consumer: Consumer | None
    watch: LagWatch

    def stalled_seconds(self) -> float:
        """Return for how many seconds the consumer has made no progress although messages wait; 0 if none wait."""
        return max(self.consumer.pending_seconds() if self.consumer is not None else 0.0, self.watch.stalled_seconds())


@asynccontextmanager
async def run_worker(service: Service, settings: Settings, url: str) -> AsyncIterator[RunningWorker]:
    """Run the loops of a service until the context ends; `url` is its database in the role `worker`."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(await open_pool(url, size=9))
        notifier = await stack.enter_async_context(PostgresNotifier(url))
        store = PostgresStore(pool, Keyring(settings.master_key()))
        await prepare_read_models(pool, service.read_models, service.given_up_read_models)
        publications = service.publications(settings)
        followers: list[Follower[Any] | Projector | ProcessRunner] = [Projector(service.read_models)]
        if publications:
            publisher = await stack.enter_async_context(KafkaPublisher(settings.kafka_bootstrap_servers))
            relay = Relay(publisher, publications)
            followers.append(Follower("relay", relay.handle, batch=RELAYED))
            await store.ensure_cursor("relay")
        else:  # `alongside restored` made a cursor for every service once, and nobody would move this one
            await store.remove_cursor("relay")
        if service.processes:
            followers.append(ProcessRunner(service.processes))
            for process in service.processes:
                await store.ensure_cursor(process.cursor)
        loops: list[tuple[str, Loop]] = [
            (follower.name, partial(follower.run, store, notifier)) for follower in followers
        ]
        loops += [(name, partial(tasks.run, store, notifier)) for name, tasks in _dispatchers(service)]
        loops.append(("editions", partial(keep_reporting_newer, pool, service.read_models)))
        loops += [(name, partial(loop, store, notifier, settings)) for name, loop in service.loops.items()]
        loops += [("roller", roll) for roll in _rolling(settings, publications)]
        group, topics = settings.consumer_group(service.name), [settings.topic(name) for name in service.listens_to]
        watch = LagWatch(settings.kafka_bootstrap_servers, group, topics)
        consumer = service.consumer(store, notifier) if service.listens_to else None
        if consumer is not None:
            loops += [("consumer", partial(_consume, service, settings, consumer)), ("watch", watch.run)]
            if service.reactions:
                loops.append(("catch-up", partial(keep_catching_up, settings.kafka_bootstrap_servers, consumer)))
        for name, loop in loops:
            await stack.enter_async_context(_keep_running(loop, name))
        yield RunningWorker(pool, notifier, consumer, watch)


def _dispatchers(service: Service) -> Iterator[tuple[str, Dispatcher]]:
    if service.tasks:
        yield "dispatcher", Dispatcher(service.name, service.tasks)
    if service.long_tasks:
        yield "dispatcher of long tasks", Dispatcher(service.name, service.long_tasks, batch=1)


def _rolling(settings: Settings, publications: Sequence[Publication]) -> Iterator[Loop]:
    """Only topics with tombstones are compacted, and only these need their segments rolled."""
    for publication in publications:
        if publication.tombstones:
            yield partial(keep_rolling, settings.kafka_bootstrap_servers, publication.topic, publication.source)


@asynccontextmanager
async def _keep_running(loop: Loop, name: str) -> AsyncIterator[None]:
    """Run a loop until the context ends; a loop that ends before, for whatever reason, is logged and started again."""

    async def restart_for_ever() -> None:
        while True:
            try:
                await loop()
            except Exception as error:
                log.exception("loop restarts", loop=name, error=type(error).__name__)
            except asyncio.CancelledError:
                if asyncio.current_task().cancelling():  # type: ignore[union-attr]  # this is a task
                    raise
                log.exception("loop restarts", loop=name, error="a cancellation that nobody asked for")
            await asyncio.sleep(RESTART_AFTER)

    task = asyncio.create_task(restart_for_ever(), name=name)
    try:
        yield
    finally:
        # while Kafka is away its clients wait for it even as they close: a second cancellation breaks that off
        for patience in (STOPPED_WITHIN, 1.0):
            task.cancel()
            ended, _ = await asyncio.wait([task], timeout=patience)
            if ended:
                break
        else:
            log.warning("loop did not stop", loop=name)


async def _consume(service: Service, settings: Settings, consumer: Consumer) -> None:
    broker = subscription_broker(settings.kafka_bootstrap_servers)
    topics = [settings.topic(name) for name in service.listens_to]
    await consumer.enter_reactions(topics)
    subscribe(broker, topics, consumer, group=settings.consumer_group(service.name))
    try:
        async for attempt in stamina.retry_context(on=(KafkaError, OSError), attempts=None, timeout=None, wait_max=5):
            with attempt:
                await start_client(broker)
        await asyncio.Event().wait()
    finally:
        await broker.stop()
