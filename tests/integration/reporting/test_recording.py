"""Reporting stores every public event as it was published, once, and without names."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer

from shared.events import Envelope
from shared.events.people import PersonNamed
from shared.events.referral import PersonErased
from tests.integration.reporting.published_events import (
    given,
    new_tenant,
    publish,
    reporting_database,
    wait_until_recorded,
)
from tests.support.services import Platform, eventually, publish_events
from tests.unit.reporting.facts import (
    MONDAY,
    OAK,
    id_of,
    meeting_held,
    mentor_recorded,
    referral_made,
    relationship_opened,
    school_recorded,
)

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def send(platform: Platform, topic: str, envelope: Envelope, value: bytes) -> None:
    """Send one message with this envelope and value."""
    async with AIOKafkaProducer(bootstrap_servers=platform.settings.kafka_bootstrap_servers) as producer:
        await producer.send_and_wait(
            platform.settings.topic(topic),
            value,
            key=f"{envelope.tenant}/{envelope.subject}".encode(),
            headers=envelope.headers(),
        )


def envelope_of(tenant: str, sequence: int) -> Envelope:
    return Envelope(
        id=uuid4(),
        type="referral.school_recorded",
        version=1,
        source="urn:alongside:elsewhere",
        subject=f"school-{OAK}",
        time=datetime.now(UTC),
        tenant=tenant,
        sequence=sequence,
        correlation_id=uuid4(),
        causation_id=uuid4(),
        traceparent=TRACE,
    )


async def test_an_event_is_kept_with_its_id_causes_and_trace_in_a_stream_named_for_its_source(
    platform: Platform,
) -> None:
    tenant, said = new_tenant(), school_recorded(OAK, "Oak School")
    envelope = envelope_of(tenant, 1)
    await send(platform, "referral", envelope, said.model_dump_json().encode())
    await wait_until_recorded(platform, tenant, 1)
    async with reporting_database(platform) as connection:
        row = await connection.fetchrow("select * from events where tenant = $1", tenant)
    assert row is not None
    assert (row["id"], row["stream"], row["version"]) == (envelope.id, f"elsewhere/school-{OAK}", 1)
    assert (row["type"], row["schema_version"], row["body"]) == (envelope.type, 1, json.loads(said.model_dump_json()))
    assert (row["correlation_id"], row["causation_id"]) == (envelope.correlation_id, envelope.causation_id)
    assert (row["happened_on"], row["actor"]) == (said.happened_on, "service:reporting")
    assert row["traceparent"].split("-")[1] == TRACE.split("-")[1]


async def test_an_event_that_comes_twice_is_kept_once(platform: Platform) -> None:
    tenant, value = new_tenant(), school_recorded(OAK, "Oak School").model_dump_json().encode()
    first, second = envelope_of(tenant, 1_000_001), envelope_of(tenant, 1_000_002)
    for envelope in (first, first, second):
        await send(platform, "referral", envelope, value)
    await wait_until_recorded(platform, tenant, 2)
    async with reporting_database(platform) as connection:
        kept = await connection.fetch("select id from events where tenant = $1 order by position", tenant)
    assert [row["id"] for row in kept] == [first.id, second.id]


async def test_events_of_one_stream_are_kept_in_their_order(platform: Platform) -> None:
    tenant = await given(platform, *(mentor_recorded("amal", hours=hours) for hours in (1.5, 3, 4.5, 6)))
    async with reporting_database(platform) as connection:
        kept = await connection.fetch("select version, body from events where tenant = $1 order by position", tenant)
    assert [(row["version"], row["body"]["capacity_hours"]) for row in kept] == [(1, 1.5), (2, 3), (3, 4.5), (4, 6)]


@pytest.mark.covers("R8")
async def test_an_erased_person_has_no_key_here_and_what_is_known_of_them_stays_readable(platform: Platform) -> None:
    tenant = await given(platform, referral_made("bo"), PersonErased(happened_on=MONDAY, person_id=id_of("bo")))
    async with reporting_database(platform) as connection:
        key = await connection.fetchrow(
            "select wrapped, destroyed_at from subject_keys where tenant = $1 and subject = $2",
            tenant,
            str(id_of("bo")),
        )
    assert key is not None
    assert key["wrapped"] is None
    assert key["destroyed_at"] is not None
    answer = await platform["reporting"].get(
        "/reports/placements", headers=platform.bearer("partnership_lead", tenant=tenant)
    )
    assert [row["trainee_id"] for row in answer.json()["rows"]] == [str(id_of("bo"))]


async def test_names_never_come_here(platform: Platform) -> None:
    tenant = new_tenant()
    await publish_events(
        platform,
        "people",
        tenant,
        f"person-{id_of('bo')}",
        PersonNamed(
            happened_on=MONDAY, person_id=id_of("bo"), given_name="Bo", family_name="Nowhere", email="b@x.example"
        ),
    )
    await publish(platform, tenant, referral_made("bo"))
    await wait_until_recorded(platform, tenant, 1)
    async with reporting_database(platform) as connection:
        types = await connection.fetch("select type from events where tenant = $1", tenant)
    assert [row["type"] for row in types] == ["referral.referral_made"]


async def test_an_event_that_cannot_be_read_is_parked_with_those_behind_it_and_others_go_on(platform: Platform) -> None:
    tenant = new_tenant()
    broken = envelope_of(tenant, 2_000_001)
    await send(platform, "referral", broken, b'{"urn": "900001"}')
    await send(
        platform, "referral", envelope_of(tenant, 2_000_002), school_recorded(OAK, "Oak").model_dump_json().encode()
    )
    await publish(platform, tenant, relationship_opened("bo", "amal"), meeting_held("bo", MONDAY))
    await wait_until_recorded(platform, tenant, 2)
    async with reporting_database(platform) as connection:

        async def both_parked() -> bool:
            where = "stream = $1 and status = 'parked'"
            key = f"{tenant}/{broken.subject}"
            return bool(await connection.fetchval(f"select count(*) from parked where {where}", key) == 2)

        await eventually(both_parked)
        types = {row["type"] for row in await connection.fetch("select type from events where tenant = $1", tenant)}
    assert types == {"sessions.relationship_opened", "sessions.meeting_held"}


async def test_reporting_publishes_nothing_and_keeps_no_cursor_for_it(platform: Platform) -> None:
    async with reporting_database(platform) as connection:
        assert await connection.fetchval("select count(*) from cursors where name = 'relay'") == 0
    ready = await platform["reporting"].get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


async def test_an_answer_says_when_the_last_event_it_takes_in_was_recorded(platform: Platform) -> None:
    tenant = await given(platform, referral_made("bo"), school_recorded(OAK, "Oak School"))
    async with reporting_database(platform) as connection:
        last = await connection.fetchval("select max(recorded_at) from events where tenant = $1", tenant)
    answer = await platform["reporting"].get(
        "/reports/placements", headers=platform.bearer("partnership_lead", tenant=tenant)
    )
    assert datetime.fromisoformat(answer.json()["up_to_date_at"]) == last


async def test_before_the_first_event_an_answer_is_up_to_date_at_no_time(platform: Platform) -> None:
    headers = platform.bearer("partnership_lead", tenant=new_tenant(), subject=str(UUID(int=1)))
    answer = await platform["reporting"].get("/reports/placements", headers=headers)
    assert (answer.json()["up_to_date_at"], answer.json()["rows"]) == (None, [])
