from dataclasses import replace

import pytest

from services.portal.main import SERVICE
from tests.support.services import Platform, SharedServices

WITHOUT_PAGES = replace(SERVICE, opens=None)
"""The portal's worker and its routes for programs; pages are tested in tests/e2e/pages."""


@pytest.fixture(scope="module")
async def platform(shared_services: SharedServices) -> Platform:
    """The portal, with its worker."""
    return await shared_services.of(WITHOUT_PAGES)
