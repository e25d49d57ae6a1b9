"""What is done all the time goes by an index, however large the store is."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.kernel.postgres import Connection, Pool, connect
from shared.kernel.postgres.events import append, read_streams
from shared.kernel.store import New
from tests.house import Urls
from tests.notes import DAY, TENANT, NoteAmended, cause, keyring


async def plan(connection: Connection, sql: str, *arguments: object) -> str:
    rows = await connection.fetch(f"explain (costs off) {sql}", *arguments)
    return "\n".join(row[0] for row in rows)


@pytest.fixture(scope="module")
async def large(app_pool: Pool, urls: Urls) -> AsyncIterator[Connection]:
    async with app_pool.acquire() as connection:
        for batch in range(20):
            streams = [f"note-plan-{batch}-{nth}" for nth in range(100)]
            new = [
                New(TENANT, stream, NoteAmended(happened_on=DAY, note_id=uuid4(), words=1), cause())
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
