"""Compare a store with itself, its topics, its consumer and its read models, while the service works or not.

Everything is read in batches and compared in a temporary SQLite file, so memory use stays flat. The order of reading
matters, because the service may be at work: first the positions of relay and consumer, then the topics to their ends,
then the store and its read models in one snapshot. In any other order, work in progress could look like an error. And
it takes the messages to know in which fields to compare what the store would publish: see `missing`.
"""

from typing import TYPE_CHECKING

from alongside.local.platform import Addresses
from alongside.operations.services import load_service
from alongside.operations.verify.consumer import check_consumer, read_marks
from alongside.operations.verify.read_models import check_read_model
from alongside.operations.verify.report import Check
from alongside.operations.verify.scratch import scratch
from alongside.operations.verify.store import check_store
from alongside.operations.verify.topics import check_compacted_topic, check_topic, read_expected, read_messages
from shared.kernel.kafka.messages import topic_messages
from shared.kernel.postgres import connect
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresTransaction
from shared.kernel.recording import Recording
from shared.kernel.settings import Settings

if TYPE_CHECKING:
    from shared.kernel.service.definition import Service

__all__ = ["Check", "verify", "verify_service"]


async def verify_service(addresses: Addresses, name: str) -> list[Check]:
    """Run every check of a service; raises `Unknown`, `KafkaError`."""
    return await verify(load_service(name), addresses.settings(), addresses.database(name, "worker"))


async def verify(service: "Service", settings: Settings, url: str) -> list[Check]:
    """Run every check of a service; `url` connects to its database as its worker. Raises `KafkaError`."""
    publications = service.publications(settings)
    subscribed = [settings.topic(topic) for topic in service.listens_to]
    connection = await connect(url)
    try:
        with scratch() as tables:
            sent = await connection.fetchval("select position from cursors where name = 'relay'") or 0
            await read_marks(tables, connection, service.consumer_name)
            topics = sorted({*subscribed, *(publication.topic for publication in publications)})
            lacking = await read_messages(tables, topic_messages(settings.kafka_bootstrap_servers, topics))
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                transaction = PostgresTransaction(connection, Keyring(settings.master_key()))
                checks = [await check_store(connection)]
                await read_expected(tables, transaction, publications, await transaction.incarnations(), lacking)
                for publication in publications:
                    check_one = check_compacted_topic if publication.tombstones else check_topic
                    checks.append(check_one(tables, publication, sent))
                if subscribed:
                    records_all = isinstance(service.effect, Recording)
                    checks.append(
                        await check_consumer(tables, connection, service, subscribed, records_all=records_all)
                    )
                checks += [await check_read_model(tables, transaction, model) for model in service.read_models]
            return checks
    finally:
        await connection.close()
