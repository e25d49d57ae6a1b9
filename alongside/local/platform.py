"""The four services on a stack: databases and topics made, tables migrated, one process a service."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from alongside.local.files import write_whole
from alongside.local.stack import Service as Process
from alongside.local.stack import Stack, state_directory
from shared.kernel.kafka.topics import create_topics, read_topics
from shared.kernel.postgres.migrate import ROLES, Migration, migrate, of_service, provision
from shared.kernel.settings import Databases, Role, Settings

SERVICES = ("referral", "matching", "sessions", "reporting")
RUNNING = "running.json"


class NothingRuns(RuntimeError):
    """A command needs the platform's addresses, and neither the environment nor a running stack gives them."""

    def __init__(self, wanted: str) -> None:
        super().__init__(
            f"{wanted} is not known. Start the platform with `alongside up` in another terminal, "
            f"or set {wanted} to a server that is already there."
        )


@dataclass(frozen=True)
class Addresses:
    """Where everything is, as environment variables would say it; the environment itself comes first."""

    known: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """The value of a variable; raises `NothingRuns`."""
        found = os.environ.get(name) or self.known.get(name)
        if not found:
            raise NothingRuns(name)
        return found

    def http(self, service: str) -> str:
        """The base URL of a service's HTTP."""
        return self[f"ALONGSIDE_URL_{service.upper()}"]

    def database(self, service: str, role: Role) -> str:
        """The URL of a service's database in a role."""
        return self[f"DATABASE_URL_{service.upper()}_{role.upper()}"]

    def settings(self) -> Settings:
        """The settings that every service shares."""
        return Settings.model_validate({name.lower(): value for name, value in {**self.known, **os.environ}.items()})


def addresses(state: Path | None = None) -> Addresses:
    """The addresses of the stack that runs on a state directory, if one does; the environment's otherwise."""
    file = (state or state_directory()) / RUNNING
    return Addresses(json.loads(file.read_text(encoding="utf-8")) if file.exists() else {})


@contextmanager
def platform(stack: Stack) -> Iterator[Addresses]:
    """Services on a running stack, ready to answer; their addresses stand in the state directory while they run."""
    variables = dict(stack.environment)
    variables |= _databases(stack)
    made = Addresses(variables)
    asyncio.run(prepare(made))
    processes = []
    for service in SERVICES:
        port = stack.port(service)
        variables[f"ALONGSIDE_URL_{service.upper()}"] = f"http://127.0.0.1:{port}"
        own = {name: value for name, value in variables.items() if name.startswith(f"DATABASE_URL_{service.upper()}_")}
        own.pop(f"DATABASE_URL_{service.upper()}_OWNER")
        processes.append(
            Process(
                service,
                [sys.executable, "-m", f"services.{service}.main", "all"],
                port,
                own | {"ALONGSIDE_PORT": str(port)},
            )
        )
    stack.start_services(*processes)
    running = stack.state / RUNNING
    write_whole(running, json.dumps(variables, indent=2, sort_keys=True))
    try:
        yield made
    finally:
        running.unlink(missing_ok=True)


def _databases(stack: Stack) -> dict[str, str]:
    found: dict[str, str] = {}
    for service in SERVICES:
        urls = _given(service) or asyncio.run(
            provision(stack.admin_url, service, {role: stack.secrets.password(f"{service}_{role}") for role in ROLES})
        )
        found |= {f"DATABASE_URL_{service.upper()}_{role.upper()}": url for role, url in urls.items()}
    return found


def needs_postgres() -> bool:
    """Whether a server must be started: not where the environment names the databases of every service."""
    return not all(_given(service) for service in SERVICES)


def _given(service: str) -> dict[Role, str] | None:
    """The service's databases as the environment names them, if it names all three."""
    databases = Databases.of(service)
    if not all((databases.owner, databases.app, databases.worker)):
        return None
    return {role: databases.url(role, service) for role in ROLES}


async def prepare(known: Addresses) -> dict[str, list[Migration]]:
    """Bring every service's tables up to date and create missing topics; answers the migrations applied."""
    applied = {service: await migrate(known.database(service, "owner"), of_service(service)) for service in SERVICES}
    await prepare_topics(known)
    return applied


async def prepare_topics(known: Addresses) -> None:
    """Create missing topics."""
    settings = known.settings()
    topics = read_topics(topics_file(), settings.alongside_topic_prefix)
    await create_topics(settings.kafka_bootstrap_servers, topics)


def topics_file() -> Path:
    """`deploy/topics.yaml`, which lies beside the package in an installed wheel."""
    installed = files("alongside").joinpath("topics.yaml")
    return Path(str(installed)) if installed.is_file() else Path(__file__).parents[2] / "deploy" / "topics.yaml"
