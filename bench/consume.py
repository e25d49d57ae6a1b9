"""From Kafka to rows of a read model: a worker's consumer against `getmany` and one COPY a batch.

Two ways to the rows. The consumer's own: batches of raw messages, high-water marks, what is parked, decoding, and the
fold of the batch into rows, all in one transaction; the fold is an effect that is made here. And that of production,
reporting's, which stores every event for good first and projects from its store: it does twice the work, and is
held to the same figures.

The ceiling decodes nothing, stores no event and drops no repeat: it copies finished rows, as many as it has fetched
messages.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from typing import Any, cast
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer

from bench.figures import Finding, Growth, Rate, Ratio, Size, Watch, in_turns
from bench.relay import relayed
from bench.seed import seed_meetings
from bench.servers import Servers, Urls
from services.reporting.main import SERVICE
from shared.events import Catalogue, PublicEvent
from shared.kernel.kafka.messages import last_events
from shared.kernel.loops.consumer import BatchOutcome, EffectTransaction, IncomingEvent
from shared.kernel.postgres import connect
from shared.kernel.postgres.store import PostgresTransaction
from shared.kernel.records import RowKey
from shared.kernel.service.definition import Service
from shared.kernel.service.worker import run_worker
from shared.kernel.settings import Settings

MEETINGS = next(model for model in SERVICE.read_models if model.name == "meetings")
LAST_MEETINGS = replace(MEETINGS, keeps_past=False, indexes=("relationship_id",))
LOOK = 0.05
"""Seconds between two looks at how far it is."""
WITHIN = 300.0
"""Seconds that all rows may take."""
GET = 5000
"""Messages that the ceiling takes at once; with more it is not faster."""


@asynccontextmanager
async def _filled(servers: Servers, size: Size, partitions: int | None = None) -> AsyncIterator[Settings]:
    """A topic with so many events of sessions in it."""
    async with servers.database("sessions") as urls, servers.topics(partitions) as settings:
        await seed_meetings(urls["admin"], size.messages)
        await relayed(settings, urls, size.messages)
        yield settings


async def _folded(transaction: EffectTransaction, batch: Sequence[IncomingEvent]) -> BatchOutcome:
    """The effect of a batch: its events folded into rows of the first version of `LAST_MEETINGS`."""
    folds = [
        ((one.envelope.tenant, *step.key(one.event)), step.fold, one.event)
        for one in batch
        for step in (LAST_MEETINGS.on[type(one.event)],)
    ]
    assert isinstance(transaction, PostgresTransaction)
    found = await transaction.read_rows(LAST_MEETINGS, 1, list({key for key, _, _ in folds}))
    rows: dict[RowKey, Any] = dict(found)
    for key, fold, event in folds:
        rows[key] = fold(rows.get(key), event)

    async def write() -> None:
        await transaction.write_rows(LAST_MEETINGS, 1, rows, found)

    return BatchOutcome({}, write)


STORED = replace(SERVICE, read_models=(MEETINGS,), listens_to=("sessions",), loops={})
"""Reporting, reduced to the one read model whose rows are counted."""
FOLDED = replace(
    STORED,
    read_models=(LAST_MEETINGS,),
    effect=_folded,
    catalogue=Catalogue(cast("Iterable[type[PublicEvent]]", LAST_MEETINGS.on)),
)
"""A service that folds what it hears and keeps no copy of it."""


async def consumed(servers: Servers, settings: Settings, service: Service) -> tuple[Rate, list[Any]]:
    """Events a second from the first rows to the last, and the rows; each time as another group, from the beginning."""
    service = replace(service, name=f"reporting-{uuid4()}")
    async with servers.database("reporting") as urls:
        connection = await connect(urls["worker"])
        wanted, ends = await _ends(settings)
        async with run_worker(service, settings, urls["worker"]):
            cpu = time.process_time()
            first = (0.0, 0)
            begun = time.perf_counter()
            while True:
                # counting rows would cost as much as writing some: between the first and the last, marks are looked at
                heard = int(await connection.fetchval("select count(*) from high_water where position = any($1)", ends))
                if first[1] and heard < len(ends):
                    await asyncio.sleep(LOOK)
                    continue
                there = int(await connection.fetchval("select count(*) from reading.meetings"))
                now = time.perf_counter()
                if there and not first[1]:
                    first, cpu = (now, there), time.process_time()
                if there == wanted:
                    break
                assert now - begun < WITHIN, f"{there} of {wanted} rows came in time"
                await asyncio.sleep(LOOK)
        spent = time.process_time() - cpu
        rows = await _rows(connection)
        await connection.close()
    units = wanted - first[1]
    if not units:  # so few that they came at once
        return Rate(wanted / (now - begun)), rows
    return Rate(units / (now - first[0]), spent / units * 1e6), rows


async def _rows(connection: "asyncpg.Connection[asyncpg.Record]") -> list[tuple[Any, ...]]:
    names = ", ".join(("tenant", *(field.name for field in fields(MEETINGS.row))))
    return [tuple(row) for row in await connection.fetch(f"select {names} from reading.meetings")]


async def _ends(settings: Settings) -> tuple[int, list[int]]:
    """How many messages there are, and the position of the last event in each partition that has any."""
    topic = settings.topic("sessions")
    async with AIOKafkaConsumer(topic, bootstrap_servers=settings.kafka_bootstrap_servers) as one:
        messages = sum((await one.end_offsets(list(one.assignment()))).values())
    last = await last_events(settings.kafka_bootstrap_servers, topic, "urn:alongside:sessions")
    return messages, [event.mark.position for event in last]


async def copied(urls: Urls, settings: Settings, rows: Sequence[tuple[Any, ...]]) -> Rate:
    """A plain consumer that copies a finished row for each message, rows a second."""
    connection = await connect(urls["admin"])
    columns = ", ".join(f"{name} {sql}" for name, sql in MEETINGS.columns.items())
    await connection.execute(f"""
        drop table if exists plain; create table plain ({columns}, primary key (tenant, meeting_id));
        create index on plain (relationship_id, tenant)""")
    async with AIOKafkaConsumer(
        settings.topic("sessions"),
        bootstrap_servers=settings.kafka_bootstrap_servers,
        group_id=f"bench-{uuid4()}",
        auto_offset_reset="earliest",
    ) as consumer:

        async def copy_some(done: int) -> int:
            found = await consumer.getmany(timeout_ms=1000, max_records=GET)
            taken = sum(len(records) for records in found.values())
            await connection.copy_records_to_table(
                "plain", columns=list(MEETINGS.columns), records=rows[done : done + taken]
            )
            return taken

        while not (first := await copy_some(0)):
            pass
        done = first
        with Watch() as watch:
            while done < len(rows):
                done += await copy_some(done)
    await connection.close()
    return watch.rate(max(done - first, 1))


async def against_copy(servers: Servers, size: Size) -> list[Finding]:
    """The consumer's row; reporting's way with one read model and with all of them; and 1 to 8 partitions."""
    async with _filled(servers, size) as settings, servers.database() as plain:
        _, rows = await consumed(servers, settings, FOLDED)

        async def ours(service: Service) -> Rate:
            rate, found = await consumed(servers, settings, service)
            assert set(found) == set(rows), "other rows came of the same messages"
            return rate

        mine, at_most = await in_turns(size.turns, lambda: ours(FOLDED), lambda: copied(plain, settings, rows))
        stored = [await ours(STORED) for _ in range(min(size.turns, 3))]
        all_models = [await ours(replace(STORED, read_models=SERVICE.read_models))]
    points = []
    for partitions in size.partitions:
        async with _filled(servers, size, partitions) as settings:
            points.append((partitions, (await consumed(servers, settings, FOLDED))[0].per_second))
    ceiling = "plain `getmany` and one COPY a batch"
    what = "consumer: Kafka to rows of a read model, decoding and dedup included"
    return [
        Ratio(what, ceiling, mine, at_most, wanted=0.5, least=40_000),
        Ratio("reporting: Kafka to stored events to rows of a read model", ceiling, stored, at_most, 0.5, 40_000),
        Ratio(f"reporting: the same with its {len(SERVICE.read_models)} read models", ceiling, all_models, at_most),
        Growth("consumer, by partitions", "partitions", points),
    ]
