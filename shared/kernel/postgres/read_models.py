"""The tables of read models: creates them, rebuilds them while the live version is in use, swaps and drops versions."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from shared.kernel.postgres import Connection, Pool
from shared.kernel.postgres.events import head, read_model_events
from shared.kernel.postgres.filling import TableFill
from shared.kernel.postgres.rows import PostgresRows
from shared.kernel.readmodel import ReadModel

REBUILD_BATCH = 5000
POLL = 0.25
"""Seconds between two checks whether a rebuild that runs elsewhere has ended."""
LOOK_INTERVAL = 10.0
"""Seconds between two looks whether a newer version has taken a read model over."""

log = structlog.get_logger()


class RebuildRunning(RuntimeError):
    """Another rebuild of the same read model is running."""


class NewerEdition(RuntimeError):
    """A newer version of the service has made the read model; an older edition does not take its place."""

    def __init__(self, name: str, newer: int, own: int) -> None:
        super().__init__(
            f"A newer version of this service made {name}: edition {newer}, and this version knows edition {own}. "
            "Run the newer version, or see `When a new version has to go` in docs/how-to/operate.md."
        )


async def prepare_read_models(pool: Pool, models: Sequence[ReadModel], given_up: Sequence[str] = ()) -> None:
    """Create the read models that do not exist, rebuild those of an older edition, retire those that are given up.

    A newer edition stays as it is. Where another replica rebuilds one, wait for it. Replicas of the version before can
    still read a retired read model, but queries no longer wait for it.
    """
    await pool.execute(
        """update read_models set live = false, edition = 0
           where live and (name = any ($2) or (edition = 0 and name <> all ($1)))""",
        [model.name for model in models],
        list(given_up),
    )
    for model in models:
        while not await _is_current(pool, model):
            try:
                await rebuild_read_model(pool, model)
            except RebuildRunning:
                await asyncio.sleep(POLL)
            except NewerEdition:
                break


async def editions(connection: Connection | Pool, models: Sequence[ReadModel]) -> dict[str, int]:
    """Read the edition of the live version of each of these read models that has one.

    The column is read as part of the row: operators ask before `alongside migrate` has added it.
    """
    rows = await connection.fetch(
        """select name, coalesce((to_jsonb(r) ->> 'edition')::int, 0) as edition
           from read_models r where live and name = any ($1)""",
        [model.name for model in models],
    )
    return {row["name"]: row["edition"] for row in rows}


async def keep_reporting_newer(pool: Pool, models: Sequence[ReadModel]) -> None:
    """Log, until cancelled, which read models a newer version has taken over: this worker moves them no more."""
    before: list[str] = []
    while True:
        live = await editions(pool, models)
        newer = [model.name for model in models if live.get(model.name, 0) > model.edition]
        if newer != before:
            log.warning("stands aside: a newer version moves these read models", models=newer)
        before = newer
        await asyncio.sleep(LOOK_INTERVAL)


async def _is_current(pool: Pool, model: ReadModel) -> bool:
    """Whether the live version has the model's definition, or a newer one; it is created where there is none."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtext($1))", f"prepare {model.name}")
        live = await connection.fetchrow(
            "select definition, edition from read_models where name = $1 and live", model.name
        )
        if live is None:
            await _drop_views(connection, model)
            await _clear(connection, model)
            await _make(connection, model, 1)
            for statement in (model.key_statement(1), *model.index_statements(1)):
                await connection.execute(statement)
            await _go_live(connection, model, 1)
            return True
        if (
            live["edition"] < model.edition and live["definition"] == model.definition
        ):  # made before there were editions
            await connection.execute(
                "update read_models set edition = $2 where name = $1 and live", model.name, model.edition
            )
        return bool(live["definition"] == model.definition or live["edition"] > model.edition)


async def rebuild_read_model(pool: Pool, model: ReadModel, *, progress: Callable[[int], None] = lambda _: None) -> int:
    """Fill the next version while the live one is in use, catch up, and swap the view; returns the new version.

    `progress` is called with each position reached. Raises `RebuildRunning` while another rebuild of the model runs,
    and `NewerEdition` where the live version has a newer edition.
    """
    async with pool.acquire() as guard, guard.transaction():  # the lock ends with this transaction, however it ends
        if not await guard.fetchval("select pg_try_advisory_xact_lock(hashtext($1))", f"rebuild {model.name}"):
            raise RebuildRunning(f"{model.name} is being rebuilt already")
        live = await editions(guard, [model])
        if live.get(model.name, 0) > model.edition:
            raise NewerEdition(model.name, live[model.name], model.edition)
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
    """Drop the versions that a killed rebuild left behind or that were retired."""
    for left in await connection.fetch(
        "delete from read_models where name = $1 and not live returning version", model.name
    ):
        await _drop(connection, model, left["version"])


async def _fill(
    pool: Pool, reader: Connection, model: ReadModel, version: int, progress: Callable[[int], None]
) -> None:
    """Fill the version up to the present head; row-level security, which forbids COPY, is set up afterwards."""
    async with pool.acquire() as connection, connection.transaction():
        last = await head(connection)
        await TableFill(reader, connection, model, version).up_to(last, progress)
        await _move(connection, model.cursor(version), last)


async def _swap(connection: Connection, model: ReadModel, version: int) -> None:
    """Lock the live cursor, project the events since the fill, and make the new version live."""
    live = await connection.fetchval("select version from read_models where name = $1 and live", model.name)
    await connection.execute("select 1 from cursors where name = $1 for update", model.cursor(live))
    position = await connection.fetchval("select position from cursors where name = $1", model.cursor(version))
    while events := await read_model_events(connection, position, REBUILD_BATCH):
        await model.project(PostgresRows(connection), version, events)
        position = events[-1].position
    await _move(connection, model.cursor(version), position)
    await connection.execute("delete from read_models where name = $1 and version = $2", model.name, live)
    await _go_live(connection, model, version)
    await _drop(connection, model, live)


async def _make(connection: Connection, model: ReadModel, version: int) -> None:
    """Create the tables of a version, without key and indexes, and its cursor."""
    await _make_table(connection, model.table(version), model.table_columns)
    if model.keeps_past:
        await _make_table(connection, model.past_table(version), model.past_columns)
    await connection.execute(
        "insert into read_models (name, version, live, definition, edition) values ($1, $2, false, $3, $4)",
        model.name,
        version,
        model.definition,
        model.edition,
    )
    await connection.execute("insert into cursors (name, position) values ($1, 0)", model.cursor(version))


async def _make_table(connection: Connection, table: str, columns: Mapping[str, str]) -> None:
    await connection.execute(f"create table {table} ({', '.join(f'{name} {sql}' for name, sql in columns.items())})")


async def _go_live(connection: Connection, model: ReadModel, version: int) -> None:
    await _drop_views(connection, model)
    view = f"reading.{model.name}"
    await _open_table(connection, model.table(version), view)
    if model.keeps_past:
        await _open_table(connection, model.past_table(version), f"{view}_past")
    await connection.execute("update read_models set live = true where name = $1 and version = $2", model.name, version)


async def _open_table(connection: Connection, table: str, view: str) -> None:
    """Guard the rows of a table, and let the API read them through a view."""
    await connection.execute(f"""
        alter table {table} enable row level security;
        alter table {table} force row level security;
        create policy named_tenants on {table} using (tenant = any ((select named_tenants())::text[]));
        create policy worker on {table} to alongside_worker using (true) with check (true);
        grant select on {table} to alongside_app;
        create view {view} with (security_invoker = true) as select * from {table};
        grant select on {view} to alongside_app""")


async def _drop_views(connection: Connection, model: ReadModel) -> None:
    """Drop the views of the live version, whose definition may have kept its past though this one does not."""
    await connection.execute(f"drop view if exists reading.{model.name}, reading.{model.name}_past")


async def _drop(connection: Connection, model: ReadModel, version: int) -> None:
    """Drop the tables of a version, whose definition may have kept its past though this one does not."""
    await connection.execute(f"drop table if exists {model.table(version)}, {model.past_table(version)}")
    await connection.execute("delete from cursors where name = $1", model.cursor(version))


async def _move(connection: Connection, cursor: str, position: int) -> None:
    await connection.execute(
        "update cursors set position = $2, moved_at = clock_timestamp() where name = $1", cursor, position
    )
