import pytest

from services.sessions.main import SERVICE
from tests.integration.sessions.pairs import Pair, a_pair
from tests.support.services import Platform, SharedServices


@pytest.fixture(scope="module")
async def platform(shared_services: SharedServices) -> Platform:
    """Sessions, with its worker. Each test has a pair of its own."""
    return await shared_services.of(SERVICE)


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A trainee and a mentor whose relationship is open."""
    return await a_pair(platform)
