"""One platform of real processes for all tests that strike it."""

from collections.abc import AsyncIterator

import pytest

from tests.faults import schedule, site
from tests.faults.scene import Scene

SEED = 20260914


@pytest.fixture(scope="session")
async def scene(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """A running site with its clients, set up and idle."""
    if request.config.getoption("--stack") != "local":
        pytest.skip("it is the local stack's processes that are struck")
    async with site.run_site(tmp_path_factory.mktemp("site")) as running:
        scene = await schedule.begin_run(running, SEED)
        yield scene
        await scene.clients.close()
