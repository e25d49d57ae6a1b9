import pytest

from services.referral.main import SERVICE
from tests.support.services import Platform, SharedServices


@pytest.fixture(scope="module")
async def platform(shared_services: SharedServices) -> Platform:
    """Referral, with its worker. Each test has a tenant of its own."""
    return await shared_services.of(SERVICE)
