"""Others read the events of a partnership: all, in order, as CloudEvents 1.0, and never another partnership's."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from services.reporting.feed import reading
from shared.events import PublicEvent
from shared.events.sessions import AnotherMentorRequested, RelationshipBrokenOff
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.records import Cause, NewEvent
from tests.integration.reporting.published_events import (
    given,
    new_tenant,
    publish,
    reporting_database,
    wait_until_recorded,
)
from tests.integration.reporting.test_as_it_came import send_event
from tests.integration.reporting.test_report import STORY
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    MONDAY,
    id_of,
    meeting_held,
    mentor_recorded,
    numbers_released,
    person_erased,
    stream_of,
    topic_of,
)

Event = Mapping[str, Any]


@pytest.fixture(scope="module")
async def tenant(platform: Platform) -> str:
    return await given(platform, *STORY)


async def ask(platform: Platform, tenant: str, role: str = "events_reader", **params: Any) -> httpx.Response:
    """Ask for a page of the feed, as a program outside would."""
    headers = platform.bearer(role, tenant=tenant)
    return await platform["reporting"].get("/events", params=params, headers=headers)


async def read_on(platform: Platform, tenant: str, after: str = "0", **params: Any) -> tuple[list[Event], str]:
    """Read the feed from a position to its end, page by page; return the events and the last position."""
    found: list[Event] = []
    while True:
        answer = await ask(platform, tenant, after=after, **params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["events"]
        after = page["next"]
        if not page["more"]:
            return found, after


def facts(events: list[Event]) -> list[str]:
    """Return what happened, in an order that does not depend on the topics."""
    return sorted(json.dumps([each["source"], each["subject"], each["data"]], sort_keys=True) for each in events)


def facts_of(*events: PublicEvent) -> list[str]:
    """Return what `facts` returns of these events."""
    return facts(
        [
            {
                "source": f"urn:alongside:{topic_of(event)}",
                "subject": stream_of(event),
                "data": event.model_dump(mode="json"),
            }
            for event in events
        ]
    )


@pytest.mark.parametrize("limit", [1, 7, 1000])
async def test_the_feed_holds_every_event_of_the_partnership_once_in_order(
    platform: Platform, tenant: str, limit: int
) -> None:
    events, end = await read_on(platform, tenant, limit=limit)

    assert facts(events) == facts_of(*STORY)
    positions = [int(event["position"].rpartition("-")[2]) for event in events]
    assert positions == sorted(set(positions))
    assert await read_on(platform, tenant, end) == ([], end)


async def test_an_event_is_a_cloud_event_that_the_sdk_reads(platform: Platform, tenant: str) -> None:
    answer = await ask(platform, tenant, types="sessions.relationship_opened", limit=1)
    (event,) = answer.json()["events"]
    written = httpx.Request("POST", "https://outside.example", json=event).content
    read = JSONFormat().read(CloudEvent, written)

    assert (read.get_specversion(), read.get_type()) == ("1.0", "sessions.relationship_opened")
    assert read.get_source() == "urn:alongside:sessions"
    assert read.get_subject() == f"relationship-{event['data']['relationship_id']}"
    assert read.get_dataschema() == "urn:alongside:schema:sessions.relationship_opened:2"
    assert (read.get_extension("tenant"), read.get_extension("position")) == (tenant, event["position"])
    assert UUID(read.get_id())
    assert read.get_data() == event["data"]
    assert None not in event.values()


async def test_only_the_types_asked_for_come_and_the_position_passes_the_others(
    platform: Platform, tenant: str
) -> None:
    both, end = await read_on(platform, tenant, types="sessions.meeting_held,sessions.meeting_missed", limit=2)
    _, whole_end = await read_on(platform, tenant)

    types = sorted(event["type"] for event in both)
    assert types == ["sessions.meeting_held"] * 2 + ["sessions.meeting_missed"]
    assert end == whole_end


async def test_a_rare_type_is_sought_a_bounded_number_of_events_at_a_time(
    platform: Platform, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, *_), _ = await read_on(platform, tenant)
    rare = next(
        type_ for type_ in ("sessions.assessment_submitted", "matching.pair_proposed") if type_ != first["type"]
    )
    whole, _ = await read_on(platform, tenant, types=rare)
    monkeypatch.setattr(reading, "EXAMINED", 1)
    page = (await ask(platform, tenant, types=rare)).json()

    assert page == {"events": [], "next": first["position"], "more": True}
    assert await read_on(platform, tenant, types=rare) == (whole, (await read_on(platform, tenant))[1])


async def test_who_reads_on_while_others_write_misses_nothing(platform: Platform) -> None:
    tenant = new_tenant()
    written = {writer: [mentor_recorded(f"{writer}-{nth}") for nth in range(40)] for writer in range(6)}

    async def write(store: PostgresStore, events: Sequence[PublicEvent]) -> None:
        for event in events:
            stream = f"referral/{stream_of(event)}"
            new = NewEvent(tenant, stream, event, Cause("service:reporting", uuid4()))
            await store.append([new], {(tenant, stream): None})

    async def read_until_all_are_there() -> list[Event]:
        events: list[Event] = []
        after = "0"
        while len(events) < 240:
            more, after = await read_on(platform, tenant, after, limit=7)
            events += more
        return events

    async with (
        asyncio.timeout(100),
        await open_pool(platform.urls["reporting"]["worker"], size=6) as pool,
        asyncio.TaskGroup() as group,
    ):
        store = PostgresStore(pool, Keyring(platform.settings.master_key()))
        reader = group.create_task(read_until_all_are_there())
        for events in written.values():
            group.create_task(write(store, events))

    assert facts(reader.result()) == facts_of(*(event for events in written.values() for event in events))


async def test_a_rival_partnership_reads_only_its_own(platform: Platform, tenant: str) -> None:
    rival = await given(platform, mentor_recorded("rival"))
    events, _ = await read_on(platform, rival)

    assert facts(events) == facts_of(mentor_recorded("rival"))
    assert await read_on(platform, new_tenant()) == ([], "0")


@pytest.mark.parametrize("role", ["school_lead", "mentor", "trainee", "tutor", "operator"])
async def test_the_feed_is_for_leads_and_programs_with_the_role(platform: Platform, tenant: str, role: str) -> None:
    assert (await ask(platform, tenant, role)).status_code == 403
    assert (await ask(platform, tenant, "partnership_lead")).status_code == 200
    assert (await platform["reporting"].get("/events")).status_code == 401


async def test_a_program_that_reads_events_gets_no_report(platform: Platform, tenant: str) -> None:
    program = platform.bearer("events_reader", tenant=tenant)
    for path in ("/reports/placements", "/reports/caseloads", f"/trainees/{id_of('bo')}/progress"):
        assert (await platform["reporting"].get(path, headers=program)).status_code == 403


@pytest.mark.parametrize(
    "event",
    [
        AnotherMentorRequested(happened_on=MONDAY, relationship_id=id_of("bo")),
        RelationshipBrokenOff(happened_on=MONDAY, relationship_id=id_of("bo")),
        numbers_released("bo", MONDAY, confidence=3),
    ],
    ids=["who wants another mentor", "that the mentee broke off", "numbers that a mentee may take back"],
)
async def test_nobody_outside_learns_what_only_a_mentee_and_those_whom_they_chose_know(
    platform: Platform, event: PublicEvent
) -> None:
    tenant = await given(platform, event, meeting_held("bo", MONDAY))
    events, _ = await read_on(platform, tenant)

    assert facts(events) == facts_of(meeting_held("bo", MONDAY))
    assert (await ask(platform, tenant, types=event.type)).status_code == 422


async def test_an_erasure_is_in_the_feed_so_that_others_erase_too(platform: Platform) -> None:
    tenant = await given(platform, mentor_recorded("amal"), person_erased("amal"))
    events, _ = await read_on(platform, tenant)

    assert [event["data"]["person_id"] for event in events if event["type"] == "referral.person_erased"] == [
        str(id_of("amal"))
    ]


async def test_the_feed_waits_before_an_event_that_only_a_later_version_knows(platform: Platform) -> None:
    tenant = await given(platform, mentor_recorded("amal"))
    await send_event(platform, tenant, {"happened_on": f"{MONDAY}"}, type_="sessions.from_the_future", version=1)
    await wait_until_recorded(platform, tenant, 2)
    await publish(platform, tenant, mentor_recorded("eli"))
    await wait_until_recorded(platform, tenant, 3)
    events, end = await read_on(platform, tenant)
    rest, later = await read_on(platform, tenant, end)

    assert facts(events) == facts_of(mentor_recorded("amal"))
    assert (rest, later) == ([], end)


async def test_who_read_further_than_a_restored_backup_reads_again_from_there(platform: Platform) -> None:
    tenant = await given(platform, mentor_recorded("amal"), mentor_recorded("eli"))
    events, end = await read_on(platform, tenant)
    before_last = int(events[-1]["position"].rpartition("-")[2]) - 1
    async with reporting_database(platform) as connection:
        number = await connection.fetchval("select max(number) + 1 from incarnations")
        await connection.execute(
            "insert into incarnations (number, after_position) values ($1, $2)", number, before_last
        )
    again, later = await read_on(platform, tenant, end)

    assert [event["id"] for event in again] == [events[-1]["id"]]
    assert later == again[0]["position"] == f"{number}-{before_last + 1}"
    assert await read_on(platform, tenant, later) == ([], later)


@pytest.mark.parametrize(
    ("params", "pointer", "says"),
    [
        ({"after": "999999999"}, "query:after", "or begin anew with 0"),
        ({"after": "900-5"}, "query:after", "or begin anew with 0"),
        ({"after": "-1"}, "query:after", "does not have the form"),
        ({"after": "now"}, "query:after", "does not have the form"),
        ({"limit": 0}, "query:limit", "at least 1"),
        ({"limit": 1001}, "query:limit", "at most 1000"),
        ({"types": "sessions.nothing"}, "query:types", "no events of the type 'sessions.nothing'"),
        ({"types": "people.person_named"}, "query:types", "no events of the type 'people.person_named'"),
        ({"types": ""}, "query:types", "does not have the form"),
        ({"from": "5"}, "query:from", "There is after, limit, types."),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_a_reason(
    platform: Platform, tenant: str, params: dict[str, Any], pointer: str, says: str
) -> None:
    refused = await ask(platform, tenant, **params)

    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], says in error["detail"]) == (pointer, True), error


def test_names_are_in_no_event() -> None:
    assert "people.person_named" not in reading.OFFERED
