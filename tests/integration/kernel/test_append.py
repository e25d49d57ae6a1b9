"""The one door into the store: what it takes, what it refuses, and that there is no other."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from shared.kernel.postgres import Connection, Pool, connect, name_tenants
from shared.kernel.postgres.events import append, read_after, read_streams
from shared.kernel.records import Conflict, IdempotencyKey, KeyReused, NewEvent
from shared.kernel.settings import Role
from tests.support.databases import Urls
from tests.support.notes_service import DAY, TENANT, NoteAmended, cause, keyring
from tests.support.services import eventually

RING = keyring()
INSERT = """
    insert into events (id, tenant, stream, version, type, schema_version, body, happened_on, actor, correlation_id)
    values (gen_random_uuid(), 'north-star', 'note-x', 1, 't', 1, '{}', '2026-09-14', 'a', gen_random_uuid())"""


def note_amended(stream: str, words: int = 1, tenant: str = TENANT) -> NewEvent:
    return NewEvent(tenant, stream, NoteAmended(happened_on=DAY, note_id=uuid4(), words=words), cause())


def a_stream() -> str:
    return f"note-{uuid4()}"


async def versions(pool: Pool, *streams: str) -> list[tuple[str, int]]:
    async with pool.acquire() as connection:
        stored = await read_streams(connection, [(TENANT, stream) for stream in streams])
    return [(event.stream, event.version) for event in stored]


@pytest.fixture(scope="module")
async def some_events(app_pool: Pool) -> str:
    stream = a_stream()
    async with app_pool.acquire() as connection:
        await append(connection, RING, [note_amended(stream), note_amended(stream)], {(TENANT, stream): 0})
    return stream


CHANGES = {
    "update": "update events set actor = 'nobody'",
    "delete": "delete from events",
    "truncate": "truncate events",
    "insert": INSERT,
}


async def refusal(url: str, statement: str) -> str | None:
    """The SQL state with which a statement is refused to a role that has named its tenant."""
    connection = await connect(url)
    try:
        async with connection.transaction():
            await name_tenants(connection, [TENANT])
            await connection.execute(statement)
    except asyncpg.PostgresError as error:
        return error.sqlstate
    finally:
        await connection.close()
    return None


@pytest.mark.parametrize("role", ["app", "worker"])
@pytest.mark.parametrize("change", ["update", "delete", "truncate", "insert"])
async def test_the_app_and_worker_roles_may_not_change_or_insert_an_event(
    urls: Urls, some_events: str, role: Role, change: str
) -> None:
    assert await refusal(urls[role], CHANGES[change]) == "42501"


@pytest.mark.parametrize("change", ["update", "delete", "truncate"])
async def test_not_even_the_owner_changes_an_event(urls: Urls, some_events: str, change: str) -> None:
    assert await refusal(urls["owner"], CHANGES[change]) == "P0001"


@pytest.mark.parametrize("role", ["app", "worker"])
@pytest.mark.parametrize(
    "statement",
    [
        "update streams set version = 0",
        "delete from streams",
        "insert into streams values ('north-star', 'note-x', 7)",
        "update answers set answer = '{}'",
        "delete from answers",
        "alter table events disable trigger all",
        "alter table events no force row level security",
        "drop function append",
        "set session_replication_role = replica",
    ],
)
async def test_nobody_who_serves_can_go_round_the_function(urls: Urls, role: Role, statement: str) -> None:
    assert await refusal(urls[role], statement) == "42501"


async def test_several_streams_are_appended_together_each_dense_and_in_order(app_pool: Pool, worker_pool: Pool) -> None:
    one, other = a_stream(), a_stream()
    new = [note_amended([one, other][nth % 2], words=nth) for nth in range(60)]
    async with app_pool.acquire() as connection:
        done = await append(connection, RING, new, {(TENANT, one): 0, (TENANT, other): 0})
    async with worker_pool.acquire() as connection:
        stored = [event for event in await read_after(connection, 0, 10_000) if event.stream in (one, other)]

    assert [event.id for event in stored] == [item.id for item in new]
    assert stored[-1].position == done.position
    for stream in (one, other):
        assert [event.version for event in stored if event.stream == stream] == list(range(1, 31))


async def test_a_conflict_on_one_stream_stores_nothing_of_any(app_pool: Pool) -> None:
    moved, fresh, key = a_stream(), a_stream(), IdempotencyKey(TENANT, "a", str(uuid4()), b"digest", {})
    async with app_pool.acquire() as connection:
        await append(connection, RING, [note_amended(moved)], {(TENANT, moved): 0})
        with pytest.raises(Conflict):
            await append(
                connection,
                RING,
                [note_amended(fresh), note_amended(moved)],
                {(TENANT, fresh): 0, (TENANT, moved): 0},
                key,
            )
        async with connection.transaction():
            await name_tenants(connection, [TENANT])
            left = await connection.fetch("select stream from streams where stream = $1", fresh)
            answers = await connection.fetch("select key from answers where key = $1", key.key)

    assert await versions(app_pool, moved, fresh) == [(moved, 1)]
    assert (left, answers) == ([], [])


async def test_of_two_appends_at_one_version_exactly_one_wins(app_pool: Pool) -> None:
    stream = a_stream()

    async def attempt() -> bool:
        async with app_pool.acquire() as connection:
            try:
                await append(connection, RING, [note_amended(stream)], {(TENANT, stream): 0})
            except Conflict:
                return False
            return True

    assert sum(await asyncio.gather(*(attempt() for _ in range(8)))) == 1
    assert await versions(app_pool, stream) == [(stream, 1)]


async def test_a_key_without_events_keeps_its_answer(app_pool: Pool) -> None:
    key = IdempotencyKey(TENANT, "a", str(uuid4()), b"digest", {"said": "nothing to do"})
    async with app_pool.acquire() as connection:
        first = await append(connection, RING, [], {}, key)
        again = await append(
            connection, RING, [], {}, IdempotencyKey(TENANT, "a", key.key, b"digest", {"said": "other"})
        )
        with pytest.raises(KeyReused):
            await append(connection, RING, [], {}, IdempotencyKey(TENANT, "a", key.key, b"another", {}))

    assert (first.position, first.answer, first.replayed) == (None, key.answer, False)
    assert (again.position, again.answer, again.replayed) == (None, key.answer, True)


async def somebody_waits(observer: Connection) -> bool:
    return bool(
        await observer.fetchval(
            """select count(*) from pg_locks where locktype = 'advisory' and not granted
               and database = (select oid from pg_database where datname = current_database())"""
        )
    )


async def test_a_cancelled_append_leaves_nothing_behind_and_a_usable_pool(urls: Urls, app_pool: Pool) -> None:
    stream = a_stream()
    holder = await connect(urls["worker"])
    blocking = holder.transaction()
    await blocking.start()
    await holder.execute("select pg_advisory_xact_lock(20110901)")

    async def attempt() -> None:
        async with app_pool.acquire() as connection:
            await append(connection, RING, [note_amended(stream)], {(TENANT, stream): 0})

    waiting = asyncio.create_task(attempt())
    await eventually(lambda: somebody_waits(holder))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await blocking.rollback()
    await holder.close()

    assert await versions(app_pool, stream) == []
    await attempt()
    assert await versions(app_pool, stream) == [(stream, 1)]
    assert app_pool.get_idle_size() == app_pool.get_size()
