"""Databases, roles and tables: provisioning by a superuser, numbered migrations by the owner.

Migrations are `NNNN_name.sql`, applied in order, each in a transaction with its checksum, under a lock. A file that was
applied may never change.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from shared.kernel.postgres import connect
from shared.kernel.settings import Role

ROLES: tuple[Role, ...] = ("owner", "app", "worker")


class Altered(RuntimeError):
    """A migration file is not what was applied."""


@dataclass(frozen=True)
class Migration:
    """One file: `component` is `kernel` or the service."""

    component: str
    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations(component: str, folder: Traversable) -> list[Migration]:
    """The migrations in a folder, in order."""
    found = []
    for file in folder.iterdir():
        if file.name.endswith(".sql"):
            number, _, name = file.name.removesuffix(".sql").partition("_")
            found.append(Migration(component, int(number), name, file.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.number)


def of_service(service: str) -> list[Migration]:
    """The kernel's migrations and then the service's own."""
    return [
        *migrations("kernel", files("shared.kernel.postgres.migrations")),
        *migrations(service, files(f"services.{service}").joinpath("migrations")),
    ]


async def migrate(owner_url: str, wanted: Iterable[Migration]) -> list[Migration]:
    """Apply what is missing; answers what was applied. Raises `Altered` before anything is changed."""
    connection = await connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(hashtext('migrations'))")
            await connection.execute(
                """create table if not exists migrations (
                       component text, number integer, name text not null, checksum text not null,
                       applied_at timestamptz not null default clock_timestamp(), primary key (component, number))"""
            )
            applied = {
                (row["component"], row["number"]): row["checksum"]
                for row in await connection.fetch("select component, number, checksum from migrations")
            }
            missing = []
            for migration in wanted:
                checksum = applied.get((migration.component, migration.number))
                if checksum is None:
                    missing.append(migration)
                elif checksum != migration.checksum:
                    raise Altered(
                        f"{migration.component} {migration.number:04d}_{migration.name} was changed after it was "
                        "applied; restore it and write a new migration"
                    )
            for migration in missing:
                await connection.execute(migration.sql)
                await connection.execute(
                    "insert into migrations (component, number, name, checksum) values ($1, $2, $3, $4)",
                    migration.component,
                    migration.number,
                    migration.name,
                    migration.checksum,
                )
            return missing
    finally:
        await connection.close()


async def provision(
    admin_url: str, service: str, passwords: Mapping[Role, str], database: str | None = None
) -> dict[Role, str]:
    """Make a service's database and its three login roles, or set their passwords; answers a URL for each role.

    The logins are `DATABASE_owner`, `DATABASE_app` and `DATABASE_worker`; the last two are in the groups
    `alongside_app` and `alongside_worker`, to which rights are granted.
    """
    database = database or f"alongside_{service}"
    names = {role: f"{database}_{role}" for role in ROLES}
    admin = await connect(admin_url)
    try:
        async with admin.transaction():
            await admin.execute("select pg_advisory_xact_lock(hashtext('provision'))")
            for group in ("alongside_app", "alongside_worker"):
                await _role(admin, group, "nologin")
            for role in ROLES:
                await _role(admin, names[role], f"login password {_literal(passwords[role])}")
            await admin.execute(
                f'grant alongside_app to "{names["app"]}"; grant alongside_worker to "{names["worker"]}"'
            )
        if not await admin.fetchval("select 1 from pg_database where datname = $1", database):
            await admin.execute(
                f'create database "{database}" owner "{names["owner"]}" encoding utf8 template template0'
            )
        await admin.execute(f'revoke all on database "{database}" from public')
        await admin.execute(f'grant connect on database "{database}" to "{names["app"]}", "{names["worker"]}"')
        for role in ("app", "worker"):
            await admin.execute(
                f'alter role "{names[role]}" in database "{database}" set search_path = public, reading'
            )
    finally:
        await admin.close()
    await _reading_schema(_url(admin_url, database), names["worker"])
    return {role: _url(admin_url, database, names[role], passwords[role]) for role in ROLES}


async def _reading_schema(url: str, worker: str) -> None:
    inside = await connect(url)
    try:
        await inside.execute(
            f'create schema if not exists reading authorization "{worker}";'
            "grant usage on schema reading to alongside_app"
        )
    finally:
        await inside.close()


async def _role(admin: "asyncpg.Connection[asyncpg.Record]", name: str, options: str) -> None:
    verb = "alter" if await admin.fetchval("select 1 from pg_roles where rolname = $1", name) else "create"
    await admin.execute(f'{verb} role "{name}" {options}')


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _url(admin_url: str, database: str, user: str | None = None, password: str | None = None) -> str:
    parts = urlsplit(admin_url)
    netloc = parts.netloc
    if user is not None:
        host = netloc.rpartition("@")[2]
        netloc = f"{quote(user)}:{quote(password or '', safe='')}@{host}"
    return urlunsplit((parts.scheme, netloc, f"/{database}", parts.query, ""))
