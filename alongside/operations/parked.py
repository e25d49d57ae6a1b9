"""List parked messages, process them again, or discard them."""

from alongside.local.platform import SERVICES, Addresses
from alongside.operations.services import Unknown, check_service, event_store, load_service, worker_pool
from shared.kernel.postgres import parking
from shared.kernel.postgres.notifier import PostgresNotifier
from shared.kernel.records import ParkedMessage


async def list_parked(addresses: Addresses) -> list[tuple[str, ParkedMessage]]:
    """List all parked messages, each with the name of its service."""
    found = []
    for name in SERVICES:
        async with worker_pool(addresses, name) as pool:
            found += [(name, parked) for parked in await parking.list_parked(pool)]
    return found


async def get_parked(addresses: Addresses, service: str, number: int) -> ParkedMessage:
    """Return a parked message by its number; raises `Unknown`."""
    async with worker_pool(addresses, check_service(service)) as pool:
        found = await parking.show_parked(pool, number)
    if found is None:
        raise Unknown(
            f"{service} has no parked message with the number {number}. `alongside parked list` lists them all."
        )
    return found


async def replay_parked(addresses: Addresses, service: str, number: int) -> int:
    """Process a parked message and those waiting behind it in its stream again.

    Returns how many of them were processed; 0 if the first one failed again. Raises `Unknown`.
    """
    definition = load_service(service)
    parked = await get_parked(addresses, service, number)
    url = addresses.database(service, "worker")
    async with worker_pool(addresses, service) as pool, PostgresNotifier(url) as notifier:
        consumer = definition.consumer(event_store(addresses, pool), notifier)
        processed = await consumer.replay(parked.topic, parked.stream)
        notifier.notify()
        return processed


async def discard_parked(addresses: Addresses, service: str, number: int) -> int:
    """Discard a parked message, then process those that waited behind it in its stream.

    Returns how many of those were processed. Raises `Unknown`.
    """
    parked = await get_parked(addresses, service, number)
    async with worker_pool(addresses, service) as pool:
        await parking.discard(pool, number)
        waiting = [
            other
            for other in await parking.list_parked(pool)
            if (other.topic, other.stream) == (parked.topic, parked.stream)
        ]
    if waiting and waiting[0].id is not None:
        return await replay_parked(addresses, service, waiting[0].id)
    return 0
