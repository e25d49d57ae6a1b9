"""Whoever follows the store is woken by an append of any process."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

import asyncpg
import pytest

from alongside.local.postgres import with_database
from shared.kernel import notifier as bells
from shared.kernel.postgres.notifier import CHANNEL, PostgresNotifier
from tests.support.databases import Urls
from tests.support.services import eventually

RING = """
import asyncio, sys
from shared.kernel.postgres.notifier import PostgresNotifier

async def notify():
    async with PostgresNotifier(sys.argv[1]) as notifier:
        while True:  # until it is heard
            notifier.notify()
            await asyncio.sleep(0.05)

asyncio.run(notify())
"""


@pytest.fixture(autouse=True)
def no_net(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by themselves: what wakes a waiter is a ring."""
    monkeypatch.setattr(bells, "POLL", 60)


ON_BELLS = "from pg_stat_activity where datname = current_database() and query similar to '(LISTEN|notify)%'"


@pytest.fixture
async def observer(postgres_admin_url: str, urls: Urls) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(with_database(postgres_admin_url, urlsplit(urls["app"]).path[1:]))
    yield connection
    await connection.close()


def listening(observer: asyncpg.Connection, number: int) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return bool(await observer.fetchval(f"select count(*) {ON_BELLS}") == number)

    return check


async def test_a_ring_of_another_process_wakes_a_listener(urls: Urls, observer: asyncpg.Connection) -> None:
    async with PostgresNotifier(urls["worker"]) as notifier:
        listener = notifier.listener()
        await eventually(listening(observer, 1))
        other = subprocess.Popen([sys.executable, "-c", RING, urls["app"]])  # noqa: ASYNC220  # it only starts
        try:
            await asyncio.wait_for(listener.wait(), 20)
        finally:
            other.kill()
            other.wait()
        listener.close()


async def test_a_ring_between_two_waits_is_not_missed(urls: Urls) -> None:
    notifier = PostgresNotifier(urls["worker"])
    listener = notifier.listener()
    notifier.notify()
    await asyncio.wait_for(listener.wait(), 1)


async def test_a_listener_is_notified_again_after_its_connection_was_cut(
    urls: Urls, observer: asyncpg.Connection
) -> None:
    async with PostgresNotifier(urls["worker"]) as here, PostgresNotifier(urls["app"]) as there:
        listener = here.listener()
        await eventually(listening(observer, 2))
        cut = await observer.fetch(f"select pid, pg_terminate_backend(pid) {ON_BELLS}")

        async def anew() -> bool:
            now = {row["pid"] for row in await observer.fetch(f"select pid {ON_BELLS}")}
            return len(now - {row["pid"] for row in cut}) == 2

        async def is_notified() -> bool:
            there.notify()  # what is sent before the new connection listens is lost
            try:
                await asyncio.wait_for(listener.wait(), 1)
            except TimeoutError:
                return False
            return True

        await eventually(anew)
        await eventually(is_notified)


async def test_many_rings_are_few_notifications(urls: Urls, observer: asyncpg.Connection) -> None:
    heard = 0

    def count(*_: object) -> None:
        nonlocal heard
        heard += 1

    await observer.add_listener(CHANNEL, count)
    async with PostgresNotifier(urls["worker"]) as notifier:
        await eventually(listening(observer, 1))
        end = time.monotonic() + 0.1
        rung = 0
        while time.monotonic() < end:
            notifier.notify()
            rung += 1
            await asyncio.sleep(0)

        async def something_heard() -> bool:
            return heard > 0

        await eventually(something_heard)
    await observer.remove_listener(CHANNEL, count)
    assert heard <= 110, "one a millisecond at most"
    assert rung > 2 * heard
