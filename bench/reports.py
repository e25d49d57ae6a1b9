"""Reports of a partnership of national size, filled through append, relay, Kafka and reporting's own consumer.

Each report is asked for over HTTP by a partnership lead, who sees everything, as it stands now. Beside it stands the
same SQL on bare tables: without row-level security, merged records, HTTP or JSON.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

import httpx

from bench.children import Serving, peak_memory, serving
from bench.figures import Answered, Finding, Peak, Rate, Size, Watch
from bench.http import environment
from bench.partnership import Partnership, Published
from bench.seed import TENANT
from bench.servers import Servers, Urls, master_key
from services.reporting.main import SERVICE
from services.reporting.policy import EVERYTHING, LEAD
from services.reporting.reports import REPORTS
from services.reporting.reports.overview import overview
from services.reporting.reports.placements import PLACEMENTS
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.reading import Asked, read_rows
from services.reporting.reports.report import Report
from services.reporting.reports.settling import settle_figures_before
from services.reporting.tables import READ_MODELS
from services.reporting.views.keeping import keep_figures_up_to
from services.reporting.views.kept import Kept
from shared.calendar import ENGLAND
from shared.events import PUBLISHED
from shared.kernel.kafka.messages import last_events
from shared.kernel.kafka.publisher import KafkaPublisher
from shared.kernel.loops.follower import Follower
from shared.kernel.loops.relay import BATCH, Publication, Relay, publish_each
from shared.kernel.postgres import connect, open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.principal import Principal
from shared.kernel.records import Cause, NewEvent
from shared.kernel.service.worker import run_worker
from shared.kernel.settings import Settings

APPENDED = 2_000
"""Events that are appended at once."""
LOOK = 0.2
"""Seconds between two looks at how far it is."""
WITHIN = 3_600.0
"""Seconds that reporting may take for all events."""
BARE_ASKED = 3
"""How often the SQL on bare tables is asked, which takes ten seconds each time: its column is the slowest of three."""
PEOPLE = ("mentor_id", "trainee_id")
Ask = Callable[[], Awaitable[object]]


async def filled(servers: Servers, settings: Settings, partnership: Partnership) -> int:
    """Append the events of a partnership to stores of the services, and relay them; return how many there are."""
    async with AsyncExitStack() as stack:
        urls = {name: await stack.enter_async_context(servers.database()) for name in SERVICE.listens_to}
        number = await _append(urls, partnership.events())
        for name, at in urls.items():
            await _relay(settings, name, at)
    return number


async def _append(urls: dict[str, Urls], events: Iterable[Published]) -> int:
    """Append events to the stores of the services that publish them."""
    cause, number = Cause("bench", uuid4()), 0
    async with AsyncExitStack() as stack:
        stores = {
            name: PostgresStore(
                await stack.enter_async_context(await open_pool(at["app"], size=2)), Keyring(master_key())
            )
            for name, at in urls.items()
        }
        left = iter(events)
        while some := list(islice(left, APPENDED)):
            for name, store in stores.items():
                new = [NewEvent(TENANT, each.stream, each.event, cause) for each in some if each.service == name]
                if new:
                    async with store.transaction() as transaction:
                        await transaction.append(new, dict.fromkeys((TENANT, each.stream) for each in new))
            number += len(some)
    return number


async def _relay(settings: Settings, name: str, urls: Urls) -> None:
    """Relay a store that holds public events."""
    publication = Publication(
        settings.topic(name), f"urn:alongside:{name}", publish_each(PUBLISHED, lambda event: event)
    )
    async with (
        await open_pool(urls["worker"], size=4) as pool,
        KafkaPublisher(settings.kafka_bootstrap_servers) as publisher,
    ):
        store = PostgresStore(pool, Keyring(master_key()))
        await store.ensure_cursor("relay")
        follower = Follower("relay", Relay(publisher, [publication]).handle, batch=BATCH)
        while await follower.step(store):
            pass


async def consumed(settings: Settings, urls: Urls, events: int) -> Rate:
    """Let reporting's worker hear everything, until its read models have it too; events a second."""
    ends = [
        event.mark.position
        for name in SERVICE.listens_to
        for event in await last_events(settings.kafka_bootstrap_servers, settings.topic(name), f"urn:alongside:{name}")
    ]
    connection = await connect(urls["worker"])
    try:
        with Watch() as watch:
            async with run_worker(SERVICE, settings, urls["worker"]):
                deadline = time.monotonic() + WITHIN
                while not await _has_all(connection, ends):
                    assert time.monotonic() < deadline, "reporting has not heard everything in time"
                    await asyncio.sleep(LOOK)
    finally:
        await connection.close()
    return watch.rate(events)


async def _has_all(connection: Any, ends: Sequence[int]) -> bool:
    heard = await connection.fetchval("select count(*) from high_water where position = any($1)", ends)
    if heard < len(ends):
        return False
    behind = await connection.fetchval(
        """select count(*) from cursors where name <> 'relay'
           and position < (select coalesce(max(position), 0) from events)"""
    )
    return not behind


@dataclass(frozen=True)
class _BareReader(ReportReader):
    """Reads tables as they are: nobody is merged or undone, and rows of reports stay rows where they `stay_rows`."""

    stay_rows: bool = True

    @property
    def current_rows(self) -> str:
        return "with kept_records as (select null::uuid as merged_id, null::uuid as kept_id where false)"

    @property
    def people(self) -> str:
        return self.current_rows

    async def figures(self, day: date, *sets: Kept) -> str:
        """Let everything be reckoned."""
        del day
        await self.reckon_all(*sets)
        return ", ".join((self.current_rows, *(f"{kept.name} as not materialized ({kept.rows})" for kept in sets)))

    async def all(self, answer: type[Any], sql: str, *values: object, unseal: bool = False) -> list[Any]:
        assert not unseal, "nothing is sealed in the reports"
        rows = await self.connection.fetch(sql, *values)
        if self.stay_rows and answer in {report.row for report in REPORTS}:
            return rows
        return [answer.model_validate(dict(row)) for row in rows]


async def copy_tables(connection: Any) -> None:
    """Copy the rows of every read table into a table of the schema `bare`, with the same indexes."""
    await connection.execute("drop schema if exists bare cascade; create schema bare")
    for model in READ_MODELS:
        people = [column for column in PEOPLE if column in model.columns]
        also = "".join(f", {person} as {person.removesuffix('_id')}_record_id" for person in people)
        columns = ", ".join(name for name in model.columns if name != "tenant")
        await connection.execute(
            f"create table bare.{model.name} as select {columns}{also} from reading.{model.name}", timeout=600
        )
        for columns in (", ".join(model.key), *(index for index in model.indexes if index in model.columns)):
            await connection.execute(f"create index on bare.{model.name} ({columns})", timeout=600)
    await connection.execute("create view bare.recorded_statuses as select * from bare.training_statuses")
    await connection.execute("vacuum analyze", timeout=600)


async def against_bare_tables(servers: Servers, size: Size) -> list[Finding]:
    """Fill, then a row for each report, for the overview, and for the file of all placements with its memory."""
    partnership = Partnership(size.national, datetime.now(ENGLAND).date())
    async with servers.topics() as settings, servers.database("reporting") as urls:
        events = await filled(servers, settings, partnership)
        heard = await consumed(settings, urls, events)
        connection = await connect(urls["admin"])
        try:
            await prepare(connection, urls, partnership.today)
            await copy_tables(connection)
            env = environment(servers, "reporting", dict(urls), settings.alongside_topic_prefix)
            env["ALONGSIDE_TODAY_AT_LEAST"] = f"{partnership.today}"
            async with serving("services.reporting.main", "api", env=env) as api:
                found = await reports_asked(api, lead(servers), connection, partnership.today, size)
        finally:
            await connection.close()
    print(f"{events:,} events, {heard.per_second:,.0f} a second from Kafka to every read model", flush=True)
    return found


async def prepare(connection: Any, urls: Urls, today: date) -> None:
    """Bring the database to where a worker has it on a usual day: figures are kept, and those of months are settled.

    For that everything has to be recorded on its day, and not just now.
    """
    for sql in (
        "alter table events disable trigger user",
        """update events e set recorded_at = o.day + time '18:00'
           from (select position, max(happened_on) over (order by position) as day from events) o
           where o.position = e.position""",
        "alter table events enable trigger user",
        "vacuum analyze",
    ):
        await connection.execute(sql, timeout=1200)
    async with await open_pool(urls["worker"], size=2) as pool:
        store = PostgresStore(pool, Keyring(master_key()))
        for what, work in (("of today kept", keep_figures_up_to), ("of groups stored", settle_figures_before)):
            with Watch() as watch:
                await work(store, today)
            print(f"figures {what} in {watch.seconds:.1f} s", flush=True)
    await connection.execute("vacuum analyze", timeout=1200)


def lead(servers: Servers) -> str:
    """The token of a partnership lead."""
    return servers.issuer.token(str(UUID(int=1)), TENANT, [LEAD])


async def reports_asked(api: Serving, token: str, connection: Any, today: date, size: Size) -> list[Finding]:
    """Ask for the first page of each report, the overview and the file of all placements, over HTTP and bare tables."""
    await connection.execute("set search_path to bare, public")
    reader = _BareReader(Principal(str(UUID(int=1)), TENANT, frozenset((LEAD,))), connection, Keyring(master_key()))

    async def bare(report: Report, limit: int | None = 1_000) -> None:
        assert report.scope(reader.who) == EVERYTHING
        await read_rows(reader, report, Asked(today, limit=limit))

    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{api.port}", headers={"Authorization": f"Bearer {token}"}, timeout=120
    ) as client:

        async def ask(path: str, accept: str = "application/json") -> None:
            async with client.stream("GET", path, headers={"Accept": accept}) as answer:
                answer.raise_for_status()
                async for _ in answer.aiter_bytes():
                    pass

        async def answered(what: str, within: float, ours: Ask, theirs: Ask) -> Answered:
            took = await _milliseconds(ours, size.asked), await _milliseconds(theirs, min(size.asked, BARE_ASKED))
            return Answered(what, "the same SQL on bare tables", *took, within=within)

        found: list[Finding] = [
            await answered(f"report {report.name}", 300, partial(ask, f"/reports/{report.name}"), partial(bare, report))
            for report in REPORTS
        ]
        overviews = partial(ask, "/overview"), partial(overview, replace(reader, stay_rows=False), as_of=today)
        files = partial(ask, f"/reports/{PLACEMENTS.name}", "text/csv"), partial(bare, PLACEMENTS, None)
        found += [
            await answered("overview", 150, *overviews),
            await answered("file of all placements", 10_000, *files),
            Peak("reporting's API process, reports and a file of all placements", peak_memory(api.process.pid)),
        ]
    return found


async def _milliseconds(ask: Ask, times: int) -> list[float]:
    await ask()
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - begun) * 1000)
    return took
