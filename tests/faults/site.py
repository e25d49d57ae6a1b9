"""The platform to be struck: PostgreSQL, three Kafka brokers, and four services, each role a process of its own.

Each process reaches its database through a proxy of its own, and each broker is reached through one, by everybody.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import psutil

from alongside.local import platform
from alongside.local.cluster import Cluster
from alongside.local.issuer import ISSUER, Issuer
from alongside.local.platform import Addresses, topics_file
from alongside.local.ports import Ports
from alongside.local.postgres import PostgreSQL, with_database
from alongside.local.processes import Child, Children
from alongside.local.secrets import Secrets
from alongside.local.stack import LAST_DAY_OF_THE_DEMO
from shared.kernel.kafka.topics import create_topics, read_topics
from shared.kernel.postgres import connect
from shared.kernel.postgres.migrate import migrate, service_schema
from shared.kernel.postgres.provision import ROLES, provision
from shared.kernel.settings import Settings
from tests.faults.disk import Disk
from tests.faults.proxy import Proxy
from tests.support.preloaded import PreloadedChildren

SERVICES = ("referral", "matching", "sessions", "reporting")
ASKED = ("referral", "sessions")
"""The services that the clients ask."""
PUBLISHING = ("referral", "matching", "sessions")
DISK = 3 << 30
"""Bytes of the file system that PostgreSQL has to itself, where there can be one."""
READY_WITHIN = 60.0
"""Seconds that a process has to become ready."""
STOPPED_WITHIN = 20.0
"""Seconds that a process has to end after it was asked to."""

Part = Literal["api", "worker"]


@dataclass
class Program:
    """One process of a service in one role; `peak` is the most memory (bytes, resident) that any run of it has had."""

    name: str
    service: str
    part: Part
    port: int
    env: dict[str, str]
    database: Proxy
    children: Children
    wanted: bool = False
    child: Child | None = None
    peak: int = 0
    overdue: list[str] = field(default_factory=list)
    module: tuple[str, ...] = ()
    """Another module than the service's own, with its first words."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """One hand at a time: the watch must not start again what a fault is about to start."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it unless it runs; `ready` waits for it."""
        async with self._turn:
            await self._start()

    async def start_again(self) -> int | None:
        """Start it if it should run and has ended by itself; with which code, or None."""
        async with self._turn:
            if not self.wanted or self.child is None or self.child.is_alive:
                return None
            code = self.child.process.returncode
            await self._start()
            return code

    async def _start(self) -> None:
        self.wanted = True
        if self.child is not None and self.child.is_alive:
            return
        module = self.module or (f"services.{self.service}.main",)
        command = [sys.executable, "-m", *module, self.part]
        self.child = await asyncio.to_thread(self.children.start, self.name, command, self.env)

    async def ready(self) -> None:
        """Until it says of itself that it is; an AssertionError after `READY_WITHIN` seconds."""
        async with httpx.AsyncClient(timeout=3) as client:

            async def answers() -> bool:
                try:
                    return (await client.get(f"{self.url}/health/ready")).status_code == httpx.codes.OK
                except httpx.HTTPError:
                    return False

            await until(answers, f"{self.name} is ready", READY_WITHIN)

    async def stop(self) -> int:
        """Ask it to end and answer with what code it did; one that had to be killed is remembered as overdue."""
        async with self._turn:
            assert self.child is not None
            self.look()
            self.wanted = False
            await asyncio.to_thread(self.children.stop, self.child, timeout=STOPPED_WITHIN)
            code = self.child.process.returncode
        if code == -9:
            self.overdue.append(f"{self.name} had not ended {STOPPED_WITHIN:.0f} seconds after it was asked to")
        return code

    async def kill(self) -> None:
        async with self._turn:
            assert self.child is not None
            self.look()
            self.wanted = False
            await asyncio.to_thread(self.child.kill)

    def last_words(self) -> str:
        return self.child.last_lines(5) if self.child is not None else ""

    def look(self) -> None:
        """See how much memory it has had."""
        if self.child is not None and self.child.is_alive:
            try:
                status = Path(f"/proc/{self.child.process.pid}/status").read_text()
                kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
                self.peak = max(self.peak, int(kilobytes) * 1024)
            except (OSError, StopIteration):  # no such file system, or it has just ended
                with_psutil = psutil.Process(self.child.process.pid)
                self.peak = max(self.peak, with_psutil.memory_info().rss)


@dataclass
class Site:
    """Everything, running. `long` faults last as long as they should; short ones as long as they must.

    `matching_api` runs only while the pairs are made that work in sessions.
    """

    children: Children
    postgres: PostgreSQL
    kafka: Cluster
    brokers: dict[int, Proxy]
    disk: Disk | None
    issuer: Issuer
    secrets: Secrets
    known: Addresses
    settings: Settings
    programs: dict[str, Program]
    matching_api: Program
    long: bool = False
    ended: list[str] = field(default_factory=list)

    def minute(self) -> float:
        """Seconds that something is away which is to be away for a minute."""
        return 60.0 if self.long else 5.0

    def of(self, part: Part | None = None, service: str | None = None) -> list[Program]:
        """The programs in a role, or of a service."""
        return [p for p in self.programs.values() if part in (None, p.part) and service in (None, p.service)]

    async def restart(self, *programs: Program) -> None:
        """Start programs side by side and wait until they are ready."""
        for program in programs:
            await program.start()
        await asyncio.gather(*(program.ready() for program in programs))

    async def heal(self) -> None:
        """Let everything run that should, and everything through."""
        for proxy in (*self.brokers.values(), *(program.database for program in self.programs.values())):
            proxy.disarm()
            proxy.open()
        await self.start_postgres()
        for broker in self.kafka.brokers.values():
            broker.thaw()
        await asyncio.to_thread(self.kafka.start)
        for program in self.programs.values():
            if program.child is not None and program.child.is_alive:
                program.child.thaw()
            await program.start()
        await asyncio.gather(*(program.ready() for program in self.programs.values()))

    async def start_postgres(self) -> None:
        if not self.postgres.is_running:
            await asyncio.to_thread(self.postgres.start)

    async def create_topics(self) -> None:
        """Create what is missing, as `alongside topics` does."""
        topics = read_topics(topics_file(), self.settings.alongside_topic_prefix)

        async def topics_exist() -> bool:
            try:
                await create_topics(self.settings.kafka_bootstrap_servers, topics)
            except Exception:  # noqa: BLE001  # a cluster that is new needs its moment
                return False
            return True

        await until(topics_exist, "the topics are there", 60)

    async def watch(self) -> None:
        """What an orchestrator does: start again what has ended by itself; and look at everybody's memory."""
        while True:
            for program in self.programs.values():
                program.look()
                code = await program.start_again()
                if code is not None:
                    self.ended.append(f"{program.name} ended with code {code}")
            await asyncio.sleep(0.5)


async def until(holds: Callable[[], Awaitable[bool]], what: str, within: float) -> None:
    """Wait for a condition; an AssertionError that says which one after `within` seconds."""
    end = asyncio.get_running_loop().time() + within
    while not await holds():
        assert asyncio.get_running_loop().time() < end, f"not within {within:.0f} seconds: {what}"
        await asyncio.sleep(0.05)


@asynccontextmanager
async def run_site(state: Path, *, long: bool = False, replicas: int = 2) -> AsyncIterator[Site]:
    """Everything started, migrated and ready; ended, by process ids of our own, at the end."""
    await asyncio.to_thread(state.chmod, 0o755)  # where root runs the suite, PostgreSQL is somebody else
    # the long form starts its processes as everybody does; for the short one importing would be most of the time
    children = Children(state) if long else PreloadedChildren(state, SERVICES)
    try:
        async with AsyncExitStack() as stack:
            site = await _build_site(state, children, stack, long, replicas)
            watch = asyncio.create_task(site.watch())
            try:
                yield site
            finally:
                watch.cancel()
                for program in site.programs.values():
                    program.look()
    finally:
        await asyncio.to_thread(_end, children)


def _end(children: Children) -> None:
    """Stop the services first, and last the disk that PostgreSQL uses."""
    children.refuse_more()
    running = children.running_children()
    for child in running:
        child.thaw()
    servers = [child for child in running if child.name.startswith("kafka") or child.name == "postgres"]
    disk = [child for child in running if child.name == "disk"]
    children.stop(*(child for child in running if child not in servers + disk))
    children.stop(*servers)
    children.stop(*disk)


async def _build_site(state: Path, children: Children, stack: AsyncExitStack, long: bool, replicas: int) -> Site:
    ports, secrets, issuer = Ports(state), Secrets(state), Issuer(state)
    disk = await asyncio.to_thread(Disk.mount, children, DISK)
    directory = disk.directory / "postgres" if disk else None
    postgres = PostgreSQL(children, ports, secrets.password("postgres"), directory=directory)
    brokers: dict[int, Proxy] = {}

    def advertise(node: int, port: int) -> int:
        brokers[node] = Proxy(port)
        return brokers[node].port

    kafka = Cluster(children, ports, advertise=advertise)
    for proxy in brokers.values():
        await _start_proxy(proxy, stack)
    await asyncio.gather(asyncio.to_thread(postgres.start), asyncio.to_thread(kafka.start))
    variables = {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "ALONGSIDE_MASTER_KEY": secrets.master_key(),
        "ALONGSIDE_JWKS_URL": issuer.jwks_url,
        "ALONGSIDE_ISSUER": ISSUER,
        "ALONGSIDE_TODAY_AT_LEAST": f"{LAST_DAY_OF_THE_DEMO}",
    }
    shared = dict(variables)
    for service in platform.SERVICES:  # an operator's commands speak to all of them
        passwords = {role: secrets.password(f"{service}_{role}") for role in ROLES}
        urls = await provision(postgres.admin_url, service, passwords)
        await migrate(urls["owner"], service_schema(service))
        variables |= {f"DATABASE_URL_{service.upper()}_{role.upper()}": url for role, url in urls.items()}
    known = Addresses(variables)
    settings = Settings.model_validate({name.lower(): value for name, value in variables.items()})

    async def add(service: str, part: Part, number: int) -> Program:
        program = _program(children, known, service, part, number, ports, shared)
        await _start_proxy(program.database, stack)
        return program

    matching_api = await add("matching", "api", 1)
    site = Site(children, postgres, kafka, brokers, disk, issuer, secrets, known, settings, {}, matching_api, long)
    await site.create_topics()
    for service, part in _deployment():
        for number in range(1, replicas + 1):
            program = await add(service, part, number)
            site.programs[program.name] = program
    await site.restart(*site.programs.values())
    return site


def _deployment() -> Iterable[tuple[str, Part]]:
    for service in ASKED:
        yield service, "api"
    for service in SERVICES:
        yield service, "worker"


def _program(
    children: Children, known: Addresses, service: str, part: Part, number: int, ports: Ports, shared: dict[str, str]
) -> Program:
    variable = f"DATABASE_URL_{service.upper()}_{'APP' if part == 'api' else 'WORKER'}"
    database = urlsplit(known[variable])
    assert database.port is not None
    proxy = Proxy(database.port)
    who = database.netloc.rpartition("@")[0]
    name = f"{service}-{part}-{number}"
    port = ports.port(name)
    env = {
        **shared,
        variable: urlunsplit(database._replace(netloc=f"{who}@127.0.0.1:{proxy.port}")),
        "ALONGSIDE_PORT": str(port),
        "ALONGSIDE_LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "TZ": "UTC",
    }
    return Program(name, service, part, port, env, proxy, children)


async def _start_proxy(proxy: Proxy, stack: AsyncExitStack) -> None:
    await proxy.start()
    stack.push_async_callback(proxy.stop)


async def somebody_waits(site: Site, service: str, query: str) -> bool:
    """Whether a statement like this waits for a lock in the service's database."""
    connection = await connect_to(site, service)  # a new one: within a transaction what others do is seen once
    try:
        return bool(
            await connection.fetchval(
                """select count(*) from pg_stat_activity where datname = current_database()
                   and wait_event_type = 'Lock' and query like $1""",
                query,
            )
        )
    finally:
        await connection.close()


async def connect_to(site: Site, service: str) -> "asyncpg.Connection[asyncpg.Record]":
    """A connection of the checker's own to a service's database, as superuser, by no proxy."""
    return await connect(with_database(site.postgres.admin_url, f"alongside_{service}"))
