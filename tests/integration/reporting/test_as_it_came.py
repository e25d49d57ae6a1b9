"""Reporting keeps what it cannot read yet: fields, versions and types of services that were deployed before it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from shared.events import Envelope
from shared.events.catalogue import type_of
from tests.house import House, eventually
from tests.integration.reporting.telling import a_tenant, given, recorded, reporting_database
from tests.integration.reporting.test_recording import send
from tests.unit.reporting.facts import MONDAY, PROGRAMME, an_id, mentor, opened, programme

OPENED = opened("bo", "amal", minutes=66)
BODY: dict[str, Any] = json.loads(OPENED.model_dump_json())


async def told(
    house: House,
    tenant: str,
    body: Mapping[str, Any],
    *,
    type_: str = type_of(OPENED),
    version: int = 2,
    readable_as: int | None = None,
    sequence: int = 5_000_001,
) -> Envelope:
    """An event of any type and version, from a service of its own."""
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
    await send(house, "sessions", envelope, json.dumps(body).encode())
    return envelope


async def kept(house: House, tenant: str) -> list[tuple[str, int, dict[str, Any]]]:
    """Type, version and body of all that is kept of a tenant."""
    async with reporting_database(house) as connection:
        rows = await connection.fetch("select * from events where tenant = $1 order by position", tenant)
    return [(row["type"], row["schema_version"], row["body"]) for row in rows]


async def minutes(house: House, tenant: str) -> list[int]:
    """What the read model says of a tenant's relationships."""
    async with reporting_database(house) as connection:
        rows = await connection.fetch("select mentor_minutes_per_week from relationships where tenant = $1", tenant)
    return [row["mentor_minutes_per_week"] for row in rows]


async def test_fields_that_are_not_known_are_kept(house: House) -> None:
    tenant, body = a_tenant(), BODY | {"facet": "behaviour", "rooms": [{"floor": 1.5}]}
    await told(house, tenant, body)
    await recorded(house, tenant, 1)

    assert await kept(house, tenant) == [(type_of(OPENED), 2, body)]
    assert await minutes(house, tenant) == [66]


async def test_an_older_version_is_kept_as_that_and_read_as_the_newest(house: House) -> None:
    tenant, body = a_tenant(), {name: said for name, said in BODY.items() if name != "mentor_minutes_per_week"}
    await told(house, tenant, body, version=1)
    await recorded(house, tenant, 1)

    assert await kept(house, tenant) == [(type_of(OPENED), 1, body)]
    assert await minutes(house, tenant) == [66]


async def test_a_newer_version_that_can_be_read_is_kept_as_what_it_was_read_as(house: House) -> None:
    tenant, body = a_tenant(), BODY | {"facet": "behaviour"}
    await told(house, tenant, body, version=4, readable_as=2)
    await recorded(house, tenant, 1)

    assert await kept(house, tenant) == [(type_of(OPENED), 2, body)]
    assert await minutes(house, tenant) == [66]


async def test_a_newer_version_that_cannot_be_read_is_parked(house: House) -> None:
    tenant = a_tenant()
    envelope = await told(house, tenant, BODY, version=4, readable_as=3)
    async with reporting_database(house) as connection:

        async def parked() -> bool:
            found = await connection.fetchval("select reason from parked where stream = $1", key)
            return bool(found and "version 4 is newer than 2, the newest known here" in found)

        key = f"{tenant}/{envelope.subject}"
        await eventually(parked)
    assert await kept(house, tenant) == []


async def test_a_type_that_is_not_known_is_kept_for_the_day_when_it_is(house: House) -> None:
    tenant, body = a_tenant(), {"happened_on": str(MONDAY), "relationship_id": str(an_id("x")), "type": "structural"}
    await told(house, tenant, body, type_="sessions.buddy_joined", version=3)
    await told(house, tenant, BODY, sequence=5_000_002)
    await recorded(house, tenant, 2)

    assert await kept(house, tenant) == [("sessions.buddy_joined", 3, body), (type_of(OPENED), 2, BODY)]
    assert await minutes(house, tenant) == [66]


async def test_a_type_that_is_not_known_is_parked_where_it_says_no_day(house: House) -> None:
    tenant = a_tenant()
    envelope = await told(house, tenant, {"relationship_id": str(an_id("x"))}, type_="sessions.buddy_joined")
    async with reporting_database(house) as connection:

        async def parked() -> bool:
            return bool(await connection.fetchval("select 1 from parked where stream = $1", key))

        key = f"{tenant}/{envelope.subject}"
        await eventually(parked)
    assert await kept(house, tenant) == []


async def test_three_times_1_1_hours_are_not_more_than_3_3(house: House) -> None:
    names = ("bo", "cy", "di")
    tenant = await given(
        house, programme(), mentor("amal", hours=3.3), *(opened(name, "amal", minutes=66) for name in names)
    )

    answer = await house["reporting"].get(
        "/report",
        params={"programme_id": str(PROGRAMME), "as_of": str(MONDAY)},
        headers=house.bearer("partnership_lead", tenant=tenant),
    )

    caseload = answer.json()["caseload"]
    assert (caseload["hours_a_week"], caseload["capacity_hours"], caseload["over_capacity"]) == (3.3, 3.3, 0)
