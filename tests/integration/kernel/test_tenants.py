"""A tenant sees and writes its own: by the database's own rules, whatever the code above forgets."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import uuid4

import asyncpg
import pytest

from shared.kernel.loops.projector import Projector
from shared.kernel.postgres import Connection, Pool, connect, name_tenants, tenant_transaction
from shared.kernel.postgres.events import append, read_streams
from shared.kernel.postgres.read_models import prepare_read_models
from shared.kernel.records import IdempotencyKey, NewEvent
from shared.kernel.settings import Role
from tests.support.databases import Urls
from tests.support.notes_service import DAY, NOTES, NoteAmended, NoteWritten, cause, keyring, store_of

OURS, THEIRS = "ours", "theirs"
RING = keyring()
KEPT = {"public.events", "public.streams", "public.answers", "public.subject_keys"}
KEEPING_PAST = replace(NOTES, keeps_past=True)
READ = {"reading.notes_v1", "reading.notes_v1_past"}
VIEWS = {"reading.notes", "reading.notes_past"}


@dataclass
class Two:
    """A database that holds something of two tenants in every table."""

    urls: Urls
    tables: list[str]


@pytest.fixture(scope="module")
async def two(urls: Urls, app_pool: Pool, worker_pool: Pool) -> Two:
    for tenant in (OURS, THEIRS):
        note = uuid4()
        written = NoteWritten(happened_on=DAY, note_id=note, author_id="author", text="A note.")
        amended = NoteAmended(happened_on=DAY, note_id=note, words=1)
        async with app_pool.acquire() as connection:
            await append(
                connection,
                RING,
                [NewEvent(tenant, f"note-{note}", event, cause()) for event in (written, amended)],
                {(tenant, f"note-{note}"): 0},
                IdempotencyKey(tenant, "somebody", "key", b"digest", {}),
            )
    await prepare_read_models(worker_pool, [KEEPING_PAST])
    await Projector([KEEPING_PAST]).step(store_of(worker_pool))
    rows = await worker_pool.fetch(
        """select concat(c.relnamespace::regnamespace, '.', c.relname) as name from pg_class c
           where c.relkind in ('r', 'v', 'p') and c.relnamespace::regnamespace::text in ('public', 'reading')
           and has_table_privilege('alongside_app', c.oid, 'select')
           and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant')"""
    )
    return Two(urls, [row["name"] for row in rows])


@pytest.fixture
async def app(urls: Urls) -> AsyncIterator[Connection]:
    connection = await connect(urls["app"])
    yield connection
    await connection.close()


async def test_every_table_that_anybody_reaches_has_its_rows_guarded(two: Two, worker_pool: Pool) -> None:
    rows = await worker_pool.fetch(
        """select concat(c.relnamespace::regnamespace, '.', c.relname) as name,
                  c.relrowsecurity and c.relforcerowsecurity as guarded,
                  has_table_privilege('alongside_app', c.oid, 'select, insert, update, delete, truncate')
                  or has_table_privilege('alongside_worker', c.oid, 'select, insert, update, delete, truncate')
                  or pg_get_userbyid(c.relowner) = current_user as reached
           from pg_class c
           where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text in ('public', 'reading')"""
    )
    found = {row["name"]: row["guarded"] for row in rows if row["reached"]}
    assert KEPT | READ | {"public.cursors", "public.high_water", "public.parked"} <= set(found)
    assert [name for name, guarded in found.items() if not guarded] == []


async def test_every_view_looks_with_the_rights_of_whoever_asks(two: Two, worker_pool: Pool) -> None:
    rows = await worker_pool.fetch(
        """select concat(c.relnamespace::regnamespace, '.', c.relname) as name, c.reloptions from pg_class c
           where c.relkind = 'v' and c.relnamespace::regnamespace::text in ('public', 'reading')"""
    )
    assert {row["name"] for row in rows} == VIEWS
    assert all("security_invoker=true" in (row["reloptions"] or []) for row in rows)


async def test_a_query_without_a_tenant_returns_no_rows_of_any_table(two: Two, app: Connection) -> None:
    assert set(two.tables) >= KEPT | READ | VIEWS
    for table in two.tables:
        assert await app.fetchval(f"select count(*) from {table}") == 0, table


async def test_a_query_with_a_tenant_returns_its_rows_alone(two: Two, app: Connection) -> None:
    for table in two.tables:
        async with app.transaction():
            await name_tenants(app, [OURS])
            assert {row["tenant"] for row in await app.fetch(f"select tenant from {table}")} == {OURS}, table


@pytest.mark.parametrize("named", ["", ",", "none", "OURS", " ours", "our", "ours ", "'ours'", "{ours}", "*", "%"])
async def test_a_name_that_is_not_exactly_the_tenants_sees_nothing(two: Two, app: Connection, named: str) -> None:
    async with app.transaction():
        await app.execute("select set_config('alongside.tenants', $1, true)", named)
        assert await app.fetch("select 1 from events") == []


async def test_the_tenant_of_one_transaction_is_gone_in_the_next(two: Two, app_pool: Pool) -> None:
    async with tenant_transaction(app_pool, [OURS]) as connection:
        assert await connection.fetchval("select count(*) from events") == 2
        pid = connection.get_server_pid()
    async with app_pool.acquire() as connection:
        assert connection.get_server_pid() == pid
        assert await connection.fetchval("select count(*) from events") == 0


async def test_the_functions_that_name_tenants_name_them_for_one_statement_only(two: Two, app: Connection) -> None:
    (row,) = await app.fetch("select count(*) as number from events")
    assert row["number"] == 0
    note = uuid4()
    written = NoteWritten(happened_on=DAY, note_id=note, author_id="author", text="A note.")
    await append(app, RING, [NewEvent("third", f"note-{note}", written, cause())], {("third", f"note-{note}"): 0})
    assert len(await read_streams(app, [("third", f"note-{note}")])) == 1
    assert await app.fetchval("select count(*) from events") == 0


async def test_a_stream_of_another_tenant_is_another_stream(two: Two, app: Connection) -> None:
    stream = f"note-{uuid4()}"
    written = NoteWritten(happened_on=DAY, note_id=uuid4(), author_id="author", text="A note.")
    for tenant in (OURS, THEIRS):
        await append(app, RING, [NewEvent(tenant, stream, written, cause())], {(tenant, stream): 0})
    assert [event.tenant for event in await read_streams(app, [(OURS, stream)])] == [OURS]


async def test_an_append_that_names_one_tenant_writes_into_no_other(two: Two, app: Connection) -> None:
    stream = f"note-{uuid4()}"
    row = await app.fetchrow(
        """select * from append(array['ours'], array[$1::text], array[0], array[1],
               array['theirs'], array[$1::text], array[gen_random_uuid()], array['t'], array[1], array['{}'::jsonb],
               array['2026-09-14'::date], array['a'], array[gen_random_uuid()], array[null::uuid], array[null::text],
               null, null, null, null, null)""",
        stream,
    )
    assert row is not None
    assert row["last_position"] is None
    assert await read_streams(app, [(THEIRS, stream)]) == []


@pytest.mark.parametrize("role", ["app", "worker"])
@pytest.mark.parametrize(
    "statement",
    [
        "insert into subject_keys (tenant, subject, wrapped) values ('theirs', 'somebody', '')",
        "update subject_keys set tenant = 'theirs' where tenant = 'ours'",
    ],
)
async def test_a_row_cannot_be_written_into_another_tenant(two: Two, role: Role, statement: str) -> None:
    connection = await connect(two.urls[role])
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _within(connection, statement)
    finally:
        await connection.close()


async def _within(connection: Connection, statement: str) -> None:
    async with connection.transaction():
        await name_tenants(connection, [OURS])
        await connection.execute(statement)


async def test_nobody_but_the_worker_reaches_what_is_parked_or_marked(two: Two, app: Connection) -> None:
    for table in ("parked", "high_water"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.fetch(f"select * from {table}")


async def test_the_worker_reads_every_tenant(two: Two, worker_pool: Pool) -> None:
    for table in ("events", "streams", "answers", "subject_keys", *READ):
        rows = await worker_pool.fetch(f"select distinct tenant from {table}")
        assert {OURS, THEIRS} <= {row["tenant"] for row in rows}, table


async def test_even_the_owner_sees_no_row_without_naming_its_tenant(two: Two) -> None:
    owner = await connect(two.urls["owner"])
    try:
        assert await owner.fetchval("select count(*) from events") == 0
    finally:
        await owner.close()
