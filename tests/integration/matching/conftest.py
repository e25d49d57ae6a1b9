import pytest

from services.matching.main import SERVICE
from tests.integration.matching.partnership import Partnership
from tests.support.services import Platform, SharedServices


@pytest.fixture(scope="module")
async def platform(shared_services: SharedServices) -> Platform:
    """Matching, with its worker. Each test has a tenant of its own."""
    return await shared_services.of(SERVICE)


@pytest.fixture
def partnership(platform: Platform) -> Partnership:
    """A partnership of the test's own."""
    return Partnership(platform)
