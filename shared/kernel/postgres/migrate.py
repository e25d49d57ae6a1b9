"""Bring a database up to date: numbered migrations, then the functions whose text has changed; run by the owner.

Migrations are `NNNN_name.sql`, applied once, in order. A file that was applied may never change. Functions are
`functions/NAME.sql`, each with its present text; a function is applied if the database has another text of it.
Everything is one transaction, under a lock.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from shared.kernel.postgres import Connection, connect

CHECKSUMS = "checksums.txt"
"""Beside the functions: each text that a function has had, a line `NAME CHECKSUM`, oldest first."""


_FUNCTIONS_TABLE = """
    create table functions (
        name text primary key, checksum text not null, applied_at timestamptz not null default clock_timestamp());
    alter table functions enable row level security;
    alter table functions force row level security;
    create policy everyone on functions using (true) with check (true);  -- no tenant's content: the rights decide
    grant select on functions to alongside_worker"""


class MigrationChanged(RuntimeError):
    """A migration file differs from the file that was applied."""


class UnlistedFunction(RuntimeError):
    """The text of a function is not the last one in `checksums.txt`."""


@dataclass(frozen=True)
class Migration:
    """A migration file; `component` is `kernel` or the service."""

    component: str
    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """The SHA-256 of the migration's text."""
        return _checksum(self.sql)


@dataclass(frozen=True)
class Function:
    """A SQL function in its present text; `checksums` are those of all its texts, the present text's last."""

    name: str
    sql: str
    checksums: tuple[str, ...]

    @property
    def checksum(self) -> str:
        """SHA-256 of the present text."""
        return self.checksums[-1]


@dataclass(frozen=True)
class Schema:
    """The migrations and functions that a database should have."""

    migrations: Sequence[Migration]
    functions: Sequence[Function] = ()


@dataclass(frozen=True)
class Migrated:
    """What `migrate` applied, and the functions that a newer version has replaced, which it left as they are."""

    migrations: Sequence[Migration]
    functions: Sequence[Function]
    newer: Sequence[Function]


def read_migrations(component: str, folder: Traversable) -> list[Migration]:
    """Read the migrations in a folder, in order."""
    found = []
    for file in folder.iterdir():
        if file.name.endswith(".sql"):
            number, _, name = file.name.removesuffix(".sql").partition("_")
            found.append(Migration(component, int(number), name, file.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.number)


def read_functions(folder: Traversable) -> list[Function]:
    """Read the functions in a folder, by name; raises `UnlistedFunction`, with the line that is missing."""
    listed: dict[str, list[str]] = {}
    for line in folder.joinpath(CHECKSUMS).read_text(encoding="utf-8").splitlines():
        name, checksum = line.split()
        listed.setdefault(name, []).append(checksum)
    found = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            name, sql = file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")
            checksums = listed.get(name, [])
            if checksums[-1:] != [_checksum(sql)]:
                raise UnlistedFunction(
                    f"{file.name} was changed: add the line `{name} {_checksum(sql)}` to {CHECKSUMS}"
                )
            found.append(Function(name, sql, tuple(checksums)))
    return found


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def kernel_schema() -> Schema:
    """Return the tables and functions of the kernel."""
    here = files("shared.kernel.postgres")
    return Schema(read_migrations("kernel", here / "migrations"), read_functions(here / "functions"))


def service_schema(service: str) -> Schema:
    """Return the tables and functions of the kernel, and then the service's own tables."""
    kernel = kernel_schema()
    own = read_migrations(service, files(f"services.{service}") / "migrations")
    return Schema([*kernel.migrations, *own], kernel.functions)


async def migrate(owner_url: str, schema: Schema) -> Migrated:
    """Apply what the database does not have yet; raises `MigrationChanged` before anything is applied.

    A function is left as it is when its text in the database is none that this version knows: a newer version has
    replaced it, and its replicas need it.
    """
    connection = await connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(hashtext('migrations'))")
            await connection.execute(
                """create table if not exists migrations (
                       component text, number integer, name text not null, checksum text not null,
                       applied_at timestamptz not null default clock_timestamp(), primary key (component, number));"""
            )
            if await connection.fetchval("select to_regclass('functions')") is None:
                await connection.execute(_FUNCTIONS_TABLE)
            missing = await _missing_migrations(connection, schema.migrations)
            for migration in missing:
                await _apply_migration(connection, migration)
            outdated, newer = await differing_functions(connection, schema.functions)
            for function in outdated:
                await _apply_function(connection, function)
            return Migrated(missing, outdated, newer)
    finally:
        await connection.close()


async def differing_functions(
    connection: Connection, functions: Sequence[Function]
) -> tuple[list[Function], list[Function]]:
    """Return the functions that the database has in an older text or not at all, and those that it has in a newer
    one.
    """
    rows = await connection.fetch("select name, checksum from functions")
    recorded = {row["name"]: row["checksum"] for row in rows}
    outdated = [function for function in functions if recorded.get(function.name) in (None, *function.checksums[:-1])]
    newer = [function for function in functions if recorded.get(function.name) not in (None, *function.checksums)]
    return outdated, newer


async def _missing_migrations(connection: Connection, wanted: Sequence[Migration]) -> list[Migration]:
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
            raise MigrationChanged(
                f"{migration.component} {migration.number:04d}_{migration.name} was changed after it was applied; "
                "restore it and write a new migration"
            )
    return missing


async def _apply_migration(connection: Connection, migration: Migration) -> None:
    await connection.execute(migration.sql)
    await connection.execute(
        "insert into migrations (component, number, name, checksum) values ($1, $2, $3, $4)",
        migration.component,
        migration.number,
        migration.name,
        migration.checksum,
    )


async def _apply_function(connection: Connection, function: Function) -> None:
    await connection.execute(function.sql)
    await connection.execute(
        """insert into functions (name, checksum) values ($1, $2)
           on conflict (name) do update set checksum = excluded.checksum, applied_at = clock_timestamp()""",
        function.name,
        function.checksum,
    )
