"""Access to the services for an operator: the definition of a service by name, and connections to its database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from alongside.local.platform import SERVICES, Addresses
from shared.kernel.postgres import Pool, open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore

if TYPE_CHECKING:  # a service imports the web framework: half a second that most commands can do without
    from shared.kernel.service.definition import Service


class Unknown(LookupError):
    """There is no service, read model, parked message, task or persona of that name; the message lists what exists."""


def load_service(name: str) -> "Service":
    """Import a service's definition from `services.NAME.main`; raises `Unknown`."""
    check_service(name)
    service: Service = import_module(f"services.{name}.main").SERVICE
    return service


def check_service(name: str) -> str:
    """Return `name` if there is a service of that name; raises `Unknown`."""
    if name not in SERVICES:
        raise Unknown(f"There is no service {name}. The services are {', '.join(SERVICES)}.")
    return name


@asynccontextmanager
async def worker_pool(addresses: Addresses, service: str, size: int = 4) -> AsyncIterator[Pool]:
    """Open a small connection pool to a service's database, in the worker's role."""
    async with await open_pool(addresses.database(service, "worker"), size=size) as pool:
        yield pool


def event_store(addresses: Addresses, pool: Pool) -> PostgresStore:
    """Make the event store behind a pool, with the deployment's key to read personal fields."""
    return PostgresStore(pool, Keyring(addresses.settings().master_key()))
