"""A trace reads the replaced rows behind a figure, however many others a partnership has."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.reporting.reports.reader import ReportReader
from services.reporting.reports.reading import Asked, read_rows
from services.reporting.reports.report import Report
from services.reporting.reports.tracing import read_trace
from services.reporting.tables import READ_MODELS
from shared.events.referral import CalendarPeriod, SchoolCalendarRecorded
from shared.kernel.postgres import Connection, tenant_transaction
from tests.integration.reporting.recomputation.comparing import Person, ReportingStore
from tests.integration.reporting.recomputation.histories import Recorded
from tests.integration.reporting.test_reading import MANY
from tests.integration.reporting.test_tracing import LATER, TRACED
from tests.unit.reporting.facts import MONDAY, OAK

pytestmark = pytest.mark.covers("P12")

HOLIDAY = CalendarPeriod(kind="holiday", starts_on=date(2026, 10, 26), ends_on=date(2026, 10, 30))
AS_OF = date(2026, 10, 31)
BEGIN = datetime(2026, 7, 1, tzinfo=UTC)
OTHERS = 5_000
"""Replaced rows in each table that are behind no figure."""


@pytest.fixture(scope="module")
async def tenant(store: ReportingStore) -> str:
    """A partnership whose read tables have thousands of replaced rows of other keys."""
    events = [*MANY, *LATER, SchoolCalendarRecorded(happened_on=MONDAY, urn=OAK, periods=(HOLIDAY,))]
    tenant = await store.record([Recorded(BEGIN + timedelta(minutes=nth), each) for nth, each in enumerate(events)])
    for model in READ_MODELS:
        values = [
            {"uuid": "gen_random_uuid()", "text": "gen_random_uuid()::text"}.get(sql.split()[0], column)
            if column in model.key
            else column
            for column, sql in model.columns.items()
        ]
        await store.admin.execute(
            f"""insert into {model.past_table(1)} ({", ".join(model.columns)}, known_from, known_until)
                select {", ".join(values)}, known_from, known_from + 1
                from {model.table(1)} cross join generate_series(1, $2)
                where tenant = $1 limit $2""",
            tenant,
            OTHERS,
        )
    await store.admin.execute("analyze")
    return tenant


async def count_replaced_rows(connection: Connection) -> dict[str, int]:
    """Return by table how many replaced rows the transaction has read so far, in order or by an index."""
    rows = await connection.fetch(
        """select relname, seq_tup_read + coalesce(idx_tup_fetch, 0) as number from pg_stat_xact_user_tables
           where schemaname = 'reading' and relname like '%\\_past'"""
    )
    return {row["relname"]: row["number"] for row in rows}


@pytest.mark.parametrize("report", TRACED, ids=lambda report: report.name)
async def test_a_trace_reads_no_table_of_replaced_rows_whole(
    store: ReportingStore, tenant: str, report: Report
) -> None:
    for model in {each.table.name: each.table for each in report.behind}.values():
        number = await store.admin.fetchval(f"select count(*) from {model.past_table(1)} where tenant = $1", tenant)
        assert number >= OTHERS, model.name
    async with tenant_transaction(store.app, [tenant]) as connection:
        reader = ReportReader(Person().principal(tenant), connection, store.worker.keyring)
        row = (await read_rows(reader, report, Asked(AS_OF)))[0]
        key = {column: getattr(row, column) for column in report.key}
        before = await count_replaced_rows(connection)
        trace = await read_trace(reader, report, key, None, as_of=AS_OF, after=0, limit=1000)
        after = await count_replaced_rows(connection)

    assert trace.events
    read = {table: number - before.get(table, 0) for table, number in after.items()}
    assert {table: number for table, number in read.items() if number > OTHERS / 10} == {}
