from collections.abc import AsyncIterator

import pytest

from services.matching.main import SERVICE as MATCHING
from services.referral.main import SERVICE as REFERRAL
from tests.support.services import Platform, running


@pytest.fixture(scope="module")
async def platform(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    """Referral and matching, each with its worker, on fresh databases and fresh topics."""
    state = tmp_path_factory.mktemp("platform")
    async with running(postgres_admin_url, kafka_bootstrap, state, REFERRAL, MATCHING) as platform:
        yield platform
