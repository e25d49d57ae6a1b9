import pytest

from services.matching.main import SERVICE as MATCHING
from services.referral.main import SERVICE as REFERRAL
from tests.support.services import Platform, SharedServices


@pytest.fixture(scope="module")
async def platform(shared_services: SharedServices) -> Platform:
    """Referral and matching, each with its worker. Each test has a tenant of its own."""
    return await shared_services.of(REFERRAL, MATCHING)
