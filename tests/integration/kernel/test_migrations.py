"""Migrations are applied once, in order, together or not at all; what was applied never changes."""

import asyncio
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from shared.kernel.postgres import connect
from shared.kernel.postgres.migrate import Migration, MigrationChanged, Schema, migrate, read_migrations
from shared.kernel.postgres.provision import ROLES, provision
from tests.support.databases import Urls, database_name, drop_database, read_rows

ONE = Migration("tests", 1, "one", "create table one (x int); insert into one values (1)")
TWO = Migration("tests", 2, "two", "alter table one add y int; insert into one values (2, 2)")


async def test_missing_migrations_are_applied_in_order_and_once(empty: Urls) -> None:
    assert (await migrate(empty["owner"], Schema([ONE]))).migrations == [ONE]
    assert (await migrate(empty["owner"], Schema([ONE, TWO]))).migrations == [TWO]
    assert (await migrate(empty["owner"], Schema([ONE, TWO]))).migrations == []
    assert await read_rows(empty["owner"], "select x, y from one order by x") == [(1, None), (2, 2)]


async def test_many_at_once_apply_it_once(empty: Urls) -> None:
    applied = await asyncio.gather(*(migrate(empty["owner"], Schema([ONE, TWO])) for _ in range(4)))
    assert sorted(len(result.migrations) for result in applied) == [0, 0, 0, 2]
    assert await read_rows(empty["owner"], "select count(*) from one") == [(2,)]


async def test_a_file_that_was_changed_after_it_was_applied_is_refused_before_anything_is_done(empty: Urls) -> None:
    await migrate(empty["owner"], Schema([ONE]))
    with pytest.raises(MigrationChanged, match="tests 0001_one"):
        await migrate(empty["owner"], Schema([replace(ONE, sql=f"{ONE.sql} "), TWO]))
    assert await read_rows(empty["owner"], "select number from migrations") == [(1,)]


async def test_a_database_that_somebody_else_has_made_is_given_to_its_service(
    empty: Urls, postgres_admin_url: str
) -> None:
    """As `createdb` makes it before a backup is restored: its roles may not even create a table."""
    name = database_name(empty)
    await drop_database(postgres_admin_url, name)
    admin = await connect(postgres_admin_url)
    await admin.execute(f'create database "{name}"')
    await admin.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await migrate(empty["owner"], Schema([ONE]))

    await provision(postgres_admin_url, "tests", dict.fromkeys(ROLES, 'it\'s a "test"'), name)

    assert (await migrate(empty["owner"], Schema([ONE]))).migrations == [ONE]


async def test_a_migration_that_fails_rolls_back_the_others(empty: Urls) -> None:
    with pytest.raises(asyncpg.PostgresError):
        await migrate(empty["owner"], Schema([ONE, replace(TWO, sql="alter table nowhere add y int")]))
    assert await read_rows(empty["owner"], "select 1 from pg_tables where tablename in ('one', 'migrations')") == []


async def test_the_same_number_may_belong_to_two_components(empty: Urls) -> None:
    other = Migration("other", 1, "one", "create table other (x int)")
    assert (await migrate(empty["owner"], Schema([ONE, other]))).migrations == [ONE, other]


async def test_provisioning_twice_sets_the_passwords_anew_and_keeps_the_rest(
    empty: Urls, postgres_admin_url: str
) -> None:
    await migrate(empty["owner"], Schema([ONE]))
    name = empty["owner"].rsplit("/", 1)[1]
    again = await provision(postgres_admin_url, "tests", dict.fromkeys(ROLES, "changed"), name)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(empty["owner"])
    assert await read_rows(again["owner"], "select x from one") == [(1,)]


async def test_nobody_who_serves_can_migrate(empty: Urls) -> None:
    for role in ("app", "worker"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await migrate(empty[role], Schema([ONE]))


async def test_a_stranger_to_the_database_cannot_connect(empty: Urls, urls: Urls) -> None:
    stranger = empty["app"].rsplit("/", 1)[0] + "/" + urls["app"].rsplit("/", 1)[1]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(stranger)


def test_files_are_taken_in_the_order_of_their_numbers_whatever_their_line_ends(tmp_path: Path) -> None:
    (tmp_path / "0010_later.sql").write_bytes(b"select 2;\r\n")
    (tmp_path / "0002_first.sql").write_bytes(b"select 1;\n")
    (tmp_path / "notes.txt").write_text("no migration")
    found = read_migrations("tests", tmp_path)
    assert [(migration.number, migration.name) for migration in found] == [(2, "first"), (10, "later")]
    (tmp_path / "0010_later.sql").write_bytes(b"select 2;\n")
    assert read_migrations("tests", tmp_path)[1].checksum == found[1].checksum
