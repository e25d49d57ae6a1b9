"""Reporting keeps what it cannot read yet: fields, versions and types of services that were deployed before it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from shared.events import Envelope
from shared.events.catalogue import type_of
from tests.integration.reporting.published_events import (
    given,
    new_tenant,
    publish,
    reporting_database,
    wait_until_recorded,
)
from tests.integration.reporting.test_recording import send
from tests.support.services import Platform, eventually
from tests.unit.reporting.facts import MONDAY, PROGRAMME, id_of, mentor_recorded, programme_opened, relationship_opened

OPENED = relationship_opened("bo", "amal", minutes=66)
BODY: dict[str, Any] = json.loads(OPENED.model_dump_json())


async def send_event(
    platform: Platform,
    tenant: str,
    body: Mapping[str, Any],
    *,
    type_: str = type_of(OPENED),
    version: int = 2,
    readable_as: int | None = None,
    sequence: int = 5_000_001,
) -> Envelope:
    """Publish an event of any type and version, from a source that no other test uses; return its envelope."""
    envelope = Envelope(
        id=uuid4(),
        type=type_,
        version=version,
        source=f"urn:alongside:{tenant}",
        subject=f"relationship-{OPENED.relationship_id}",
        time=datetime.now(UTC),
        tenant=tenant,
        sequence=sequence,
        correlation_id=uuid4(),
        readable_as=readable_as,
    )
    await send(platform, "sessions", envelope, json.dumps(body).encode())
    return envelope


async def read_stored_events(platform: Platform, tenant: str) -> list[tuple[str, int, dict[str, Any]]]:
    """Return type, version and body of every event that reporting stores of a tenant."""
    async with reporting_database(platform) as connection:
        rows = await connection.fetch("select * from events where tenant = $1 order by position", tenant)
    return [(row["type"], row["schema_version"], row["body"]) for row in rows]


async def mentor_minutes(platform: Platform, tenant: str) -> list[int]:
    """Return the mentor's minutes a week of each of a tenant's relationships."""
    async with reporting_database(platform) as connection:
        rows = await connection.fetch("select mentor_minutes_per_week from relationships where tenant = $1", tenant)
    return [row["mentor_minutes_per_week"] for row in rows]


async def test_fields_that_are_not_known_are_kept(platform: Platform) -> None:
    tenant, body = new_tenant(), BODY | {"facet": "behaviour", "rooms": [{"floor": 1.5}]}
    await send_event(platform, tenant, body)
    await wait_until_recorded(platform, tenant, 1)

    assert await read_stored_events(platform, tenant) == [(type_of(OPENED), 2, body)]
    assert await mentor_minutes(platform, tenant) == [66]


async def test_an_older_version_is_kept_as_that_and_read_as_the_newest(platform: Platform) -> None:
    tenant, body = new_tenant(), {name: said for name, said in BODY.items() if name != "mentor_minutes_per_week"}
    await send_event(platform, tenant, body, version=1)
    await wait_until_recorded(platform, tenant, 1)

    assert await read_stored_events(platform, tenant) == [(type_of(OPENED), 1, body)]
    assert await mentor_minutes(platform, tenant) == [66]


async def test_a_newer_version_that_can_be_read_is_kept_as_what_it_was_read_as(platform: Platform) -> None:
    tenant, body = new_tenant(), BODY | {"facet": "behaviour"}
    await send_event(platform, tenant, body, version=4, readable_as=2)
    await wait_until_recorded(platform, tenant, 1)

    assert await read_stored_events(platform, tenant) == [(type_of(OPENED), 2, body)]
    assert await mentor_minutes(platform, tenant) == [66]


async def test_a_newer_version_that_cannot_be_read_is_parked(platform: Platform) -> None:
    tenant = new_tenant()
    envelope = await send_event(platform, tenant, BODY, version=4, readable_as=3)
    async with reporting_database(platform) as connection:

        async def is_parked() -> bool:
            found = await connection.fetchval("select reason from parked where stream = $1", key)
            return bool(found and "version 4 is newer than 2, the newest known here" in found)

        key = f"{tenant}/{envelope.subject}"
        await eventually(is_parked)
    assert await read_stored_events(platform, tenant) == []


async def test_a_type_that_is_not_known_is_kept_for_the_day_when_it_is(platform: Platform) -> None:
    tenant, body = new_tenant(), {"happened_on": str(MONDAY), "relationship_id": str(id_of("x")), "type": "structural"}
    await send_event(platform, tenant, body, type_="sessions.buddy_joined", version=3)
    await send_event(platform, tenant, BODY, sequence=5_000_002)
    await wait_until_recorded(platform, tenant, 2)

    assert await read_stored_events(platform, tenant) == [
        ("sessions.buddy_joined", 3, body),
        (type_of(OPENED), 2, BODY),
    ]
    assert await mentor_minutes(platform, tenant) == [66]


async def test_a_type_that_is_not_known_is_parked_where_it_says_no_day(platform: Platform) -> None:
    tenant = new_tenant()
    envelope = await send_event(platform, tenant, {"relationship_id": str(id_of("x"))}, type_="sessions.buddy_joined")
    async with reporting_database(platform) as connection:

        async def is_parked() -> bool:
            return bool(await connection.fetchval("select 1 from parked where stream = $1", key))

        key = f"{tenant}/{envelope.subject}"
        await eventually(is_parked)
    assert await read_stored_events(platform, tenant) == []


async def test_an_event_is_parked_where_a_field_that_is_not_known_holds_what_the_database_refuses(
    platform: Platform,
) -> None:
    tenant = new_tenant()
    refused = await send_event(platform, tenant, BODY | {"facet": "\0"})
    await publish(platform, tenant, relationship_opened("cy", "amal", minutes=30))
    await wait_until_recorded(platform, tenant, 1)
    async with reporting_database(platform) as connection:

        async def is_parked() -> bool:
            key = f"{tenant}/{refused.subject}"
            reason = await connection.fetchval("select reason from parked where stream = $1", key)
            return bool(reason == "UntranslatableCharacterError: 22P05")

        await eventually(is_parked)
    assert await mentor_minutes(platform, tenant) == [30]


async def test_three_times_1_1_hours_are_not_more_than_3_3(platform: Platform) -> None:
    names = ("bo", "cy", "di")
    tenant = await given(
        platform,
        programme_opened(),
        mentor_recorded("amal", hours=3.3),
        *(relationship_opened(name, "amal", minutes=66) for name in names),
    )

    answer = await platform["reporting"].get(
        "/report",
        params={"programme_id": str(PROGRAMME), "as_of": str(MONDAY)},
        headers=platform.bearer("partnership_lead", tenant=tenant),
    )

    caseload = answer.json()["caseload"]
    assert (caseload["hours_a_week"], caseload["capacity_hours"], caseload["over_capacity"]) == (3.3, 3.3, 0)
