"""What every test has: the real servers and a browser, the same examples each time, and a share of the cores."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.workermanage import WorkerController

from shared.kernel.service.command_line import tune_garbage_collector
from tests.support.distribution import WholeModules, number_of_processes, sort_slowest_first
from tests.support.servers import (
    RunningServers,
    ServerName,
    ServersOfAnotherProcess,
    offer_to_other_processes,
    own_servers,
)

if TYPE_CHECKING:
    from tests.support.browser import RunningBrowser, Visits

SERVERS = pytest.StashKey[RunningServers]()
OFFERED_AT = pytest.StashKey[str]()
SERVER_OF_FIXTURE: dict[str, ServerName] = {"postgres_admin_url": "postgres", "kafka_bootstrap": "kafka"}

# The same examples in every run; `--hypothesis-profile=search` looks for others, `long` for thousands of others.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.register_profile("long", deadline=None, max_examples=3_000)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--stack",
        choices=("local", "containers"),
        default="local",
        help="where PostgreSQL and Kafka come from: the local stack (default) or testcontainers",
    )


def pytest_configure(config: pytest.Config) -> None:
    tune_garbage_collector()
    offered: str | None = getattr(config, "workerinput", {}).get("servers")
    if offered is not None:
        config.stash[SERVERS] = ServersOfAnotherProcess(offered)
        return
    held = ExitStack()
    config.add_cleanup(held.close)
    servers = held.enter_context(own_servers(config.getoption("--stack")))
    config.stash[SERVERS] = servers
    config.stash[OFFERED_AT] = held.enter_context(offer_to_other_processes(servers))


def pytest_configure_node(node: WorkerController) -> None:
    node.workerinput["servers"] = node.config.stash[OFFERED_AT]


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    return number_of_processes(config.args)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeModules:
    return WholeModules(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    sort_slowest_first(items)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the servers that will be needed while tests that need none run."""
    tune_garbage_collector()  # once more, now that every module is there
    if not session.config.option.collectonly:
        used = {name for item in session.items if isinstance(item, pytest.Function) for name in item.fixturenames}
        session.config.stash[SERVERS].prepare([SERVER_OF_FIXTURE[name] for name in used & SERVER_OF_FIXTURE.keys()])
        if "browser" in used:
            prepare_browser()


def prepare_browser() -> None:
    """Fetch the browser, where it has to be, outside the time limit of the first test that needs it.

    A failure is that of these tests, not of the run.
    """
    from tests.support.chromium import BrowserMissing, locate_chromium

    with suppress(BrowserMissing):
        locate_chromium()


@pytest.fixture(scope="session")
def postgres_admin_url(request: pytest.FixtureRequest) -> str:
    """The superuser's URL of a running PostgreSQL 18, which all processes of the run share."""
    return request.config.stash[SERVERS].address("postgres")


@pytest.fixture(scope="session")
def kafka_bootstrap(request: pytest.FixtureRequest) -> str:
    """`host:port` of a running Kafka 4.3, which all processes of the run share."""
    return request.config.stash[SERVERS].address("kafka")


@pytest.fixture(scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator["RunningBrowser"]:
    """A Chromium without a window, which all tests of this process share. Use `visits`."""
    from tests.support.browser import start_browser  # only where a test needs it: it takes a third of a second

    async with start_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
async def visits(browser: "RunningBrowser") -> AsyncIterator["Visits"]:
    """The visitors of a test. It fails for what goes wrong in their browsers: see tests/support/browser.py."""
    from tests.support.browser import Visits

    visits = Visits(browser)
    yield visits
    await visits.close()
