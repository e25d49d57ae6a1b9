"""Services that are started once for all tests of a package."""

from collections.abc import AsyncIterator

import pytest

from tests.support.services import SharedServices


@pytest.fixture(scope="session")
async def shared_services(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SharedServices]:
    """What a package's own `platform` is taken from."""
    shared = SharedServices(postgres_admin_url, kafka_bootstrap, tmp_path_factory.mktemp("platform"))
    yield shared
    await shared.stop()
