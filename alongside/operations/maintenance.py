"""What operators do, all of it over the databases: look at every service, heal, rebuild, republish."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING
from uuid import UUID

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError

from alongside.local.platform import SERVICES, Addresses
from alongside.operations.restore import GONE_WITHIN, restored
from alongside.operations.verify import Check, verify
from shared.kernel.incarnations import Reopened
from shared.kernel.kafka.contents import last_of
from shared.kernel.kafka.lag import Lag, lags
from shared.kernel.loops.relay import lost_of
from shared.kernel.parking import Parked
from shared.kernel.postgres import Pool, open_pool, parking, read_models, tasks
from shared.kernel.postgres.notifier import PostgresNotifier
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.status import Status, status
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.readmodel import ReadModel
from shared.kernel.settings import Settings

if TYPE_CHECKING:  # with the services comes all of the web framework: half a second that most commands can do without
    from shared.kernel.service import Service


class Unknown(LookupError):
    """There is no such service, read model or parked message."""


def service(name: str) -> "Service":
    """A service by its name; raises `Unknown`."""
    if name not in SERVICES:
        raise Unknown(f"There is no service {name}; there are {', '.join(SERVICES)}.")
    found: Service = import_module(f"services.{name}.main").SERVICE
    return found


@asynccontextmanager
async def worker_pool(known: Addresses, name: str) -> AsyncIterator[Pool]:
    """A small pool in the worker's role."""
    async with await open_pool(known.database(name, "worker"), size=4) as pool:
        yield pool


async def statuses(known: Addresses) -> list[Status]:
    """The status of every service."""
    found = []
    for name in SERVICES:
        async with worker_pool(known, name) as pool:
            found.append(await status(name, pool))
    return found


@dataclass(frozen=True, slots=True)
class AtTheBroker:
    """What Kafka says of a service: its consumer's lag by topic, and the topics that its store is older than."""

    lags: list[Lag]
    older: list[str]

    @property
    def behind(self) -> int:
        """Messages that its consumer has not taken yet."""
        return sum(lag.events for lag in self.lags)

    @property
    def seconds(self) -> float:
        """How long the first of them has been waiting."""
        return max((lag.seconds for lag in self.lags), default=0.0)


async def at_the_broker(known: Addresses) -> dict[str, AtTheBroker]:
    """What Kafka says of every service; nothing where no broker answers."""
    settings = known.settings()
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    try:
        await admin.start()
        found = {}
        for of in map(service, SERVICES):
            topics = [settings.topic(topic) for topic in of.listens_to]
            behind = await lags(admin, settings.kafka_bootstrap_servers, of.group, topics)
            found[of.name] = AtTheBroker(behind, await _older(of, settings, known))
    except KafkaConnectionError:
        return {}
    else:
        return found
    finally:
        await admin.close()


async def _older(of: "Service", settings: Settings, known: Addresses) -> list[str]:
    """The topics that end with what the service's store does not hold: a backup was put back, and nobody said so."""
    found = []
    for publication in of.publications(settings):
        told = await last_of(settings.kafka_bootstrap_servers, publication.topic, publication.source)
        async with (
            worker_pool(known, of.name) as pool,
            PostgresStore(pool, Keyring(settings.master_key())).transaction() as transaction,
        ):
            if await lost_of(transaction, await transaction.incarnations(), told):
                found.append(publication.topic)
    return found


async def verified(known: Addresses, name: str) -> list[Check]:
    """Hold a service's store against itself, its topics, what it heard, and its read models; raises `Unknown`."""
    of = service(name)
    return await verify(of, known.settings(), known.database(name, "worker"))


async def restore(known: Addresses, name: str, *, gone_within: float = GONE_WITHIN) -> Reopened:
    """Say that a service's database was put back to an older backup.

    Its workers have `gone_within` seconds to be gone. Raises `Unknown`, `StillRunning`, `Relaying`.
    """
    of, worker_urls = service(name), {one: known.database(one, "worker") for one in SERVICES}
    return await restored(of, known.settings(), worker_urls, gone_within=gone_within)


async def list_parked(known: Addresses) -> list[tuple[str, Parked]]:
    """Everything parked, by service."""
    found = []
    for name in SERVICES:
        async with worker_pool(known, name) as pool:
            found += [(name, parked) for parked in await parking.list_parked(pool)]
    return found


async def show_parked(known: Addresses, name: str, number: int) -> Parked:
    """One parked message; raises `Unknown`."""
    async with worker_pool(known, service(name).name) as pool:
        found = await parking.show_parked(pool, number)
    if found is None:
        raise Unknown(f"{name} has nothing parked under {number}; `alongside parked list` shows what there is.")
    return found


async def replay(known: Addresses, name: str, number: int) -> int:
    """Take the whole stream of a parked message again; the number of messages that had their effect."""
    of = service(name)
    parked = await show_parked(known, name, number)
    url = known.database(name, "worker")
    async with worker_pool(known, name) as pool, PostgresNotifier(url) as notifier:
        consumer = of.consumer(PostgresStore(pool, Keyring(known.settings().master_key())), notifier)
        taken = await consumer.replay(parked.topic, parked.stream)
        notifier.notify()
        return taken


async def discard(known: Addresses, name: str, number: int) -> int:
    """Give a parked message up, then take what waited behind it and answer how many that were; raises `Unknown`."""
    parked = await show_parked(known, name, number)
    async with worker_pool(known, name) as pool:
        await parking.discard(pool, number)
        behind = [
            one for one in await parking.list_parked(pool) if (one.topic, one.stream) == (parked.topic, parked.stream)
        ]
    if behind and behind[0].id is not None:
        return await replay(known, name, behind[0].id)
    return 0


async def list_tasks(known: Addresses) -> list[tuple[str, tasks.OpenTask]]:
    """Every task that failed or waits, by service."""
    found = []
    for name in SERVICES:
        async with worker_pool(known, name) as pool:
            found += [(name, task) for task in await tasks.list_open(pool)]
    return found


async def retry_task(known: Addresses, name: str, id_: UUID) -> None:
    """Let a failed task be tried again; raises `Unknown`."""
    url = known.database(service(name).name, "worker")
    async with worker_pool(known, name) as pool, PostgresNotifier(url) as notifier:
        if not await tasks.retry(pool, id_):
            raise Unknown(f"{name} has no failed task {id_}; `alongside tasks list` shows what there is.")
        notifier.notify()


async def rebuild(known: Addresses, read_model: str, progress: Callable[[int, int], None]) -> tuple[str, int]:
    """Rebuild a read model, `NAME` or `SERVICE.NAME`, beside the running one; answers the service and the new version.

    `progress` is told the head and the position reached. Raises `Unknown`, also where two services have the name.
    """
    name, model = _read_model(read_model)
    async with worker_pool(known, name) as pool:
        last = (await status(name, pool)).head
        version = await read_models.rebuild(pool, model, progress=partial(progress, last))
    return name, version


def _read_model(wanted: str) -> tuple[str, ReadModel]:
    all_of_them = {f"{name}.{model.name}": (name, model) for name in SERVICES for model in service(name).read_models}
    found = [full for full in all_of_them if wanted in (full, full.partition(".")[2])]
    if len(found) > 1:
        raise Unknown(f"Several services have a read model {wanted}; say {' or '.join(found)}.")
    if not found:
        raise Unknown(f"There is no read model {wanted}; there are {', '.join(sorted(all_of_them))}.")
    return all_of_them[found[0]]


async def republish(known: Addresses, name: str) -> int:
    """Let a service's relay send every event again, for a broker that was lost; consumers drop what they have had.

    Answers the number of events that will be sent.
    """
    async with worker_pool(known, service(name).name) as pool:
        await pool.execute("update cursors set position = 0, moved_at = clock_timestamp() where name = 'relay'")
        return (await status(name, pool)).relay.behind
