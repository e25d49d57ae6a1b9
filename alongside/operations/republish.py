"""Send the events of a service to its topics again."""

from alongside.local.platform import Addresses
from alongside.operations.services import check_service, worker_pool
from shared.kernel.postgres.status import status


async def republish_events(addresses: Addresses, service: str) -> int:
    """Move a service's relay back to the first event, for a broker that has lost its log.

    Consumers recognise events they have already processed. Returns the number of events that the relay will read.
    Raises `Unknown`.
    """
    async with worker_pool(addresses, check_service(service)) as pool:
        await pool.execute("update cursors set position = 0, moved_at = clock_timestamp() where name = 'relay'")
        return (await status(service, pool)).relay.behind
