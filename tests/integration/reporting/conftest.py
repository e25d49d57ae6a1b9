from collections.abc import AsyncIterator

import pytest

from services.reporting.main import SERVICE
from tests.support.services import Platform, running


@pytest.fixture(scope="module")
async def platform(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    """Reporting, with its worker, on a fresh database and fresh topics; tests publish the other services' events."""
    async with running(postgres_admin_url, kafka_bootstrap, tmp_path_factory.mktemp("platform"), SERVICE) as platform:
        yield platform
