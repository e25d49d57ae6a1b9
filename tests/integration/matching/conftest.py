from collections.abc import AsyncIterator

import pytest

from services.matching.main import SERVICE
from tests.house import House, running
from tests.integration.matching.partnership import Partnership


@pytest.fixture(scope="module")
async def house(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """Matching, with its worker, on a fresh database and fresh topics."""
    async with running(postgres_admin_url, kafka_bootstrap, tmp_path_factory.mktemp("house"), SERVICE) as house:
        yield house


@pytest.fixture
def partnership(house: House) -> Partnership:
    """A partnership of the test's own."""
    return Partnership(house)
