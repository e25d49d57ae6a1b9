from collections.abc import AsyncIterator

import pytest

from services.sessions.main import SERVICE
from tests.integration.sessions.pairs import Pair, a_pair
from tests.support.services import Platform, running


@pytest.fixture(scope="package")
async def platform(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    """Sessions, with its worker, on a fresh database and fresh topics; each test has a pair of its own."""
    async with running(postgres_admin_url, kafka_bootstrap, tmp_path_factory.mktemp("platform"), SERVICE) as platform:
        yield platform


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A trainee and a mentor whose relationship is open."""
    return await a_pair(platform)
