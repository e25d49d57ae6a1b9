"""`python -m bench.rebuilding ours | ceiling URL`: one rebuild in a process of its own, which says how it went."""

import argparse
import asyncio
import json
import os
from collections.abc import Sequence
from typing import Any

import uvloop

from bench.children import peak_memory
from bench.figures import Rate, Watch
from services.reporting.main import SERVICE
from shared.kernel.postgres import Pool, connect, open_pool
from shared.kernel.postgres.read_models import rebuild_read_model
from shared.kernel.service.command_line import tune_garbage_collector

TARGETS = next(model for model in SERVICE.read_models if model.name == "targets")
READ = 5000
"""Events that the ceiling reads at once; with more it is not faster."""


async def rebuilt(url: str) -> Rate:
    """A rebuild of reporting's targets, events a second."""
    async with await open_pool(url, size=4) as pool:
        events = int(await pool.fetchval("select count(*) from events"))
        with Watch() as watch:
            await rebuild_read_model(pool, TARGETS)
    return watch.rate(events)


async def read_and_copied(url: str) -> Rate:
    """Reading the same events, and COPY of the finished rows into a table like that of the read model."""
    async with await open_pool(url, size=1) as pool:
        rows = await _finished(pool)
        columns = ", ".join(f"{name} {sql}" for name, sql in TARGETS.table_columns.items())
        key = ", ".join(("tenant", *TARGETS.key))
        await pool.execute(f"""
            drop table if exists reading.plain; create table reading.plain ({columns}, primary key ({key}));
            {"".join(f"create index on reading.plain ({column}, tenant);" for column in TARGETS.indexes)}""")
        with Watch() as watch:
            events = await _read(pool)
            await pool.copy_records_to_table(
                "plain", schema_name="reading", columns=list(TARGETS.table_columns), records=rows, timeout=600
            )
    return watch.rate(events)


async def _read(pool: Pool) -> int:
    position, events = 0, 0
    while found := await pool.fetch(
        """select position, tenant, type, schema_version, body::text from events
           where position > $1 order by position limit $2""",
        position,
        READ,
    ):
        position, events = found[-1]["position"], events + len(found)
    return events


async def _finished(pool: Pool) -> Sequence[tuple[Any, ...]]:
    rows = await pool.fetch(f"select {', '.join(TARGETS.table_columns)} from reading.targets", timeout=600)
    return [tuple(row) for row in rows]


async def _known(url: str) -> int:
    connection = await connect(url)
    try:
        return int(await connection.fetchval("select count(*) from reading.targets"))
    finally:
        await connection.close()


def main() -> None:
    """Do it, and print a line of JSON: units a second, processor time, peak memory in bytes, rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("ours", "ceiling"))
    parser.add_argument("url")
    chosen = parser.parse_args()
    tune_garbage_collector()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rate = runner.run((rebuilt if chosen.what == "ours" else read_and_copied)(chosen.url))
        peak = peak_memory(os.getpid())
        rows = runner.run(_known(chosen.url))
    print(json.dumps({"per_second": rate.per_second, "cpu": rate.cpu, "peak": peak, "rows": rows}))


if __name__ == "__main__":
    main()
