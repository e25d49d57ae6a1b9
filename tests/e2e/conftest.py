from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from alongside.client import PlatformClient
from alongside.demo.autumn import AutumnResult, run_autumn
from alongside.local.platform import Addresses, run_services
from alongside.local.stack import Stack
from tests.e2e.terminal import Terminal


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test here the time of the fixtures that it may be the first to ask for."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(300))


@dataclass(frozen=True)
class Demo:
    """The demo partnership after its autumn run, on real services that still run as processes."""

    addresses: Addresses
    stack: Stack
    client: PlatformClient
    result: AutumnResult


@pytest.fixture(scope="session")
def demo(postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run once a session, by the code of `alongside demo`, on the session's servers."""
    servers = {"DATABASE_URL_ADMIN": postgres_admin_url, "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap}
    state: Path = tmp_path_factory.mktemp("demo")
    with (
        Stack(state, environ=servers) as stack,
        run_services(stack) as addresses,
        PlatformClient(addresses, stack.issuer) as client,
    ):
        yield Demo(addresses, stack, client, run_autumn(client, Console(quiet=True)))


@pytest.fixture
def alongside(demo: Demo) -> Terminal:
    """A command line that uses the demo partnership's platform."""
    return Terminal(demo.stack.state)
