"""What an orchestrator and an operator ask a process: alive, ready, and how far."""

import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
import yaml
from aiokafka import AIOKafkaConsumer

from services.matching.main import SERVICE as MATCHING
from services.portal.main import SERVICE as PORTAL
from services.referral.main import SERVICE as REFERRAL
from services.reporting.main import SERVICE as REPORTING
from shared.kernel.kafka import lag
from shared.kernel.postgres import status as watching
from tests.integration.referral.partnership import Partnership
from tests.integration.referral.requests import open_programme
from tests.support.services import Platform, eventually, run_services

ALERTS = Path(__file__).parents[2] / "deploy" / "prometheus" / "alerts.yaml"


@pytest.fixture(scope="module")
async def platform(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    without_pages = replace(PORTAL, opens=None)
    services = (REFERRAL, MATCHING, REPORTING, without_pages)
    folder = tmp_path_factory.mktemp("health")
    async with run_services(postgres_admin_url, kafka_bootstrap, folder, *services) as platform:
        yield platform


async def test_a_running_service_is_live_and_ready(platform: Platform) -> None:
    assert (await platform["referral"].get("/health/live")).json() == {"status": "live"}
    assert (await platform["referral"].get("/health/ready")).json() == {"status": "ready"}


async def test_metrics_say_how_far_everything_is_and_how_long_appends_take(platform: Platform) -> None:
    await open_programme(Partnership.new(platform))

    async def has_caught_up() -> bool:
        figures = _figures((await platform["referral"].get("/metrics")).text)
        return (
            figures['alongside_head_position{follower="",service="referral"}'] > 0
            and figures['alongside_behind_events{follower="relay",service="referral"}'] == 0
            and figures['alongside_behind_events{follower="programmes@1",service="referral"}'] == 0
        )

    await eventually(has_caught_up)
    figures = _figures((await platform["referral"].get("/metrics")).text)
    assert figures["alongside_append_seconds_count"] > 0
    assert figures["alongside_pool_wait_seconds_count"] > 0
    assert figures['alongside_parked_messages{follower="",service="referral"}'] == 0
    assert figures['alongside_tasks{follower="overdue",service="referral"}'] == 0


async def test_metrics_say_what_kafka_knows_of_the_consumer(platform: Platform) -> None:
    topic = platform.settings.topic("referral")

    async def has_no_lag() -> bool:
        figures = _figures((await platform["matching"].get("/metrics")).text)
        return figures.get(f'alongside_consumer_lag_events{{follower="{topic}",service="matching"}}') == 0

    await eventually(has_no_lag)


async def test_every_figure_of_an_alert_is_among_the_metrics(platform: Platform) -> None:
    shown = {
        name.partition("{")[0]
        for service in ("referral", "matching", "reporting", "portal")
        for name in _figures((await platform[service].get("/metrics")).text)
    }
    rules = yaml.safe_load(ALERTS.read_text())["groups"][0]["rules"]

    for rule in rules:
        named = set(re.findall(r"alongside_\w+", rule["expr"]))
        assert named, rule["alert"]
        assert named <= shown, rule["alert"]


async def test_a_service_with_a_stalled_read_model_is_not_ready(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "STALLED_AFTER", 0.05)
    holder = await asyncpg.connect(platform.urls["referral"]["worker"])
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("select 1 from cursors where name = 'programmes@1' for update")
    await open_programme(Partnership.new(platform))

    async def is_not_ready() -> bool:
        answer = await platform["referral"].get("/health/ready")
        return answer.status_code == 503 and "programmes@1" in answer.json()["detail"]

    await eventually(is_not_ready)
    await transaction.rollback()
    await holder.close()

    async def ready_again() -> bool:
        return (await platform["referral"].get("/health/ready")).status_code == 200

    await eventually(ready_again)


async def test_a_consumer_whose_batch_does_not_get_through_is_not_ready(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "STALLED_AFTER", 0.05)
    holder = await asyncpg.connect(platform.urls["matching"]["worker"])
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("lock table high_water in exclusive mode")
    await open_programme(Partnership.new(platform))

    async def is_not_ready() -> bool:
        answer = await platform["matching"].get("/health/ready")
        return answer.status_code == 503 and "consumer" in answer.json()["detail"]

    await eventually(is_not_ready)
    figures = _figures((await platform["matching"].get("/metrics")).text)
    assert figures['alongside_consumer_waits_seconds{follower="",service="matching"}'] > 0
    await transaction.rollback()
    await holder.close()

    async def ready_again() -> bool:
        return (await platform["matching"].get("/health/ready")).status_code == 200

    await eventually(ready_again)


async def test_a_group_of_which_a_member_takes_nothing_is_not_ready(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "STALLED_AFTER", 0.05)
    monkeypatch.setattr(lag, "LOOK_INTERVAL", 0.5)
    takes_nothing = AIOKafkaConsumer(
        platform.settings.topic("referral"),
        bootstrap_servers=platform.settings.kafka_bootstrap_servers,
        group_id=platform.settings.consumer_group("matching"),
        enable_auto_commit=False,
    )
    await takes_nothing.start()

    async def is_not_ready() -> bool:
        await open_programme(Partnership.new(platform))
        answer = await platform["matching"].get("/health/ready")
        return answer.status_code == 503 and "consumer" in answer.json()["detail"]

    await eventually(is_not_ready)
    await takes_nothing.stop()

    async def ready_again() -> bool:
        return (await platform["matching"].get("/health/ready")).status_code == 200

    await eventually(ready_again)


def test_a_service_that_is_up_spares_the_garbage_collector() -> None:
    said = (
        "import gc; from shared.kernel.service.command_line import tune_garbage_collector; tune_garbage_collector();"
        "print(gc.get_freeze_count(), *gc.get_threshold())"
    )
    done = subprocess.run([sys.executable, "-c", said], check=True, capture_output=True, text=True)
    frozen, *thresholds = map(int, done.stdout.split())
    assert frozen > 10_000
    assert thresholds[0] > 700, "Python's own"


def _figures(exposition: str) -> dict[str, float]:
    lines = (line.rsplit(" ", 1) for line in exposition.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, value in lines}
