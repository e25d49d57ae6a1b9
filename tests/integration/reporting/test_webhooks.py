"""Events go to webhooks: every one, in order, signed; and whatever a receiver does, nobody else waits for it."""

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.reporting.main import SERVICE as REPORTING
from services.reporting.webhooks.delivering import CONCURRENT
from services.reporting.webhooks.schedule import Schedule
from shared.kernel.notifier import Notifier
from tests.integration.reporting.published_events import given, new_tenant, publish, wait_until_recorded
from tests.integration.reporting.webhooks import (
    AT_ONCE,
    deliver_all,
    events_of,
    register,
    run_deliverer,
    send,
)
from tests.support.databases import read_rows
from tests.support.receiver import Answer, Certificate, Delivery, Receiver, make_certificate, run_receiver
from tests.support.services import NO_SUCH_ID, Platform, eventually, run_services
from tests.unit.reporting.facts import meeting_held, meeting_missed, mentor_recorded, target_reviewed, target_set
from tests.unit.reporting.test_webhook_signing import is_signed

pytestmark = pytest.mark.covers("I2")
DAYS = [date(2026, 9, day) for day in range(14, 19)]
MEETINGS = [meeting_held("bo", day) for day in DAYS]


@pytest.fixture(scope="module")
async def platform(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    """Reporting with its worker, which delivers nothing by itself: the tests do."""
    state = tmp_path_factory.mktemp("platform")
    async with run_services(postgres_admin_url, kafka_bootstrap, state, replace(REPORTING, loops={})) as platform:
        yield platform


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
async def receiver(certificate: Certificate) -> AsyncIterator[Receiver]:
    async with run_receiver(certificate) as receiver:
        yield receiver


@pytest.fixture(autouse=True)
async def _pause_afterwards(platform: Platform) -> AsyncIterator[None]:
    """No webhook of a test is due in the next one, whose deliverer would find its receiver gone."""
    yield
    await read_rows(platform.urls["reporting"]["worker"], "update webhooks set state = 'paused' returning webhook_id")


def answer_each(receiver: Receiver, *answers: Answer) -> None:
    """Let a receiver give these answers, one after the other, and the last one for ever."""
    left = list(answers)

    async def answer(_: Delivery) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    receiver.answer = answer


async def feed(platform: Platform, tenant: str) -> list[dict[str, Any]]:
    """Return the whole feed of a partnership."""
    events: list[dict[str, Any]] = (await send(platform, tenant, "GET", "/events")).json()["events"]
    return events


async def test_every_event_is_delivered_once_in_order_and_signed(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS, mentor_recorded("amal"))
    webhook = await register(platform, tenant, receiver.address)
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)

    assert events_of(receiver) == await feed(platform, tenant)
    for delivery in receiver.deliveries:
        assert is_signed(dict(delivery.headers), delivery.content, webhook.secret)
        assert abs(int(delivery.headers["webhook-timestamp"]) - time.time()) < 60
        assert delivery.headers["webhook-id"] == json.loads(delivery.content)["id"]
        assert delivery.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
        assert (delivery.path, delivery.headers["host"]) == ("/events", f"127.0.0.1:{receiver.port}")
    shown = await webhook.show()
    assert (shown["state"], shown["failures"], shown["failure"]) == ("active", 0, None)
    assert shown["position"] == (await feed(platform, tenant))[-1]["position"]


async def test_a_webhook_sends_what_comes_from_now_on_and_only_its_types(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, meeting_held("bo", DAYS[0]))
    await register(platform, tenant, receiver.address, after=None, types=["sessions.meeting_missed"])
    await publish(platform, tenant, meeting_held("bo", DAYS[1]), meeting_missed("bo", DAYS[2]), mentor_recorded("eli"))
    await wait_until_recorded(platform, tenant, 4)
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)

    assert [event["type"] for event in events_of(receiver)] == ["sessions.meeting_missed"]


async def test_a_receiver_that_fails_a_few_times_gets_everything_in_order(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS)
    webhook = await register(platform, tenant, receiver.address)
    answer_each(receiver, 204, 500, 503, 204, 429, 204)
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)

    ids = [event["id"] for event in events_of(receiver)]
    assert list(dict.fromkeys(ids)) == [event["id"] for event in await feed(platform, tenant)]
    assert len(ids) == len(MEETINGS) + 3
    assert await webhook.dead_letters() == []


async def test_a_failure_is_shown_until_the_next_delivery(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS)
    webhook = await register(platform, tenant, receiver.address)
    answer_each(receiver, 500)
    async with run_deliverer(platform, certificate, Schedule()) as deliverer:
        await deliver_all(deliverer)
        failing = await webhook.show()

    assert len(receiver.deliveries) == 1, "the next attempt is due after a pause"
    assert (failing["state"], failing["failures"]) == ("active", 1)
    assert failing["failure"] == "the receiver answered 500"
    assert failing["next_attempt_at"] > failing["failing_since"]


async def test_what_is_refused_again_and_again_is_put_aside_with_what_comes_behind_it(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, target_set("bo"), target_reviewed("bo", "met"), meeting_held("bo", DAYS[0]))
    webhook = await register(platform, tenant, receiver.address)

    async def refuse_targets(delivery: Delivery) -> Answer:
        return 422 if json.loads(delivery.content)["type"] == "sessions.target_set" else 204

    receiver.answer = refuse_targets
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)
        dead = await webhook.dead_letters()
        tried = [event["type"] for event in events_of(receiver)]
        assert sorted(tried) == ["sessions.meeting_held", *["sessions.target_set"] * 3]
        assert [(each["type"], each["state"]) for each in dead] == [
            ("sessions.target_set", "dead"),
            ("sessions.target_reviewed", "dead"),
        ]
        assert dead[0]["reason"] == "the receiver answered 422"
        assert dead[1]["reason"] == "an earlier event of the same subject was put aside"
        assert dead[0]["subject"].startswith("target-")
        assert (await webhook.show())["dead_letters"] == 2

        retried = await webhook.send("POST", f"/dead-letters/{dead[1]['event_id']}/retry")
        assert retried.json()["dead_letters"] == 2
        await deliver_all(deliverer)
        assert [each["state"] for each in await webhook.dead_letters()] == ["dead", "dead"], "it refuses still"

        receiver.deliveries.clear()
        answer_each(receiver, 204)
        await webhook.send("POST", f"/dead-letters/{dead[0]['event_id']}/retry")
        await deliver_all(deliverer)

    assert [event["id"] for event in events_of(receiver)] == [each["event_id"] for each in dead]
    assert await webhook.dead_letters() == []


async def test_a_dead_letter_is_discarded(platform: Platform, certificate: Certificate, receiver: Receiver) -> None:
    tenant = await given(platform, target_set("bo"), target_reviewed("bo", "met"))
    webhook = await register(platform, tenant, receiver.address)
    answer_each(receiver, 400)
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)
        first, _ = await webhook.dead_letters()
        discarded = await webhook.send("DELETE", f"/dead-letters/{first['event_id']}")
        assert discarded.status_code == 200
        assert (await webhook.send("DELETE", f"/dead-letters/{first['event_id']}")).status_code == 404
        (second,) = await webhook.dead_letters()

        answer_each(receiver, 204)
        await webhook.send("POST", f"/dead-letters/{second['event_id']}/retry")
        await publish(platform, tenant, target_reviewed("bo", "progressing"))
        await wait_until_recorded(platform, tenant, 3)
        await deliver_all(deliverer)

    assert [event["type"] for event in events_of(receiver)][-2:] == ["sessions.target_reviewed"] * 2


async def test_a_receiver_that_is_gone_is_not_asked_again_until_somebody_resumes_it(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS)
    webhook = await register(platform, tenant, receiver.address)
    answer_each(receiver, 410, 204)
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)
        disabled = await webhook.show()
        assert len(receiver.deliveries) == 1
        assert (disabled["state"], disabled["reason"]) == (
            "disabled",
            "The receiver answered 410: it wants no more events.",
        )
        assert disabled["dead_letters"] == 0

        resumed = (await webhook.send("POST", "/resumption")).json()
        assert (resumed["state"], resumed["reason"]) == ("active", None)
        await deliver_all(deliverer)

    assert [event["id"] for event in events_of(receiver)[1:]] == [event["id"] for event in await feed(platform, tenant)]


async def test_a_webhook_that_took_nothing_for_days_is_disabled_and_loses_nothing(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS)
    webhook = await register(platform, tenant, f"https://127.0.0.1:{free_port()}/")
    async with run_deliverer(platform, certificate, replace(AT_ONCE, patience=timedelta(0))) as deliverer:
        await deliver_all(deliverer)
        disabled = await webhook.show()

        assert disabled["state"] == "disabled"
        assert disabled["reason"].startswith("Nothing could be delivered since ")
        assert "no connection" in disabled["reason"]
        assert disabled["dead_letters"] == 0, "who cannot be reached has refused nothing"

        await webhook.send("PUT", json={"address": receiver.address})
        await webhook.send("POST", "/resumption")
        await deliver_all(deliverer)

    assert events_of(receiver) == await feed(platform, tenant)


async def test_a_failure_after_a_delivery_is_the_first_one_again(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS)
    webhook = await register(platform, tenant, receiver.address)
    answer_each(receiver, 500)
    schedule = Schedule(first_pause=timedelta(0), longest_pause=timedelta(0), refusals=100)
    async with run_deliverer(platform, certificate, schedule) as deliverer:
        for _ in range(3):
            await deliverer.step()
        assert (await webhook.show())["failures"] == 3

    answer_each(receiver, 204, 500)
    async with run_deliverer(platform, certificate, replace(schedule, patience=timedelta(0))) as deliverer:
        await deliverer.step()
        shown = await webhook.show()

    assert (shown["state"], shown["failures"]) == ("active", 1), "it has just taken an event, however long it took none"


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


async def test_a_redirect_is_not_followed(platform: Platform, certificate: Certificate, receiver: Receiver) -> None:
    tenant = await given(platform, meeting_held("bo", DAYS[0]))
    async with run_receiver(certificate) as elsewhere, run_deliverer(platform, certificate) as deliverer:
        webhook = await register(platform, tenant, receiver.address)
        location = f"Location: {elsewhere.address}"
        answer_each(receiver, f"HTTP/1.1 307 Moved\r\n{location}\r\nContent-Length: 0\r\n\r\n".encode())
        await deliver_all(deliverer)

        (dead,) = await webhook.dead_letters()
        assert dead["reason"] == "the receiver answered 307, and redirects are not followed"
        assert elsewhere.deliveries == []


async def test_a_receiver_that_hangs_holds_nobody_up(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS)
    hang = asyncio.Event()

    async def never(_: Delivery) -> Answer:
        await hang.wait()
        return 204

    async with run_receiver(certificate) as prompt, run_deliverer(platform, certificate, deadline=5) as deliverer:
        receiver.answer = never
        hanging = await register(platform, tenant, receiver.address)
        await register(platform, tenant, prompt.address)
        step = asyncio.create_task(deliverer.step())

        async def is_delivered() -> bool:
            return len(prompt.deliveries) == len(MEETINGS)

        await eventually(is_delivered)
        assert not step.done(), "the other receiver still has its first event"
        assert (await send(platform, tenant, "GET", "/events")).status_code == 200
        await step
        shown = await hanging.show()

    assert shown["failure"] == "no answer within 5 seconds"
    assert len(receiver.deliveries) == 1


async def test_receivers_that_hang_in_every_place_hold_nobody_up(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenants = [await given(platform, meeting_held("bo", DAYS[0])) for _ in range(CONCURRENT // 10)]
    other = await given(platform, *MEETINGS)
    hang = asyncio.Event()

    async def never(_: Delivery) -> Answer:
        await hang.wait()
        return 204

    receiver.answer = never
    for tenant in tenants:
        for nth in range(10):
            await register(platform, tenant, f"{receiver.address}/{nth}")
    async with run_receiver(certificate) as prompt, run_for_long(platform, certificate):

        async def has_filled_all_places() -> bool:
            return len(receiver.deliveries) == CONCURRENT

        await eventually(has_filled_all_places)
        await register(platform, other, prompt.address)

        async def is_delivered() -> bool:
            return len(prompt.deliveries) == len(MEETINGS)

        await eventually(is_delivered)
        assert len(receiver.deliveries) == CONCURRENT, "each still has its first event"


async def test_names_that_resolve_slowly_in_every_place_hold_nobody_up(
    platform: Platform, certificate: Certificate, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants = [await given(platform, meeting_held("bo", DAYS[0])) for _ in range(CONCURRENT // 10)]
    other = await given(platform, *MEETINGS)
    asked: list[str] = []
    go_on = threading.Event()
    look_up = socket.getaddrinfo

    def resolve_slowly(host: Any, *more: Any, **named: Any) -> list[Any]:
        if str(host).endswith(".slow.example"):
            asked.append(host)
            go_on.wait(60)
        return list(look_up(host, *more, **named))

    for tenant in tenants:
        for nth in range(10):
            await register(platform, tenant, f"https://{nth}.{tenant}.slow.example/")
    monkeypatch.setattr(socket, "getaddrinfo", resolve_slowly)
    try:
        async with run_for_long(platform, certificate):

            async def has_filled_all_places() -> bool:
                return len(set(asked)) == CONCURRENT

            await eventually(has_filled_all_places)
            await register(platform, other, receiver.address)

            async def is_delivered() -> bool:
                return len(receiver.deliveries) == len(MEETINGS)

            await eventually(is_delivered)
    finally:
        go_on.set()


@asynccontextmanager
async def run_for_long(platform: Platform, certificate: Certificate) -> AsyncIterator[None]:
    """Deliver as a worker does until the context ends; a delivery may take longer than the test."""
    async with run_deliverer(platform, certificate, deadline=120, lease=timedelta(seconds=240)) as deliverer:
        loop = asyncio.create_task(deliverer.run(Notifier()))
        try:
            yield
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)


async def test_an_operator_sees_how_many_are_due_or_fail_and_what_was_put_aside(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    before = await webhook_figures(platform)
    tenant = await given(platform, meeting_held("bo", DAYS[0]))
    webhook = await register(platform, tenant, receiver.address)
    due = await webhook_figures(platform)
    answer_each(receiver, 500)
    async with run_deliverer(platform, certificate, Schedule()) as deliverer:
        await deliver_all(deliverer)
    failing = await webhook_figures(platform)
    await webhook.send("POST", "/pause")
    await webhook.send("POST", "/resumption")
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)
    put_aside = await webhook_figures(platform)
    answer_each(receiver, 204)
    (dead,) = await webhook.dead_letters()
    await webhook.send("POST", f"/dead-letters/{dead['event_id']}/retry")
    due_again = await webhook_figures(platform)
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)

    names = ("webhooks_due", "webhooks_failing", "webhook_dead_letters")
    aside = before["webhook_dead_letters"]
    assert [before[name] for name in names] == [0, 0, aside]
    assert [due[name] for name in names] == [1, 0, aside]
    assert 0 < due["webhooks_due_seconds"] < 60
    assert [failing[name] for name in names] == [0, 1, aside], "it pauses after the failure"
    assert [put_aside[name] for name in names] == [0, 1, aside + 1]
    assert [due_again[name] for name in names[::2]] == [1, aside]
    assert (await webhook_figures(platform))["webhooks_due_seconds"] == 0


async def webhook_figures(platform: Platform) -> dict[str, float]:
    """Return what the worker's metrics say of webhooks."""
    lines = (await platform["reporting"].get("/metrics")).text.splitlines()
    found = (re.fullmatch(r'alongside_(webhook\w+)\{service="reporting"\} (\S+)', line) for line in lines)
    return {each[1]: float(each[2]) for each in found if each}


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n" + b"x" * 3_000_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"ffffff\r\n" + b"x" * 3_000_000,
    ],
)
async def test_of_an_endless_answer_only_the_status_is_read(
    platform: Platform, certificate: Certificate, receiver: Receiver, answer: bytes
) -> None:
    tenant = await given(platform, *MEETINGS[:2])
    answer_each(receiver, answer)
    webhook = await register(platform, tenant, receiver.address)
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)

    assert len(receiver.deliveries) == 2
    assert (await webhook.show())["failures"] == 0


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000,
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 3_000_000,
        b"\x00\xffnot http\r\n\r\n",
        b"",
    ],
    ids=["many headers", "a long header", "no HTTP", "nothing"],
)
async def test_an_answer_that_is_none_is_a_refusal(
    platform: Platform, certificate: Certificate, receiver: Receiver, answer: bytes
) -> None:
    tenant = await given(platform, meeting_held("bo", DAYS[0]))
    answer_each(receiver, answer)
    webhook = await register(platform, tenant, receiver.address)
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)

    (dead,) = await webhook.dead_letters()
    assert dead["reason"].startswith("the connection broke")


async def test_no_event_goes_inside_the_operators_network(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS)
    ways = [f"https://{host}:{receiver.port}/" for host in ("127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]")]
    webhooks = [await register(platform, tenant, way) for way in ways]
    async with run_deliverer(platform, certificate, Schedule(), networks=()) as deliverer:
        await deliver_all(deliverer)

    assert receiver.deliveries == []
    assert {(await webhook.show())["failure"] for webhook in webhooks} == {"its name leads to no public address"}


async def test_a_name_cannot_lead_elsewhere_between_check_and_connection(
    platform: Platform, certificate: Certificate, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = await given(platform, meeting_held("bo", DAYS[0]))
    webhook = await register(platform, tenant, f"https://receiver.example:{receiver.port}/events")
    asked: list[str] = []
    look_up = socket.getaddrinfo

    def rebind(host: Any, port: Any, *more: Any, **named: Any) -> list[Any]:
        if host != "receiver.example":
            return list(look_up(host, port, *more, **named))
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    async with run_deliverer(platform, certificate) as deliverer:
        monkeypatch.setattr(socket, "getaddrinfo", rebind)
        await deliver_all(deliverer)

    assert asked == ["receiver.example"], "the name is asked for once, and the answer is what is connected to"
    assert [each.headers["host"] for each in receiver.deliveries] == [f"receiver.example:{receiver.port}"]
    assert (await webhook.show())["failures"] == 0


async def test_a_certificate_for_another_name_is_refused(
    platform: Platform, certificate: Certificate, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = await given(platform, meeting_held("bo", DAYS[0]))
    webhook = await register(platform, tenant, f"https://other.example:{receiver.port}/")
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *more, **named: look_up("127.0.0.1" if host == "other.example" else host, *more, **named),
    )
    async with run_deliverer(platform, certificate, Schedule()) as deliverer:
        await deliver_all(deliverer)

    assert receiver.deliveries == []
    assert (await webhook.show())["failure"] == "no connection, or no valid certificate for its name"


async def test_no_proxy_of_the_environment_comes_between(
    platform: Platform, certificate: Certificate, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    tenant = await given(platform, meeting_held("bo", DAYS[0]))
    await register(platform, tenant, receiver.address)
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)

    assert len(receiver.deliveries) == 1


async def test_a_paused_webhook_keeps_its_place(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS)
    webhook = await register(platform, tenant, receiver.address)
    async with run_deliverer(platform, certificate) as deliverer:
        assert (await webhook.send("POST", "/pause")).json()["state"] == "paused"
        await deliver_all(deliverer)
        assert receiver.deliveries == []

        await webhook.send("POST", "/resumption")
        await deliver_all(deliverer)

    assert events_of(receiver) == await feed(platform, tenant)


async def test_a_deleted_webhook_gets_nothing_more_and_is_gone(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS)
    webhook = await register(platform, tenant, receiver.address)
    assert (await webhook.send("DELETE")).status_code == 200
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)

    assert receiver.deliveries == []
    assert (await webhook.send("GET")).status_code == 404
    assert (await send(platform, tenant, "GET", "/webhooks")).json() == []


async def test_a_replay_sends_everything_after_a_position_again(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS)
    webhook = await register(platform, tenant, receiver.address)
    answer_each(receiver, 400, 400, 400, 204)  # the first becomes a dead letter
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)
        assert len(await webhook.dead_letters()) == 1
        receiver.deliveries.clear()
        events = await feed(platform, tenant)
        replayed = await webhook.send("POST", "/replay", json={"after": events[2]["position"]})
        assert replayed.json()["dead_letters"] == 1, "that one lies before the position"
        await deliver_all(deliverer)
        assert events_of(receiver) == events[3:]

        receiver.deliveries.clear()
        await webhook.send("POST", "/replay", json={"after": "0"})
        await deliver_all(deliverer)

    assert events_of(receiver) == events
    assert await webhook.dead_letters() == []


async def test_a_replay_during_a_delivery_is_not_undone_by_it(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS)
    webhook = await register(platform, tenant, receiver.address)
    last, go_on = asyncio.Event(), asyncio.Event()

    async def hold_the_last(_: Delivery) -> Answer:
        if len(receiver.deliveries) == len(MEETINGS):
            last.set()
            await go_on.wait()
        return 204

    receiver.answer = hold_the_last
    async with run_deliverer(platform, certificate) as deliverer:
        step = asyncio.create_task(deliverer.step())
        await last.wait()
        await webhook.send("POST", "/replay", json={"after": "0"})
        go_on.set()
        await step
        receiver.deliveries.clear()
        answer_each(receiver, 204)
        await deliver_all(deliverer)

    assert events_of(receiver) == await feed(platform, tenant)


async def test_two_workers_deliver_each_event_once(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, *MEETINGS)
    await register(platform, tenant, receiver.address)
    async with run_deliverer(platform, certificate) as one, run_deliverer(platform, certificate) as other:
        await asyncio.gather(*(deliver_all(each) for each in (one, other, one, other)))

    assert events_of(receiver) == await feed(platform, tenant)


async def test_a_new_secret_and_the_one_before_it_sign_for_a_day(
    platform: Platform, certificate: Certificate, receiver: Receiver
) -> None:
    tenant = await given(platform, meeting_held("bo", DAYS[0]))
    webhook = await register(platform, tenant, receiver.address)
    replaced = (await webhook.send("POST", "/secret")).json()
    async with run_deliverer(platform, certificate) as deliverer:
        await deliver_all(deliverer)

    (delivery,) = receiver.deliveries
    assert replaced["secret"] != webhook.secret
    assert replaced["replaced_until"] > replaced["webhook"]["made_at"]
    for secret in (replaced["secret"], webhook.secret):
        assert is_signed(dict(delivery.headers), delivery.content, secret)
    refused = [await webhook.send("POST", "/secret") for _ in range(3)][-1]
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:too-many")


async def test_a_secret_is_shown_once_and_kept_encrypted(platform: Platform, receiver: Receiver) -> None:
    tenant = new_tenant()
    webhook = await register(platform, tenant, receiver.address)

    assert webhook.secret not in (await webhook.send("GET")).text
    sealed = await read_rows(
        platform.urls["reporting"]["worker"],
        f"select sealed from webhook_secrets where webhook_id = '{webhook.webhook_id}'",
    )
    assert [len(bytes(row[0])) for row in sealed] == [12 + 32 + 16]  # type: ignore[call-overload]  # bytes of a row
    keyed = await webhook.send("POST", "/secret", headers={"Idempotency-Key": "again"})
    assert (keyed.status_code, keyed.json()["errors"][0]["pointer"]) == (422, "header:idempotency-key")


async def test_an_address_is_registered_once(platform: Platform, receiver: Receiver) -> None:
    tenant = new_tenant()
    webhook = await register(platform, tenant, receiver.address)
    again = await send(platform, tenant, "POST", "/webhooks", json={"address": receiver.address})

    assert (again.status_code, again.json()["existing"]) == (409, {"webhook_id": webhook.webhook_id})
    assert len((await send(platform, tenant, "GET", "/webhooks")).json()) == 1


async def test_a_partnership_has_ten_webhooks_at_most(platform: Platform) -> None:
    tenant = new_tenant()
    for nth in range(10):
        await register(platform, tenant, f"https://receiver.example/{nth}")
    one_more = await send(platform, tenant, "POST", "/webhooks", json={"address": "https://receiver.example/10"})

    assert (one_more.status_code, one_more.json()["type"]) == (409, "urn:alongside:problem:too-many")


async def test_a_change_is_refused_where_somebody_changed_it_meanwhile(platform: Platform, receiver: Receiver) -> None:
    webhook = await register(platform, new_tenant(), receiver.address)
    tag = (await webhook.send("GET")).headers["ETag"]
    terms = {"address": receiver.address, "types": ["sessions.meeting_held"]}
    first = await webhook.send("PUT", json=terms, headers={"If-Match": tag})
    second = await webhook.send("PUT", json=terms, headers={"If-Match": tag})

    assert (first.status_code, first.json()["types"]) == (200, ["sessions.meeting_held"])
    assert (second.status_code, second.json()["version"]) == (412, 2)


WAYS = (
    ("GET", "", None),
    ("PUT", "", {"address": "https://receiver.example/"}),
    ("POST", "/pause", None),
    ("POST", "/resumption", None),
    ("POST", "/secret", None),
    ("POST", "/replay", {"after": "0"}),
    ("GET", "/dead-letters", None),
    ("POST", f"/dead-letters/{NO_SUCH_ID}/retry", None),
    ("DELETE", f"/dead-letters/{NO_SUCH_ID}", None),
    ("DELETE", "", None),
)


async def test_webhooks_are_for_leads_of_their_partnership(platform: Platform, receiver: Receiver) -> None:
    tenant = new_tenant()
    webhook = await register(platform, tenant, receiver.address)
    for method, path, body in WAYS:
        rival = await send(platform, new_tenant(), method, f"/webhooks/{webhook.webhook_id}{path}", json=body)
        assert rival.status_code == 404, (method, path)
        for role in ("events_reader", "school_lead", "mentor", "trainee", "tutor", "operator"):
            other = await send(platform, tenant, method, f"/webhooks/{webhook.webhook_id}{path}", role, json=body)
            assert other.status_code == 403, (method, path, role)
    assert (await send(platform, new_tenant(), "GET", "/webhooks")).json() == []
    assert (
        await send(platform, tenant, "POST", "/webhooks", "events_reader", json={"address": "https://a.b"})
    ).status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        ({"address": "http://receiver.example"}, "/address", "begins with https://"),
        ({"address": "https://u:p@receiver.example"}, "/address", "Leave name and password out"),
        ({"address": "https://receiver.example/" + "x" * 2000}, "/address", "at most 2000 characters"),
        ({}, "/address", "required"),
        ({"address": "https://a.example", "types": []}, "/types", "at least 1"),
        ({"address": "https://a.example", "types": ["people.person_named"]}, "/types", "no events of the type"),
        ({"address": "https://a.example", "types": ["sessions.another_mentor_requested"]}, "/types", "no events"),
        ({"address": "https://a.example", "after": "soon"}, "/after", "does not have the form"),
        ({"address": "https://a.example", "after": "999999999"}, "/after", "begin anew with 0"),
        ({"address": "https://a.example", "secret": "mine"}, "/secret", "no such field"),
    ],
)
async def test_what_cannot_be_registered_is_refused_with_a_reason(
    platform: Platform, body: dict[str, Any], pointer: str, says: str
) -> None:
    refused = await send(platform, new_tenant(), "POST", "/webhooks", json=body)

    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], says in error["detail"]) == (pointer, True), error


async def test_an_unknown_webhook_is_not_there(platform: Platform) -> None:
    for method, path, body in WAYS:
        answer = await send(platform, new_tenant(), method, f"/webhooks/{uuid4()}{path}", json=body)
        assert answer.status_code == 404, (method, path)
