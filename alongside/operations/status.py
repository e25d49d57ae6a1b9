"""Report the progress of every service: in its own store, and at the broker."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError

from alongside.local.platform import SERVICES, Addresses
from alongside.operations.services import event_store, load_service, worker_pool
from shared.kernel.kafka.lag import Lag, group_lag
from shared.kernel.kafka.messages import last_events
from shared.kernel.kafka.topics import missing_topics
from shared.kernel.loops.relay import lost_events
from shared.kernel.postgres.status import Status, status
from shared.kernel.settings import Settings

if TYPE_CHECKING:
    from shared.kernel.service.definition import Service


async def list_statuses(addresses: Addresses) -> list[Status]:
    """Read the status of every service from its database."""
    found = []
    for name in SERVICES:
        async with worker_pool(addresses, name) as pool:
            service = load_service(name)
            found.append(await status(name, pool, service.read_models, service.figures))
    return found


@dataclass(frozen=True, slots=True)
class BrokerStatus:
    """Kafka's view of one service.

    `lags` has the lag of its consumer for each topic. `topics_ahead_of_store` names the topics that hold events of this
    service which its store does not have: its database was restored from a backup and `alongside restored` has not run.
    `missing_topics` are those of its topics that the broker does not have.
    """

    lags: list[Lag]
    topics_ahead_of_store: list[str]
    missing_topics: list[str]

    @property
    def events_behind(self) -> int:
        """Number of messages that the consumer has not processed yet."""
        return sum(lag.events for lag in self.lags)

    @property
    def seconds_behind(self) -> float:
        """How long the oldest of those messages has been waiting."""
        return max((lag.seconds for lag in self.lags), default=0.0)


async def read_broker_statuses(addresses: Addresses) -> dict[str, BrokerStatus]:
    """Ask Kafka about every service; empty if no broker answers."""
    settings = addresses.settings()
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    try:
        await admin.start()
        found = {}
        for service in map(load_service, SERVICES):
            reads = [settings.topic(topic) for topic in service.listens_to]
            writes = [publication.topic for publication in service.publications(settings)]
            missing = await missing_topics(admin, sorted({*reads, *writes}))
            lags = await group_lag(
                admin,
                settings.kafka_bootstrap_servers,
                settings.consumer_group(service.name),
                [topic for topic in reads if topic not in missing],
            )
            ahead = await _topics_ahead_of_store(service, settings, addresses, missing)
            found[service.name] = BrokerStatus(lags, ahead, missing)
    except KafkaConnectionError:
        return {}
    else:
        return found
    finally:
        await admin.close()


async def _topics_ahead_of_store(
    service: "Service", settings: Settings, addresses: Addresses, missing: list[str]
) -> list[str]:
    found = []
    for publication in service.publications(settings):
        if publication.topic in missing:
            continue
        last = await last_events(settings.kafka_bootstrap_servers, publication.topic, publication.source)
        async with (
            worker_pool(addresses, service.name) as pool,
            event_store(addresses, pool).transaction() as transaction,
        ):
            if await lost_events(transaction, await transaction.incarnations(), last):
                found.append(publication.topic)
    return found
