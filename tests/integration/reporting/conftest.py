from collections.abc import AsyncIterator

import pytest

from alongside.local.postgres import with_database
from services.reporting.main import SERVICE
from services.reporting.tables import READ_MODELS
from shared.kernel.postgres import connect, open_pool
from shared.kernel.postgres.read_models import prepare_read_models
from tests.integration.reporting.recomputation.comparing import ReportingStore
from tests.support.databases import database, database_name
from tests.support.notes_service import store_of
from tests.support.services import Platform, SharedServices


@pytest.fixture(scope="module")
async def platform(shared_services: SharedServices) -> Platform:
    """Reporting, with its worker. Each test has a tenant of its own, and publishes what the other services would."""
    return await shared_services.of(SERVICE)


@pytest.fixture(scope="module")
async def store(postgres_admin_url: str) -> AsyncIterator[ReportingStore]:
    async with (
        database(postgres_admin_url, "reporting") as urls,
        await open_pool(urls["worker"], size=2) as worker,
        await open_pool(urls["app"], size=2) as app,
    ):
        await prepare_read_models(worker, READ_MODELS)
        admin = await connect(with_database(postgres_admin_url, database_name(urls)))
        try:
            await admin.execute("set session_replication_role = replica")  # past the guard of recorded events
            yield ReportingStore(admin, store_of(worker), app)
        finally:
            await admin.close()
