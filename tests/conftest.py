"""What every test has: the real servers of the run, the same examples each time, and a share of the cores."""

from contextlib import ExitStack

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


@pytest.fixture(scope="session")
def postgres_admin_url(request: pytest.FixtureRequest) -> str:
    """The superuser's URL of a running PostgreSQL 18, which all processes of the run share."""
    return request.config.stash[SERVERS].address("postgres")


@pytest.fixture(scope="session")
def kafka_bootstrap(request: pytest.FixtureRequest) -> str:
    """`host:port` of a running Kafka 4.3, which all processes of the run share."""
    return request.config.stash[SERVERS].address("kafka")
