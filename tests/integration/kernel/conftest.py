"""Databases with the kernel's tables, pools of each role, and the notes service on them."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.kernel.postgres import Pool, connect, open_pool
from shared.kernel.postgres.provision import ROLES, provision
from shared.kernel.telemetry import set_up_logs
from tests.support.databases import Urls, database, drop_database
from tests.support.notes_service import ALONE, Notes, run_notes

pytest.register_assert_rewrite("tests.contract.stores", "tests.contract.logs")


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """Logs as in production: what they must not say, no test's output says either."""
    set_up_logs("WARNING")


@pytest.fixture(scope="module")
async def urls(postgres_admin_url: str) -> AsyncIterator[Urls]:
    """A fresh database of this module."""
    async with database(postgres_admin_url) as urls:
        yield urls


@pytest.fixture
async def empty(postgres_admin_url: str) -> AsyncIterator[Urls]:
    """A database without any table, and roles of its own with a password that has to be quoted."""
    name = f"t{uuid4().hex[:12]}"
    yield await provision(postgres_admin_url, "tests", dict.fromkeys(ROLES, 'it\'s a "test"'), name)
    await drop_database(postgres_admin_url, name)
    admin = await connect(postgres_admin_url)
    for role in ROLES:
        await admin.execute(f'drop role "{name}_{role}"')
    await admin.close()


@pytest.fixture(scope="module")
async def app_pool(urls: Urls) -> AsyncIterator[Pool]:
    async with await open_pool(urls["app"], size=12) as pool:
        yield pool


@pytest.fixture(scope="module")
async def worker_pool(urls: Urls) -> AsyncIterator[Pool]:
    async with await open_pool(urls["worker"], size=8) as pool:
        yield pool


@pytest.fixture(scope="module")
async def notes(postgres_admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Notes]:
    """The notes service with its projector, without a broker."""
    async with run_notes(postgres_admin_url, "127.0.0.1:9", tmp_path_factory.mktemp("notes"), ALONE) as notes:
        yield notes


@pytest.fixture(scope="module")
async def walking(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Notes]:
    """The notes service with relay, Kafka and consumer."""
    async with run_notes(postgres_admin_url, kafka_bootstrap, tmp_path_factory.mktemp("walking")) as notes:
        yield notes
