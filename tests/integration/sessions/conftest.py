from collections.abc import AsyncIterator

import pytest

from services.sessions.main import SERVICE
from tests.house import House, running
from tests.integration.sessions.pairs import Pair, a_pair


@pytest.fixture(scope="package")
async def house(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """Sessions, with its worker, on a fresh database and fresh topics; each test has a pair of its own."""
    async with running(postgres_admin_url, kafka_bootstrap, tmp_path_factory.mktemp("house"), SERVICE) as house:
        yield house


@pytest.fixture
async def pair(house: House) -> Pair:
    """A trainee and a mentor whose relationship is open."""
    return await a_pair(house)
