"""List the scheduled tasks of the services, and retry those that failed."""

from uuid import UUID

from alongside.local.platform import SERVICES, Addresses
from alongside.operations.services import Unknown, check_service, worker_pool
from shared.kernel.postgres import tasks
from shared.kernel.postgres.notifier import PostgresNotifier


async def list_tasks(addresses: Addresses) -> list[tuple[str, tasks.OpenTask]]:
    """List all tasks that wait or have failed, each with the name of its service."""
    found = []
    for name in SERVICES:
        async with worker_pool(addresses, name) as pool:
            found += [(name, task) for task in await tasks.list_open(pool)]
    return found


async def retry_task(addresses: Addresses, service: str, task_id: UUID) -> None:
    """Schedule a failed task to run again now; raises `Unknown`."""
    url = addresses.database(check_service(service), "worker")
    async with worker_pool(addresses, service) as pool, PostgresNotifier(url) as notifier:
        if not await tasks.retry(pool, task_id):
            raise Unknown(f"{service} has no failed task {task_id}. `alongside tasks list` lists them all.")
        notifier.notify()
