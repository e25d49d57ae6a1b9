"""Fixtures for every test: the real servers, started once a run and only when a test asks for them."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.servers import ContainerServers, LocalServers, Starting


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--stack",
        choices=("local", "containers"),
        default="local",
        help="where PostgreSQL and Kafka come from: the local stack (default) or testcontainers",
    )


@pytest.fixture(scope="session")
def _servers(request: pytest.FixtureRequest) -> Iterator[Starting]:
    local = request.config.getoption("--stack") == "local"
    needed = {name for item in request.session.items if isinstance(item, pytest.Function) for name in item.fixturenames}
    with TemporaryDirectory(prefix="alongside-tests-") as state:
        starting = Starting(LocalServers(Path(state)) if local else ContainerServers(), needed)
        yield starting
        starting.stop()


@pytest.fixture(scope="session")
def postgres_admin_url(_servers: Starting) -> str:
    """The superuser's URL of a running PostgreSQL 18."""
    return _servers.address("postgres_admin_url")


@pytest.fixture(scope="session")
def kafka_bootstrap(_servers: Starting) -> str:
    """`host:port` of a running Kafka 4.3."""
    return _servers.address("kafka_bootstrap")
