"""What is done all the time goes by an index, however large the store is."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from alongside.local.postgres import with_database
from shared.kernel.postgres import Connection, Pool, connect, open_pool
from shared.kernel.postgres.events import append, append_each, missing_events, read_streams
from shared.kernel.postgres.read_models import prepare_read_models
from shared.kernel.postgres.rows import PostgresRows
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.readmodel import Changes
from shared.kernel.records import AppendRequest, AppendResult, IdempotencyKey, NewEvent, RowKey
from tests.support.databases import Urls, database
from tests.support.notes_service import DAY, NOTES, TENANT, NoteAmended, NoteRow, cause, keyring


async def plan(connection: Connection, sql: str, *arguments: object) -> str:
    rows = await connection.fetch(f"explain (costs off) {sql}", *arguments)
    return "\n".join(row[0] for row in rows)


@pytest.fixture(scope="module")
async def large(app_pool: Pool, urls: Urls) -> AsyncIterator[Connection]:
    async with app_pool.acquire() as connection:
        for batch in range(20):
            streams = [f"note-plan-{batch}-{nth}" for nth in range(100)]
            new = [
                NewEvent(TENANT, stream, NoteAmended(happened_on=DAY, note_id=uuid4(), words=1), cause())
                for stream in streams
                for _ in range(2)
            ]
            await append(connection, keyring(), new, {(TENANT, stream): 0 for stream in streams})
    owner = await connect(urls["owner"])
    await owner.execute("analyze events; analyze streams")
    await owner.close()
    worker = await connect(urls["worker"])
    yield worker
    await worker.close()


async def test_reading_after_a_cursor(large: Connection) -> None:
    said = await plan(
        large, "select position, body::text from events where position > 3000 order by position limit 500"
    )
    assert "Index Scan using events_pkey" in said
    assert "Sort" not in said


async def test_reading_a_stream(large: Connection, app_pool: Pool) -> None:
    scans = "select seq_scan from pg_stat_user_tables where relname = 'events'"
    before = await large.fetchval(scans)
    async with app_pool.acquire() as app:
        for nth in range(10):  # more often than it takes for a generic plan
            assert len(await read_streams(app, [(TENANT, f"note-plan-3-{nth}")])) == 2
        await app.execute("select pg_stat_force_next_flush()")
    assert await large.fetchval(scans) == before


async def test_counting_what_is_behind(large: Connection) -> None:
    said = await plan(large, "select count(*) from events e where e.position > 3900")
    assert "events_pkey" in said
    assert "Seq Scan" not in said


@pytest.fixture
async def fresh(postgres_admin_url: str) -> AsyncIterator[Urls]:
    """A database in which nothing was stored before, so that all plans are made for empty tables."""
    async with database(postgres_admin_url) as urls:
        yield urls


async def count_rows_read(connection: Connection, *tables: str) -> int:
    """Return how many rows of these tables PostgreSQL has read so far, in order or by an index."""
    await connection.execute("select pg_stat_force_next_flush()")
    return int(
        await connection.fetchval(
            "select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_user_tables where relname = any ($1)",
            tables,
        )
    )


async def analyse_tables(urls: Urls) -> None:
    """Analyse every table, as autovacuum does now and then: plans use these figures until the next time."""
    owner = await connect(urls["owner"])
    await owner.execute("vacuum analyze")
    await owner.close()


async def test_commands_read_no_table_whole_though_their_plans_were_made_while_it_was_empty(fresh: Urls) -> None:
    tables = ("events", "streams", "answers")
    async with await open_pool(fresh["app"], size=1) as pool:
        store = PostgresStore(pool, keyring())

        async def command(nth: int) -> None:
            stream = (TENANT, f"note-{nth}")
            assert await store.read_streams([stream, (TENANT, "note-0")]) is not None
            assert await store.stored_answer(TENANT, "somebody", f"key-{nth}") is None
            key = IdempotencyKey(TENANT, "somebody", f"key-{nth}", b"digest", {})
            amended = NewEvent(*stream, NoteAmended(happened_on=DAY, note_id=uuid4(), words=1), cause())
            (done,) = await store.append_each([AppendRequest([amended], {stream: 0}, key)])
            assert isinstance(done, AppendResult)
            alone = (TENANT, f"alone-{nth}")
            await store.append([replace(amended, stream=alone[1], id=uuid4())], {alone: 0})

        for nth in range(3):
            await command(nth)
        await analyse_tables(fresh)
        for nth in range(3, 20):  # by now every plan is made, and kept
            await command(nth)
        async with pool.acquire() as connection:
            before = await count_rows_read(connection, *tables)
        for nth in range(20, 300):
            await command(nth)
        async with pool.acquire() as connection:
            assert await count_rows_read(connection, *tables) - before < 280 * 10


async def test_a_store_is_not_read_whole_to_see_whether_it_lacks_an_event(fresh: Urls) -> None:
    connection = await connect(fresh["worker"])
    try:
        await analyse_tables(fresh)
        told = [(position, uuid4()) for position in range(1, 5)]
        for _ in range(10):
            assert await missing_events(connection, told) == set(told)
        async with await open_pool(fresh["app"], size=1) as pool:
            for nth in range(200):
                stream = (TENANT, f"note-{nth}")
                amended = NoteAmended(happened_on=DAY, note_id=uuid4(), words=1)
                await PostgresStore(pool, keyring()).append([NewEvent(*stream, amended, cause())], {stream: 0})
        before = await count_rows_read(connection, "events")
        for _ in range(10):
            assert await missing_events(connection, told) == set(told)
        assert await count_rows_read(connection, "events") - before <= 10 * len(told)
    finally:
        await connection.close()


async def test_the_rows_of_a_batch_are_found_by_key_though_the_first_batch_found_the_table_empty(fresh: Urls) -> None:
    keys: list[RowKey] = [(TENANT, uuid4()) for _ in range(20_000)]
    made = {key: NoteRow(key[1], "ann", "", (), 0) for key in keys}  # type: ignore[arg-type]  # a note's id
    async with await open_pool(fresh["worker"], size=2) as pool:
        await prepare_read_models(pool, [NOTES])
        async with pool.acquire() as connection:
            rows = PostgresRows(connection)
            async with connection.transaction():
                for _ in range(10):  # by now a plan would be kept
                    assert await rows.read_rows(NOTES, 1, keys[:60]) == {}
                await rows.write_rows(NOTES, 1, made)
            before = await count_rows_read(connection, "notes_v1")
            async with connection.transaction():
                assert len(await rows.read_rows(NOTES, 1, keys[:60])) == 60
            assert await count_rows_read(connection, "notes_v1") - before <= 60


async def test_the_rows_that_a_batch_replaces_are_kept_by_key_though_the_table_was_never_analysed(fresh: Urls) -> None:
    model = replace(NOTES, keeps_past=True)
    keys: list[RowKey] = [(TENANT, uuid4()) for _ in range(20_000)]

    def changes(position: int, keys: Sequence[RowKey]) -> Changes:
        return {key: [(position, NoteRow(key[1], "ann", "", (), position))] for key in keys}  # type: ignore[arg-type]  # a note's id

    async with await open_pool(fresh["worker"], size=2) as pool:
        await prepare_read_models(pool, [model])
        async with pool.acquire() as connection:
            rows = PostgresRows(connection)
            async with connection.transaction():
                await rows.write_changes(model, 1, changes(1, keys), found=[])
            before = await count_rows_read(connection, "notes_v1")
            async with connection.transaction():
                found = await rows.read_rows(model, 1, keys[:60])
                await rows.write_changes(model, 1, changes(2, keys[:60]), found)
            assert await count_rows_read(connection, "notes_v1") - before <= 3 * 60  # read, copied, replaced
            assert await connection.fetchval("select count(*) from notes_past") == 60


@pytest.mark.parametrize("authors", [1, 3, 500])
async def test_new_rows_are_looked_for_by_key_though_the_table_has_a_smaller_index(fresh: Urls, authors: int) -> None:
    """Given a table that was never analysed, when it grows, then no look for a row goes by what many have in common."""
    model = replace(NOTES, indexes=("author_id",))
    async with await open_pool(fresh["worker"], size=2) as pool:
        await prepare_read_models(pool, [model])
        async with pool.acquire() as connection:
            rows = PostgresRows(connection)
            for size in [100] * 100 + [10] * 20:
                keys: list[RowKey] = [(TENANT, uuid4()) for _ in range(size)]
                made = {key: NoteRow(key[1], f"a{nth % authors}", "", (), 0) for nth, key in enumerate(keys)}  # type: ignore[arg-type]  # a note's id
                async with connection.transaction():
                    found = await rows.read_rows(model, 1, keys)
                    await rows.write_rows(model, 1, made, found)
            assert await count_rows_read(connection, "notes_v1") == 0


_EXPLAINED = """
    load 'auto_explain'; set client_min_messages = notice; set auto_explain.log_level = notice;
    set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
    set auto_explain.log_analyze = on"""


async def test_a_batch_is_not_compared_with_nested_loops(fresh: Urls, postgres_admin_url: str) -> None:
    """Given plans that were made for few streams, when hundreds are appended to, no join tries all with all."""
    connection = await connect(with_database(postgres_admin_url, urlsplit(fresh["owner"]).path[1:]))
    said: list[str] = []
    connection.add_log_listener(lambda _, log: said.append(str(log)))
    try:
        await connection.execute(_EXPLAINED)
        for number in [3] * 8 + [300]:
            said.clear()
            for each in (False, True):
                new = [
                    NewEvent(TENANT, f"note-{uuid4()}", NoteAmended(happened_on=DAY, note_id=uuid4(), words=1), cause())
                    for _ in range(number)
                ]
                async with connection.transaction():
                    if each:
                        decided = [AppendRequest([event], {(event.tenant, event.stream): 0}) for event in new]
                        await append_each(connection, keyring(), decided)
                    else:
                        await append(connection, keyring(), new, {(event.tenant, event.stream): 0 for event in new})
    finally:
        await connection.close()
    plans = [line for line in said if "Join" in line or "Nested Loop" in line]
    assert len(plans) >= 4
    assert not [plan for plan in plans if "Rows Removed by Join Filter" in plan]
