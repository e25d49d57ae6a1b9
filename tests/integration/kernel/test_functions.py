"""A SQL function stands once, in its present text: applied when it changes, never put back to an older text."""

from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from uuid import uuid4

import asyncpg
import pytest

from shared.kernel.postgres import open_pool
from shared.kernel.postgres.migrate import Function, Migrated, Migration, Schema, kernel_schema, migrate
from shared.kernel.postgres.provision import ROLES, provision
from shared.kernel.postgres.status import status
from tests.support.databases import Urls, database

BEGIN = Migration("tests", 1, "answer", "create function answer() returns int language sql return 0")


def answering(*numbers: int) -> Function:
    """A function that answers the last of these numbers, and answered the others before."""
    texts = [f"create or replace function answer() returns int language sql return {number}" for number in numbers]
    return Function("answer", texts[-1], tuple(sha256(text.encode()).hexdigest() for text in texts))


@pytest.fixture
async def urls(postgres_admin_url: str) -> AsyncIterator[Urls]:
    """A database without any table."""
    name = f"t{uuid4().hex[:12]}"
    yield await provision(postgres_admin_url, "tests", dict.fromkeys(ROLES, "test"), name)
    admin = await asyncpg.connect(postgres_admin_url)
    await admin.execute(f'drop database "{name}" with (force)')
    for role in ROLES:
        await admin.execute(f'drop role "{name}_{role}"')
    await admin.close()


async def run(urls: Urls, sql: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(urls["owner"])
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def test_a_fresh_database_has_each_function_in_its_present_text(urls: Urls) -> None:
    one = answering(1, 2)
    assert await migrate(urls["owner"], Schema([BEGIN], [one])) == Migrated([BEGIN], [one], [])
    assert await run(urls, "select answer()") == [(2,)]


async def test_a_text_is_applied_once(urls: Urls) -> None:
    schema = Schema([BEGIN], [answering(1)])
    await migrate(urls["owner"], schema)
    before = await run(urls, "select checksum, applied_at from functions")
    assert await migrate(urls["owner"], schema) == Migrated([], [], [])
    assert await run(urls, "select checksum, applied_at from functions") == before


async def test_a_changed_text_is_applied_once(urls: Urls) -> None:
    await migrate(urls["owner"], Schema([BEGIN], [answering(1)]))
    changed = answering(1, 2)
    assert await migrate(urls["owner"], Schema([BEGIN], [changed])) == Migrated([], [changed], [])
    assert await migrate(urls["owner"], Schema([BEGIN], [changed])) == Migrated([], [], [])
    assert await run(urls, "select answer()") == [(2,)]


async def test_a_text_that_a_newer_version_has_replaced_is_not_put_back(urls: Urls) -> None:
    await migrate(urls["owner"], Schema([BEGIN], [answering(1, 2)]))
    older = answering(1)
    assert await migrate(urls["owner"], Schema([BEGIN], [older])) == Migrated([], [], [older])
    assert await run(urls, "select answer()") == [(2,)]


async def test_a_text_that_fails_takes_everything_back(urls: Urls) -> None:
    broken = replace(answering(1), sql="create or replace function answer() returns int language sql return nothing")
    with pytest.raises(asyncpg.PostgresError):
        await migrate(urls["owner"], Schema([BEGIN], [broken]))
    assert await run(urls, "select 1 from pg_tables where tablename in ('migrations', 'functions')") == []


async def test_the_rights_on_a_function_outlive_its_next_text(postgres_admin_url: str) -> None:
    async with database(postgres_admin_url, "reporting") as urls:
        kernel = kernel_schema()
        changed = [replace(one, checksums=(*one.checksums, "changed")) for one in kernel.functions]
        assert len((await migrate(urls["owner"], replace(kernel, functions=changed))).functions) == len(changed)
        ask = "select has_function_privilege('alongside_app', oid, 'execute') from pg_proc where proname = 'append'"
        assert await run(urls, ask) == [(False,)]


async def test_a_database_of_the_version_before_is_taken_over(urls: Urls) -> None:
    """Its functions were made by migrations alone; applying the present texts changes nothing."""
    kernel = kernel_schema()
    await migrate(urls["owner"], Schema(kernel.migrations))
    await run(urls, "drop table functions")  # the version before knew none
    ask = """select proname, prosrc, array(select unnest(proconfig) order by 1), prosecdef, provolatile, proacl
             from pg_proc where pronamespace = 'public'::regnamespace and prokind = 'f' order by proname"""
    before = await run(urls, ask)
    assert await migrate(urls["owner"], kernel) == Migrated([], list(kernel.functions), [])
    assert await run(urls, ask) == before


async def test_status_names_functions_of_another_text(postgres_admin_url: str) -> None:
    async with database(postgres_admin_url) as urls, await open_pool(urls["worker"], size=1) as pool:
        now = await status("kernel", pool)
        assert (now.outdated_functions, now.newer_functions) == ([], [])
        (first, *_) = kernel_schema().functions
        await run(urls, f"update functions set checksum = 'of the future' where name = '{first.name}'")
        assert (await status("kernel", pool)).newer_functions == [first.name]
        await run(urls, "delete from functions where name = 'kept'")
        assert (await status("kernel", pool)).outdated_functions == ["kept"]
