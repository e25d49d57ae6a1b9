"""Every answer says how far it reaches: up to when by source, and which events are missing because they are parked."""

from contextlib import AsyncExitStack
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from alongside.local.postgres import with_database
from services.reporting.exports.xlsx_file import MEDIA_TYPE
from services.reporting.reports.freshness import FRESHNESS, SOURCES, read_freshness
from shared.kernel.postgres import connect, name_tenants, open_pool, tenant_transaction
from tests.integration.reporting.published_events import (
    given,
    new_tenant,
    publish,
    reporting_database,
    wait_until_recorded,
)
from tests.integration.reporting.test_recording import envelope_of, send
from tests.support.databases import database, database_name
from tests.support.services import Platform, eventually
from tests.unit.reporting.facts import (
    MONDAY,
    OAK,
    PROGRAMME,
    id_of,
    meeting_held,
    mentor_recorded,
    programme_opened,
    referral_made,
    relationship_opened,
    school_recorded,
    trainee_recorded,
)

pytestmark = pytest.mark.covers("P13")

STORY = (
    programme_opened(),
    school_recorded(OAK, "Oak School"),
    mentor_recorded("amal"),
    trainee_recorded("bo"),
    referral_made("bo"),
    relationship_opened("bo", "amal"),
    meeting_held("bo", MONDAY),
)
ANSWERS = (
    "/reports/mentoring",
    "/reports/mentoring/difference",
    f"/trainees/{id_of('bo')}/progress",
    f"/mentors/{id_of('amal')}/review-pack",
    f"/report?programme_id={PROGRAMME}&as_of=2026-10-04",
)


async def ask(platform: Platform, tenant: str, path: str, *roles: str, **asked: str) -> dict[str, Any]:
    headers = platform.bearer(*(roles or ("partnership_lead",)), tenant=tenant, schools=(OAK,))
    answer = await platform["reporting"].get(path, params=asked or None, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def last_of_each_source(platform: Platform, tenant: str) -> dict[str, datetime]:
    async with reporting_database(platform) as connection:
        rows = await connection.fetch(
            """select split_part(stream, '/', 1) as source, max(recorded_at) as at from events
               where tenant = $1 group by 1""",
            tenant,
        )
    return {row["source"]: row["at"] for row in rows}


async def park(platform: Platform, tenant: str) -> list[UUID]:
    """Publish an event of a school that cannot be read and one behind it; return their ids once they are parked."""
    own = f"urn:alongside:{tenant}"  # so that no test's events count as repeats of another's
    sent = [envelope_of(tenant, sequence)._replace(source=own) for sequence in (1, 2)]
    await send(platform, "referral", sent[0], b'{"urn": "900001"}')
    await send(platform, "referral", sent[1], school_recorded(OAK, "Oak").model_dump_json().encode())
    async with reporting_database(platform) as connection:

        async def both_parked() -> bool:
            where = "stream like $1 || '/%' and status = 'parked'"
            return bool(await connection.fetchval(f"select count(*) from parked where {where}", tenant) == 2)

        await eventually(both_parked)
    return [each.id for each in sent]


async def replay(platform: Platform, tenant: str) -> None:
    """Close the parked messages, as a replay does."""
    async with reporting_database(platform) as connection:
        await connection.execute(
            """update parked set status = 'replayed', closed_at = clock_timestamp()
               where stream like $1 || '/%'""",
            tenant,
        )


@pytest.mark.parametrize("path", ANSWERS)
async def test_an_answer_says_up_to_when_it_has_the_events_of_each_source(platform: Platform, path: str) -> None:
    tenant = await given(platform, *STORY)
    last = await last_of_each_source(platform, tenant)
    found = await ask(platform, tenant, path)
    sources = {source: at and datetime.fromisoformat(at) for source, at in found["sources"].items()}
    assert sources == {"referral": last["referral"], "matching": None, "sessions": last["sessions"]}
    assert datetime.fromisoformat(found["up_to_date_at"]) == max(last.values())
    assert found["parked"] == []


async def test_an_answer_of_a_past_moment_reaches_up_to_that_moment(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    before = await last_of_each_source(platform, tenant)
    await publish(platform, tenant, meeting_held("bo", MONDAY, 20))
    await wait_until_recorded(platform, tenant, len(STORY) + 1)
    moment = max(before.values())
    then = await ask(platform, tenant, "/reports/mentoring", known_at=moment.isoformat())
    now = await ask(platform, tenant, "/reports/mentoring")
    assert datetime.fromisoformat(then["sources"]["sessions"]) == before["sessions"]
    assert datetime.fromisoformat(now["sources"]["sessions"]) > before["sessions"]
    assert then["sources"]["referral"] == now["sources"]["referral"]


@pytest.mark.parametrize("path", ANSWERS)
async def test_a_lead_learns_which_events_are_parked(platform: Platform, path: str) -> None:
    tenant = await given(platform, *STORY)
    ids = await park(platform, tenant)
    (parked,) = (await ask(platform, tenant, path))["parked"]
    assert (parked["source"], parked["events"]) == ("referral", 2)
    assert parked["event_ids"] == [str(each) for each in ids]
    assert datetime.fromisoformat(parked["since"]) > (await last_of_each_source(platform, tenant))["referral"]


async def test_others_learn_how_many_events_are_parked(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    await park(platform, tenant)
    (parked,) = (await ask(platform, tenant, "/reports/mentoring", "school_lead"))["parked"]
    assert (parked["events"], parked["event_ids"]) == (2, None)


async def test_nobody_learns_of_parked_events_of_another_partnership(platform: Platform) -> None:
    await park(platform, new_tenant())
    tenant = await given(platform, *STORY)
    assert (await ask(platform, tenant, "/reports/mentoring"))["parked"] == []


async def test_what_was_parked_at_a_past_moment_stays_missing_in_it(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    before = max((await last_of_each_source(platform, tenant)).values())
    ids = await park(platform, tenant)
    async with reporting_database(platform) as connection:
        between = await connection.fetchval("select clock_timestamp()")
    await replay(platform, tenant)
    shown = {
        when: (await ask(platform, tenant, "/reports/mentoring", known_at=when.isoformat()))["parked"]
        for when in (before, between)
    }
    assert shown[before] == []
    assert shown[between][0]["event_ids"] == [str(each) for each in ids]
    assert (await ask(platform, tenant, "/reports/mentoring"))["parked"] == []


async def test_an_unreadable_id_of_a_parked_event_is_left_out(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    ids = await park(platform, tenant)
    async with reporting_database(platform) as connection:
        await connection.execute(
            """update parked set headers = '[["ce_id", "/w=="], ["", ""]]'
               where id = (select min(id) from parked where stream like $1 || '/%')""",
            tenant,
        )
    (parked,) = (await ask(platform, tenant, "/reports/mentoring"))["parked"]
    assert (parked["events"], parked["event_ids"]) == (2, [str(ids[1])])


async def test_a_file_says_it_too(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    await park(platform, tenant)
    last = await last_of_each_source(platform, tenant)
    lead = platform.bearer("partnership_lead", tenant=tenant)
    for media_type in ("text/csv", MEDIA_TYPE):
        answer = await platform["reporting"].get("/reports/mentoring", headers=lead | {"Accept": media_type})
        assert answer.headers["Alongside-Sources"] == (
            f"referral={last['referral'].isoformat()}, matching=none, sessions={last['sessions'].isoformat()}"
        )
        assert answer.headers["Alongside-Parked"] == "referral=2"
    about = openpyxl.load_workbook(BytesIO(answer.content))["About"]
    said: dict[str, Any] = {str(row[0].value): row[1].value for row in about.iter_rows(min_row=2)}
    assert said["last event of matching"] == "none yet"
    assert said["last event of sessions"] == last["sessions"].isoformat()
    assert said["missing"].startswith("2 events of referral could not be read, since ")


async def test_the_api_reads_no_contents_of_parked_events(platform: Platform) -> None:
    tenant, other = new_tenant(), new_tenant()
    await park(platform, tenant)
    connection = await connect(platform.urls["reporting"]["app"])
    try:
        for asks, sees in ((tenant, 2), (other, 0)):
            async with connection.transaction():
                await name_tenants(connection, [asks])
                assert len(await connection.fetch("select stream from parked")) == sees
        rights = await connection.fetch(
            """select attname from pg_attribute where attrelid = 'parked'::regclass and attnum > 0
               and has_column_privilege('parked', attname, 'select')"""
        )
    finally:
        await connection.close()
    assert {row["attname"] for row in rights}.isdisjoint({"key", "value", "reason"})


LOADED = """
    insert into events (id, tenant, stream, version, type, schema_version, body, happened_on, actor, correlation_id)
    select gen_random_uuid(), 'ours', case when nth = 1 then 'referral/x-1' else 'sessions/x-' || nth end, 1, 'x', 1,
           '{}', '2026-09-14', 'x', gen_random_uuid()
    from generate_series(1, 20000) nth"""


@pytest.mark.parametrize("position", [None, 19_000], ids=["now", "at a past moment"])
async def test_the_last_event_of_a_source_is_found_however_old_it_is(
    postgres_admin_url: str, position: int | None
) -> None:
    async with database(postgres_admin_url, "reporting") as urls, AsyncExitStack() as stack:
        admin = await connect(with_database(postgres_admin_url, database_name(urls)))
        stack.push_async_callback(admin.close)
        await admin.execute(f"{LOADED}; analyze events")
        if position is None:
            await admin.execute("insert into read_models values ('x', 1, true, '')")
            await admin.execute("insert into cursors values ('x@1', 20000)")
        known_at = None if position is None else await admin.fetchval("select clock_timestamp()")
        pool = await stack.enter_async_context(await open_pool(urls["app"], size=1))
        connection = await stack.enter_async_context(tenant_transaction(pool, ["ours"]))
        rows = await connection.fetch(f"explain (analyze, costs off) {FRESHNESS}", "ours", position, known_at)
        answer = await read_freshness(connection, "ours", position, known_at, names_parked=True)
    plan = "\n".join(row[0] for row in rows)
    assert "using events_of_referral" in plan
    assert "using events_of_matching" in plan
    assert "Seq Scan on events" not in plan
    assert "Removed by Filter" not in plan
    assert [answer.sources[source] is not None for source in SOURCES] == [True, False, True]
