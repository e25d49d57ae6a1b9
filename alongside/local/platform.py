"""The services on this machine: their databases, tables and topics, one process for each, and their addresses."""

import asyncio
import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from alongside.local.files import write_atomically
from alongside.local.stack import TODAY, Stack, demo_directory, name_directory, state_directory
from alongside.local.stack import Service as Process
from shared.kernel.kafka.topics import create_topics, read_topics
from shared.kernel.postgres.migrate import Migrated, migrate, service_schema
from shared.kernel.postgres.provision import ROLES, provision
from shared.kernel.settings import Databases, Role, Settings

SERVICES = ("referral", "matching", "sessions", "reporting", "portal")
PORTAL = "portal"
PORTAL_URL = "ALONGSIDE_PORTAL_URL"
"""The variable with the public address of the pages."""
"""The service that serves pages; it calls the others and signs its tokens with a key of its own."""
RUNNING = "running.json"
ADMIN = "DATABASE_URL_ADMIN"
"""The variable that holds the superuser's URL of the databases' server."""


class NotRunning(RuntimeError):
    """An address is needed that neither the environment nor a running stack provides."""

    def __init__(self, variable: str) -> None:
        demo = running_demo()
        use_it = f"A demo runs: to use it, send `{name_directory(demo)}` first. " if demo else ""
        super().__init__(
            f"The address {variable} is not known, as no platform runs on the state folder {state_directory()}. "
            f"{use_it}Start the platform with `alongside up` in another terminal, "
            f"or set {variable} to an existing server. "
            "If it runs already, ALONGSIDE_STATE must name the same folder in both terminals."
        )


@dataclass(frozen=True)
class Addresses:
    """Addresses of servers and services by the names of environment variables; the environment itself comes first."""

    recorded: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """The value of a variable; raises `NotRunning`."""
        found = os.environ.get(name) or self.recorded.get(name)
        if not found:
            raise NotRunning(name)
        return found

    def http(self, service: str) -> str:
        """Return the base URL of a service's HTTP."""
        return self[f"ALONGSIDE_URL_{service.upper()}"]

    def database(self, service: str, role: Role) -> str:
        """Return the URL of a service's database in a role."""
        return self[f"DATABASE_URL_{service.upper()}_{role.upper()}"]

    @property
    def today(self) -> date | None:
        """The day on which the clock of the running platform began; None where it is that of this machine."""
        day = self.recorded.get(TODAY)
        return date.fromisoformat(day) if day else None

    def settings(self) -> Settings:
        """Return the settings that every service shares."""
        return Settings.model_validate({name.lower(): value for name, value in {**self.recorded, **os.environ}.items()})


def find_addresses(state: Path | None = None) -> Addresses:
    """Find the addresses of the stack that runs on a state directory, or of the environment alone if none runs."""
    file = (state or state_directory()) / RUNNING
    return Addresses(json.loads(file.read_text(encoding="utf-8")) if file.exists() else {})


def running_demo() -> Path | None:
    """Return the state directory of the demo if a demo runs, which needs a state directory of its own."""
    demo = demo_directory()
    return demo if (demo / RUNNING).exists() else None


@contextmanager
def run_services(stack: Stack, without: Collection[str] = ()) -> Iterator[Addresses]:
    """Start the services on a running stack and wait until they answer; yields their addresses. Those that are named
    in `without` are not started.

    While they run, `running.json` in the state directory holds the addresses too, for other commands.
    """
    variables = {**stack.environment, ADMIN: stack.admin_url}
    variables |= _databases(stack)
    found = Addresses(variables)
    asyncio.run(prepare_servers(found))
    processes = []
    ports = {service: stack.port(service) for service in SERVICES}
    urls = {f"ALONGSIDE_URL_{service.upper()}": f"http://127.0.0.1:{port}" for service, port in ports.items()}
    public = os.environ.get(PORTAL_URL) or f"http://localhost:{ports[PORTAL]}"  # where cookies may be secure
    variables |= {**urls, PORTAL_URL: public}
    for service, port in ports.items():
        own = {name: value for name, value in variables.items() if name.startswith(f"DATABASE_URL_{service.upper()}_")}
        own.pop(f"DATABASE_URL_{service.upper()}_OWNER")
        if service == PORTAL:
            own |= {**urls, PORTAL_URL: public, "ALONGSIDE_PORTAL_KEY": stack.portal_key.pem, "ALONGSIDE_ENV": "local"}
        processes.append(
            Process(
                service,
                [sys.executable, "-m", f"services.{service}.main", "all"],
                port,
                own | {"ALONGSIDE_PORT": str(port)},
            )
        )
    stack.start_services(*(process for process in processes if process.name not in without))
    running = stack.state / RUNNING
    write_atomically(running, json.dumps(variables, indent=2, sort_keys=True))
    try:
        yield found
    finally:
        running.unlink(missing_ok=True)


def _databases(stack: Stack) -> dict[str, str]:
    found: dict[str, str] = {}
    for service in SERVICES:
        urls = _named_databases(service) or asyncio.run(
            provision(stack.admin_url, service, {role: stack.secrets.password(f"{service}_{role}") for role in ROLES})
        )
        found |= {f"DATABASE_URL_{service.upper()}_{role.upper()}": url for role, url in urls.items()}
    return found


def needs_postgres() -> bool:
    """Whether a PostgreSQL server must be started: false if the environment names the databases of every service."""
    return not all(_named_databases(service) for service in SERVICES)


def _named_databases(service: str) -> dict[Role, str] | None:
    """The URLs of the service's database from the environment, or None unless it names all three roles."""
    databases = Databases.of(service)
    if not all((databases.owner, databases.app, databases.worker)):
        return None
    return {role: databases.url(role, service) for role in ROLES}


async def prepare_servers(addresses: Addresses) -> dict[str, Migrated]:
    """Migrate the tables of every service and create missing topics; returns what was applied, by service."""
    applied = {
        service: await migrate(addresses.database(service, "owner"), service_schema(service)) for service in SERVICES
    }
    await prepare_topics(addresses)
    return applied


async def prepare_topics(addresses: Addresses) -> None:
    """Create the topics that the broker does not have yet."""
    settings = addresses.settings()
    topics = read_topics(topics_file(), settings.alongside_topic_prefix)
    await create_topics(settings.kafka_bootstrap_servers, topics)


def topics_file() -> Path:
    """Return the path of `deploy/topics.yaml`; an installed wheel holds a copy in the package."""
    installed = files("alongside").joinpath("topics.yaml")
    return Path(str(installed)) if installed.is_file() else Path(__file__).parents[2] / "deploy" / "topics.yaml"
