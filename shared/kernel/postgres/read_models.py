"""Tables of read models: made, rebuilt beside the live version, swapped and dropped."""

import asyncio
from collections.abc import Callable, Sequence

from shared.kernel.postgres import Connection, Pool
from shared.kernel.postgres.events import head, read_after
from shared.kernel.postgres.filling import Filling
from shared.kernel.postgres.rows import PostgresRows
from shared.kernel.readmodel import ReadModel

REBUILD_BATCH = 5000
POLL = 0.25
"""Seconds between two looks at a rebuild that runs elsewhere."""


class RebuildRunning(RuntimeError):
    """Another rebuild of the same read model is under way."""


async def prepare(pool: Pool, models: Sequence[ReadModel]) -> None:
    """Make every read model that is not there yet, rebuild those whose definition has changed, retire all others.

    Where another replica is rebuilding one, wait for it. What is retired can still be read by replicas of before, but
    nobody waits for it any more.
    """
    await pool.execute(
        "update read_models set live = false where live and name <> all ($1)", [model.name for model in models]
    )
    for model in models:
        while not await _stands(pool, model):
            try:
                await rebuild(pool, model)
            except RebuildRunning:
                await asyncio.sleep(POLL)


async def _stands(pool: Pool, model: ReadModel) -> bool:
    """Whether the live version, made if there is none, has the model's definition."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtext($1))", f"prepare {model.name}")
        live = await connection.fetchval("select definition from read_models where name = $1 and live", model.name)
        if live is None:
            await connection.execute(f"drop view if exists reading.{model.name}")
            await _clear(connection, model)
            await _make(connection, model, 1)
            for statement in (model.making_key(1), *model.making_indexes(1)):
                await connection.execute(statement)
            await _go_live(connection, model, 1)
            return True
        return bool(live == model.definition)


async def rebuild(pool: Pool, model: ReadModel, *, progress: Callable[[int], None] = lambda _: None) -> int:
    """Fill the next version beside the live one, catch up, and swap the view; answers the new version.

    `progress` is told the position reached. Raises `RebuildRunning` while another rebuild of the model is under way.
    """
    async with pool.acquire() as guard, guard.transaction():  # the lock ends with it, however it ends
        if not await guard.fetchval("select pg_try_advisory_xact_lock(hashtext($1))", f"rebuild {model.name}"):
            raise RebuildRunning(f"{model.name} is being rebuilt already")
        version = await _begin(pool, model)
        await _fill(pool, guard, model, version, progress)
        async with pool.acquire() as connection, connection.transaction():
            await _swap(connection, model, version)
        return version


async def _begin(pool: Pool, model: ReadModel) -> int:
    async with pool.acquire() as connection, connection.transaction():
        await _clear(connection, model)
        version = await connection.fetchval(
            "select coalesce(max(version), 0) + 1 from read_models where name = $1", model.name
        )
        await _make(connection, model, version)
        return int(version)


async def _clear(connection: Connection, model: ReadModel) -> None:
    """Drop what a killed rebuild left behind, or what was retired."""
    for left in await connection.fetch(
        "delete from read_models where name = $1 and not live returning version", model.name
    ):
        await _drop(connection, model, left["version"])


async def _fill(
    pool: Pool, reader: Connection, model: ReadModel, version: int, progress: Callable[[int], None]
) -> None:
    """Take in everything up to now, before row-level security, which forbids COPY."""
    async with pool.acquire() as connection, connection.transaction():
        last = await head(connection)
        await Filling(reader, connection, model, version).up_to(last, progress)
        await _move(connection, model.cursor(version), last)


async def _swap(connection: Connection, model: ReadModel, version: int) -> None:
    """Hold the live cursor, take in what came since, and put the new version in its place."""
    live = await connection.fetchval("select version from read_models where name = $1 and live", model.name)
    await connection.execute("select 1 from cursors where name = $1 for update", model.cursor(live))
    position = await connection.fetchval("select position from cursors where name = $1", model.cursor(version))
    while events := await read_after(connection, position, REBUILD_BATCH):
        await model.project(PostgresRows(connection), version, events)
        position = events[-1].position
    await _move(connection, model.cursor(version), position)
    await connection.execute("delete from read_models where name = $1 and version = $2", model.name, live)
    await _go_live(connection, model, version)
    await _drop(connection, model, live)


async def _make(connection: Connection, model: ReadModel, version: int) -> None:
    """The table of a version, without key and indexes, and its cursor."""
    columns = ", ".join(f"{name} {sql}" for name, sql in model.columns.items())
    await connection.execute(f"create table {model.table(version)} ({columns})")
    await connection.execute(
        "insert into read_models (name, version, live, definition) values ($1, $2, false, $3)",
        model.name,
        version,
        model.definition,
    )
    await connection.execute("insert into cursors (name, position) values ($1, 0)", model.cursor(version))


async def _go_live(connection: Connection, model: ReadModel, version: int) -> None:
    table, view = model.table(version), f"reading.{model.name}"
    await connection.execute(f"""
        alter table {table} enable row level security;
        alter table {table} force row level security;
        create policy named_tenants on {table} using (tenant = any ((select named_tenants())::text[]));
        create policy worker on {table} to alongside_worker using (true) with check (true);
        grant select on {table} to alongside_app;
        drop view if exists {view};
        create view {view} with (security_invoker = true) as select * from {table};
        grant select on {view} to alongside_app""")
    await connection.execute("update read_models set live = true where name = $1 and version = $2", model.name, version)


async def _drop(connection: Connection, model: ReadModel, version: int) -> None:
    await connection.execute(f"drop table if exists {model.table(version)}")
    await connection.execute("delete from cursors where name = $1", model.cursor(version))


async def _move(connection: Connection, cursor: str, position: int) -> None:
    await connection.execute(
        "update cursors set position = $2, moved_at = clock_timestamp() where name = $1", cursor, position
    )
