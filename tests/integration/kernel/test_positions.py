"""Position order is commit order: whoever follows `position > cursor` misses nothing and sees each stream in order.

The usual recipes are shown to fail in the same interleaving, so that the interleaving is known to be one that matters.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.kernel.postgres import Connection, Pool, connect
from shared.kernel.postgres.events import append, read_after
from shared.kernel.records import Conflict, NewEvent
from tests.support.databases import Urls
from tests.support.notes_service import DAY, TENANT, NoteAmended, NoteHeard, cause, keyring
from tests.support.services import eventually

NAIVE = """
    create table naive (position bigserial primary key, stream text, version int, unique (stream, version));
    create table by_xid (
        position bigserial primary key, xid xid8 default pg_current_xact_id(), stream text, version int);
    create table diary (line text);
"""
OLDEST = "pg_snapshot_xmin(pg_current_snapshot())"
"""The transaction below which all have ended."""


@pytest.fixture(scope="module")
async def naive(urls: Urls) -> str:
    """The owner's URL of a database that has the naive tables too."""
    owner = await connect(urls["owner"])
    await owner.execute(NAIVE)
    await owner.close()
    return urls["owner"]


@asynccontextmanager
async def connections(url: str, number: int) -> AsyncIterator[list[Connection]]:
    opened: list[Connection] = [await connect(url) for _ in range(number)]
    try:
        yield opened
    finally:
        for process in opened:
            process.terminate()


async def waits_for_a_lock(observer: Connection, pid: int) -> bool:
    return bool(await observer.fetchval("select cardinality(pg_blocking_pids($1)) > 0", pid))


def note(stream: str, note_id: UUID | None = None) -> NewEvent:
    return NewEvent(TENANT, stream, NoteAmended(happened_on=DAY, note_id=note_id or uuid4(), words=1), cause())


class TestALostEvent:
    """Two writers: the first draws its number, the second commits first, a reader looks, the first commits."""

    async def test_a_cursor_over_a_plain_sequence_loses_it(self, naive: str) -> None:
        async with connections(naive, 3) as (first, second, reader):
            slow = first.transaction()
            await slow.start()
            await first.execute("insert into naive (stream, version) values ('a', 1)")
            await second.execute("insert into naive (stream, version) values ('b', 1)")

            seen = await reader.fetch("select position, stream from naive where position > 0 order by position")
            cursor = seen[-1]["position"]
            await slow.commit()
            seen += await reader.fetch("select position, stream from naive where position > $1", cursor)

            assert [row["stream"] for row in seen] == ["b"], "the hazard is gone: then this test proves nothing"

    async def test_ours_makes_the_second_wait_until_the_first_can_be_seen(self, urls: Urls) -> None:
        a, b = f"note-{uuid4()}", f"note-{uuid4()}"
        async with connections(urls["worker"], 3) as (first, second, reader):
            start = (await reader.fetchval("select coalesce(max(position), 0) from events")) or 0
            slow = first.transaction()
            await slow.start()
            await append(first, keyring(), [note(a)], {(TENANT, a): 0})
            quick = asyncio.create_task(append(second, keyring(), [note(b)], {(TENANT, b): 0}))
            pid = second.get_server_pid()
            await eventually(lambda: waits_for_a_lock(reader, pid))

            seen = await read_after(reader, start, 10)
            assert seen == []
            await slow.commit()
            await quick
            seen += await read_after(reader, start, 10)

            assert [event.stream for event in seen] == [a, b]


class TestAReorderedStream:
    """A writer writes something else first, and appends to a stream after another writer has."""

    async def test_reading_by_transaction_id_below_the_oldest_running_reorders_it(self, naive: str) -> None:
        async with connections(naive, 3) as (early, other, reader):
            slow = early.transaction()
            await slow.start()
            await early.execute("insert into diary values ('a row before the append: it draws the transaction id')")
            await other.execute("insert into by_xid (stream, version) values ('s', 1)")
            await early.execute("insert into by_xid (stream, version) values ('s', 2)")
            await slow.commit()

            # the oldest transaction that runs may be of another test, in another database of the server
            await eventually(lambda: reader.fetchval(f"select max(xid) < {OLDEST} from by_xid where stream = 's'"))
            seen = await reader.fetch(
                f"select version from by_xid where stream = 's' and xid < {OLDEST} order by xid, position"
            )

            assert [row["version"] for row in seen] == [2, 1], "the hazard is gone: then this test proves nothing"

    async def test_reading_by_transaction_id_stands_still_behind_any_open_transaction(self, naive: str) -> None:
        async with connections(naive, 3) as (idle, writer, reader):
            open_ = idle.transaction()
            await open_.start()
            await idle.execute("insert into diary values ('something else entirely')")
            stream = f"s{uuid4()}"
            await writer.execute("insert into by_xid (stream, version) values ($1, 1)", stream)

            seen = await reader.fetch(f"select 1 from by_xid where stream = $1 and xid < {OLDEST}", stream)

            assert seen == [], "the hazard is gone: then this test proves nothing"
            await open_.rollback()

    async def test_ours_keeps_the_order_of_the_stream_and_does_not_stand_still(self, urls: Urls) -> None:
        stream = f"note-{uuid4()}"
        async with connections(urls["worker"], 3) as (early, other, reader):
            start = (await reader.fetchval("select coalesce(max(position), 0) from events")) or 0
            slow = early.transaction()
            await slow.start()
            await early.execute("insert into cursors (name, position) values ($1, 0)", str(uuid4()))
            await append(other, keyring(), [note(stream)], {(TENANT, stream): 0})

            during = await read_after(reader, start, 10)
            await append(early, keyring(), [note(stream)], {(TENANT, stream): 1})
            await slow.commit()
            after = await read_after(reader, start, 10)

            assert [event.version for event in during] == [1]
            assert [event.version for event in after] == [1, 2]


async def test_two_appends_that_cross_their_streams_do_not_wait_for_each_other(urls: Urls) -> None:
    async with connections(urls["worker"], 2) as (one, other):
        for _ in range(50):
            a, b = f"note-{uuid4()}", f"note-{uuid4()}"
            done = await asyncio.gather(
                append(one, keyring(), [note(a), note(b)], {(TENANT, a): None, (TENANT, b): None}),
                append(other, keyring(), [note(b), note(a)], {(TENANT, b): None, (TENANT, a): None}),
            )
            assert all(appended.position for appended in done)


async def test_updating_the_streams_in_the_order_of_the_caller_would_deadlock(naive: str) -> None:
    async with connections(naive, 3) as (one, other, observer):
        await observer.execute("create table unsorted (stream text primary key, version int)")
        await observer.execute("insert into unsorted values ('a', 0), ('b', 0)")
        first, second = one.transaction(), other.transaction()
        await first.start()
        await second.start()
        await one.execute("update unsorted set version = version + 1 where stream = 'a'")
        await other.execute("update unsorted set version = version + 1 where stream = 'b'")
        crossing = asyncio.gather(
            one.execute("update unsorted set version = version + 1 where stream = 'b'"),
            other.execute("update unsorted set version = version + 1 where stream = 'a'"),
        )
        with pytest.raises(asyncpg.DeadlockDetectedError):
            await crossing


class Stress:
    """Eight writers with connections of their own, for six seconds: new streams, and shared ones with conflicts."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.written: dict[tuple[str, int], UUID] = {}
        self.conflicts = 0

    async def write(self, seconds: float) -> None:
        end = asyncio.get_running_loop().time() + seconds
        shared = [f"ear-{nth}" for nth in range(4)]
        async with connections(self.url, 8) as writers:
            await asyncio.gather(*(self._writer(writer, nth, shared, end) for nth, writer in enumerate(writers)))

    async def _writer(self, connection: Connection, nth: int, shared: list[str], end: float) -> None:
        versions = dict.fromkeys(shared, 0)
        count = 0
        while asyncio.get_running_loop().time() < end:
            count += 1
            stream = shared[(nth + count) % 4] if count % 2 else f"ear-{nth}-{count}"
            known = versions.get(stream, 0)
            new = [NewEvent(TENANT, stream, NoteHeard(happened_on=DAY, note_id=uuid4(), words=nth), cause())] * 2
            new = [NewEvent(TENANT, stream, item.event, item.cause) for item in new]
            try:
                async with connection.transaction():
                    if count % 5 == 0:  # a row written long before the append, as an inbox or a key would be
                        await connection.execute("insert into cursors (name, position) values ($1, 0)", str(uuid4()))
                    await append(connection, keyring(), new, {(TENANT, stream): known})
            except Conflict:
                self.conflicts += 1
                versions[stream] = await connection.fetchval(
                    "select version from streams where tenant = $1 and stream = $2", TENANT, stream
                )
                continue
            versions[stream] = known + 2
            self.written |= {(stream, known + step): item.id for step, item in enumerate(new, 1)}


@pytest.mark.timeout(60)
async def test_six_seconds_of_eight_writers_lose_and_reorder_nothing(
    postgres_admin_url: str, worker_pool: Pool, urls: Urls
) -> None:
    stress = Stress(urls["worker"])
    seen: list[tuple[str, int, UUID, int]] = []
    async with worker_pool.acquire() as reader:
        cursor = int(await reader.fetchval("select coalesce(max(position), 0) from events"))
        writing = asyncio.create_task(stress.write(6))
        finished = False
        while not finished:
            finished = writing.done()  # one more look after the last write
            batch = await read_after(reader, cursor, 500)
            seen += [(event.stream, event.version, event.id, event.position) for event in batch]
            cursor = batch[-1].position if batch else cursor
        await writing

    assert len(stress.written) > 1000
    assert stress.conflicts > 10
    assert {(stream, version): id_ for stream, version, id_, _ in seen} == stress.written, "an event was lost"
    assert len(seen) == len(stress.written), "an event came twice"
    last: dict[str, int] = {}
    for stream, version, _, _ in seen:
        assert version == last.get(stream, 0) + 1, "a stream is out of order or has a gap"
        last[stream] = version
