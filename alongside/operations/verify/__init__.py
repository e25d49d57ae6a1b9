"""`alongside verify`: a store held against itself, its topics, what its consumer heard, and its read models.

All that is stored is compared, in batches, by way of a file: memory stays flat. It may run while the service works.
What moves is read in an order in which nothing good can look wrong: how far relay and consumer are, then the topics to
their ends, then the store and its read models at one moment.
"""

from typing import TYPE_CHECKING

from alongside.operations.verify.consumer import gather_marks, of_consumer
from alongside.operations.verify.models import of_read_model
from alongside.operations.verify.report import Check
from alongside.operations.verify.scratch import scratch
from alongside.operations.verify.store import of_store
from alongside.operations.verify.topics import gather_due, gather_told, of_compacted, of_topic
from shared.kernel.kafka.contents import contents
from shared.kernel.postgres import connect
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresTransaction
from shared.kernel.recording import Recording
from shared.kernel.settings import Settings

if TYPE_CHECKING:
    from shared.kernel.service import Service

__all__ = ["Check", "verify"]


async def verify(of: "Service", settings: Settings, url: str) -> list[Check]:
    """Every check of a service; `url` is its database in the worker's role. Raises `KafkaError`."""
    publications = of.publications(settings)
    heard = [settings.topic(topic) for topic in of.listens_to]
    connection = await connect(url)
    try:
        with scratch() as tables:
            sent = await connection.fetchval("select position from cursors where name = 'relay'") or 0
            await gather_marks(tables, connection, of.group)
            topics = sorted({*heard, *(publication.topic for publication in publications)})
            await gather_told(tables, contents(settings.kafka_bootstrap_servers, topics))
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                transaction = PostgresTransaction(connection, Keyring(settings.master_key()))
                found = [await of_store(connection)]
                await gather_due(tables, transaction, publications, await transaction.incarnations())
                found += [
                    (of_compacted if publication.tombstones else of_topic)(tables, publication, sent)
                    for publication in publications
                ]
                if heard:
                    keeps = isinstance(of.effect, Recording)
                    found.append(await of_consumer(tables, connection, of, heard, keeps=keeps))
                found += [await of_read_model(tables, transaction, model) for model in of.read_models]
            return found
    finally:
        await connection.close()
