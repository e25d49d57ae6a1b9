"""Make a database for a test: a copy of a template that is migrated once a run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from alongside.local.postgres import with_database
from shared.kernel.postgres import Connection, connect, migrate
from shared.kernel.postgres.provision import ROLES, grant_access, provision
from shared.kernel.settings import Role

Urls = dict[Role, str]

PASSWORD = "test"
KERNEL = "kernel"
"""Instead of a service's name: a database with the kernel's tables only."""

_made: set[tuple[str, str]] = set()


@asynccontextmanager
async def database(admin_url: str, service: str = KERNEL) -> AsyncIterator[Urls]:
    """Create a database with the tables of the kernel and of a service; yield a URL for each role, and drop it at
    the end.
    """
    template = await _template(admin_url, service)
    name = f"t{uuid4().hex[:12]}"
    urls = await copy_database(admin_url, template, name, service)
    try:
        yield urls
    finally:
        await drop_database(admin_url, name)


async def copy_database(admin_url: str, source: str, name: str, service: str = KERNEL) -> Urls:
    """Create a copy of a database, to which nobody may be connected meanwhile."""
    logins = {role: f"{_template_name(service)}_{role}" for role in ROLES}
    admin = await connect(admin_url)
    try:
        await admin.execute(f'create database "{name}" owner "{logins["owner"]}" template "{source}"')
        await grant_access(admin, name, logins)
    finally:
        await admin.close()
    return {role: with_database(admin_url, name, login, PASSWORD) for role, login in logins.items()}


async def drop_database(admin_url: str, name: str) -> None:
    """Drop a database, even if somebody is connected to it."""
    admin = await connect(admin_url)
    try:
        await admin.execute(f'drop database "{name}" with (force)')
    finally:
        await admin.close()


async def read_rows(url: str, sql: str) -> list[tuple[object, ...]]:
    """Return what a query answers, or nothing for a statement without an answer."""
    connection = await connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


def database_name(urls: Urls) -> str:
    """Return the name of the database of these URLs."""
    return urls["owner"].rpartition("/")[2]


async def _template(admin_url: str, service: str) -> str:
    """The name of the service's template. The first process of the run that asks makes it, others wait."""
    name = _template_name(service)
    if (admin_url, service) not in _made:
        admin = await connect(admin_url)
        try:
            await admin.execute("select pg_advisory_lock(hashtext($1))", name)
            if not await _is_template(admin, name):
                urls = await provision(admin_url, service, dict.fromkeys(ROLES, PASSWORD), name)
                schema = migrate.kernel_schema() if service == KERNEL else migrate.service_schema(service)
                await migrate.migrate(urls["owner"], schema)
                await admin.execute(f'alter database "{name}" with is_template true')
        finally:
            await admin.close()
        _made.add((admin_url, service))
    return name


def _template_name(service: str) -> str:
    return f"template_{service}"


async def _is_template(admin: Connection, name: str) -> bool:
    return bool(await admin.fetchval("select 1 from pg_database where datname = $1 and datistemplate", name))
