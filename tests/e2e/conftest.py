from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from alongside.client import Services
from alongside.demo.autumn import Walked, walk
from alongside.local.platform import Addresses, platform
from alongside.local.stack import Stack
from tests.e2e.terminal import Terminal


@dataclass(frozen=True)
class Demo:
    """The demo partnership after its walk, on real services that still run as processes."""

    known: Addresses
    stack: Stack
    services: Services
    walked: Walked


@pytest.fixture(scope="session")
def demo(postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Walked once a run, by the code of `alongside demo`, on the session's servers."""
    servers = {"DATABASE_URL_ADMIN": postgres_admin_url, "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap}
    state: Path = tmp_path_factory.mktemp("demo")
    with (
        Stack(state, environ=servers) as stack,
        platform(stack) as known,
        Services(known, stack.issuer) as services,
    ):
        yield Demo(known, stack, services, walk(services, Console(quiet=True)))


@pytest.fixture
def alongside(demo: Demo) -> Terminal:
    """The command line of somebody who sits beside the demo partnership's platform."""
    return Terminal(demo.stack.state)
