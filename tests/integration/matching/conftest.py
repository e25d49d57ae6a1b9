from collections.abc import AsyncIterator

import pytest

from services.matching.main import SERVICE
from tests.integration.matching.partnership import Partnership
from tests.support.services import Platform, running


@pytest.fixture(scope="module")
async def platform(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    """Matching, with its worker, on a fresh database and fresh topics."""
    async with running(postgres_admin_url, kafka_bootstrap, tmp_path_factory.mktemp("platform"), SERVICE) as platform:
        yield platform


@pytest.fixture
def partnership(platform: Platform) -> Partnership:
    """A partnership of the test's own."""
    return Partnership(platform)
