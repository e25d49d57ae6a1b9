"""A worker that is killed while it delivers loses no event: another one goes on once the lease has run out."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from services.reporting.main import SERVICE as REPORTING
from tests.integration.reporting.published_events import given
from tests.integration.reporting.test_webhooks import MEETINGS, feed
from tests.integration.reporting.webhooks import events_of, register
from tests.support.receiver import Answer, Certificate, Delivery, make_certificate, run_receiver
from tests.support.services import Platform, eventually, run_services
from tools.reference.sources import ROOT

pytestmark = pytest.mark.covers("I2")


@pytest.fixture(scope="module")
async def platform(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    """Reporting with its worker, which delivers nothing: processes of their own do."""
    state = tmp_path_factory.mktemp("platform")
    async with run_services(postgres_admin_url, kafka_bootstrap, state, replace(REPORTING, loops={})) as platform:
        yield platform


@asynccontextmanager
async def run_process(platform: Platform, certificate: Certificate) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run deliveries in a process of their own, and kill it at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.reporting.delivering_process",
        platform.urls["reporting"]["worker"],
        platform.settings.master_key(),
        str(certificate.certificate),
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_worker_that_is_killed_while_it_delivers_loses_nothing(
    platform: Platform, tmp_path_factory: pytest.TempPathFactory
) -> None:
    certificate = make_certificate(tmp_path_factory.mktemp("certificate"))
    tenant = await given(platform, *MEETINGS)
    hang = asyncio.Event()

    async def hang_at_the_third(_: Delivery) -> Answer:
        if len(receiver.deliveries) == 3:
            await hang.wait()
        return 204

    async with run_receiver(certificate) as receiver:
        receiver.answer = hang_at_the_third
        await register(platform, tenant, receiver.address)

        async def has_the_third() -> bool:
            return len(receiver.deliveries) == 3

        async def has_all() -> bool:
            return len(receiver.deliveries) == len(MEETINGS) + 1

        async with run_process(platform, certificate) as process:
            await eventually(has_the_third, within=60)
            process.kill()  # the receiver has the third event, and nobody will record that
            await process.wait()
        async with run_process(platform, certificate):
            await eventually(has_all, within=60)

        events = await feed(platform, tenant)
        assert events_of(receiver) == [*events[:3], *events[2:]]
