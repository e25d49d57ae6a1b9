"""A SQL function stands once, in its present text: applied when it changes, never put back to an older text."""

from dataclasses import replace
from hashlib import sha256

import asyncpg
import pytest

from shared.kernel.postgres import open_pool
from shared.kernel.postgres.migrate import Function, Migrated, Migration, Schema, kernel_schema, migrate
from shared.kernel.postgres.status import status
from tests.support.databases import Urls, database, read_rows

BEGIN = Migration("tests", 1, "answer", "create function answer() returns int language sql return 0")


def answering(*numbers: int) -> Function:
    """A SQL function that returns the last of these numbers; its earlier texts returned the others."""
    texts = [f"create or replace function answer() returns int language sql return {number}" for number in numbers]
    return Function("answer", texts[-1], tuple(sha256(text.encode()).hexdigest() for text in texts))


async def test_a_fresh_database_has_each_function_in_its_present_text(empty: Urls) -> None:
    one = answering(1, 2)
    assert await migrate(empty["owner"], Schema([BEGIN], [one])) == Migrated([BEGIN], [one], [])
    assert await read_rows(empty["owner"], "select answer()") == [(2,)]


async def test_a_text_is_applied_once(empty: Urls) -> None:
    schema = Schema([BEGIN], [answering(1)])
    await migrate(empty["owner"], schema)
    before = await read_rows(empty["owner"], "select checksum, applied_at from functions")
    assert await migrate(empty["owner"], schema) == Migrated([], [], [])
    assert await read_rows(empty["owner"], "select checksum, applied_at from functions") == before


async def test_a_changed_text_is_applied_once(empty: Urls) -> None:
    await migrate(empty["owner"], Schema([BEGIN], [answering(1)]))
    changed = answering(1, 2)
    assert await migrate(empty["owner"], Schema([BEGIN], [changed])) == Migrated([], [changed], [])
    assert await migrate(empty["owner"], Schema([BEGIN], [changed])) == Migrated([], [], [])
    assert await read_rows(empty["owner"], "select answer()") == [(2,)]


async def test_a_text_that_a_newer_version_has_replaced_is_not_put_back(empty: Urls) -> None:
    await migrate(empty["owner"], Schema([BEGIN], [answering(1, 2)]))
    older = answering(1)
    assert await migrate(empty["owner"], Schema([BEGIN], [older])) == Migrated([], [], [older])
    assert await read_rows(empty["owner"], "select answer()") == [(2,)]


async def test_a_text_that_fails_takes_everything_back(empty: Urls) -> None:
    broken = replace(answering(1), sql="create or replace function answer() returns int language sql return nothing")
    with pytest.raises(asyncpg.PostgresError):
        await migrate(empty["owner"], Schema([BEGIN], [broken]))
    assert (
        await read_rows(empty["owner"], "select 1 from pg_tables where tablename in ('migrations', 'functions')") == []
    )


async def test_the_rights_on_a_function_outlive_its_next_text(postgres_admin_url: str) -> None:
    async with database(postgres_admin_url, "reporting") as urls:
        kernel = kernel_schema()
        changed = [replace(function, checksums=(*function.checksums, "changed")) for function in kernel.functions]
        assert len((await migrate(urls["owner"], replace(kernel, functions=changed))).functions) == len(changed)
        ask = "select has_function_privilege('alongside_app', oid, 'execute') from pg_proc where proname = 'append'"
        assert await read_rows(urls["owner"], ask) == [(False,)]


async def test_a_database_of_the_version_before_is_taken_over(empty: Urls) -> None:
    """Its functions were made by migrations alone; the present texts change nothing but what they say."""
    kernel = kernel_schema()
    await migrate(empty["owner"], Schema(kernel.migrations))
    await read_rows(empty["owner"], "drop table functions")  # the version before knew none
    changed = ", ".join(f"'{function.name}'" for function in kernel.functions if len(function.checksums) > 1)
    ask = f"""select proname, case when proname not in ({changed}) then prosrc end,
                array(select unnest(proconfig) order by 1), prosecdef, provolatile, proacl
             from pg_proc where pronamespace = 'public'::regnamespace and prokind = 'f' order by proname"""
    before = await read_rows(empty["owner"], ask)
    assert await migrate(empty["owner"], kernel) == Migrated([], list(kernel.functions), [])
    assert await read_rows(empty["owner"], ask) == before


async def test_a_key_that_was_stored_in_clear_is_a_digest_afterwards_and_still_recognised(empty: Urls) -> None:
    kernel = kernel_schema()
    before = [migration for migration in kernel.migrations if migration.name != "keys_as_digests"]
    await migrate(empty["owner"], Schema(before))
    await read_rows(
        empty["owner"],
        """insert into answers (tenant, actor, key, digest, answer)
           select 'aire', 'ada', 'ada@example.org', '', '{}' from set_config('alongside.tenants', 'aire', false)
           returning key""",
    )

    await migrate(empty["owner"], kernel)

    stored = await read_rows(empty["owner"], "select key from kept('aire', 'ada', 'ada@example.org')")
    assert stored == [(sha256(b"ada@example.org").hexdigest(),)]
    assert await read_rows(empty["owner"], "select key from kept('aire', 'ada', 'another')") == []


async def test_status_names_functions_of_another_text(postgres_admin_url: str) -> None:
    async with database(postgres_admin_url) as urls, await open_pool(urls["worker"], size=1) as pool:
        now = await status("kernel", pool)
        assert (now.outdated_functions, now.newer_functions) == ([], [])
        (first, *_) = kernel_schema().functions
        await read_rows(urls["owner"], f"update functions set checksum = 'of the future' where name = '{first.name}'")
        assert (await status("kernel", pool)).newer_functions == [first.name]
        await read_rows(urls["owner"], "delete from functions where name = 'kept'")
        assert (await status("kernel", pool)).outdated_functions == ["kept"]
