import pytest

from services.reporting.main import SERVICE
from tests.support.services import Platform, SharedServices


@pytest.fixture(scope="module")
async def platform(shared_services: SharedServices) -> Platform:
    """Reporting, with its worker. Each test has a tenant of its own, and publishes what the other services would."""
    return await shared_services.of(SERVICE)
