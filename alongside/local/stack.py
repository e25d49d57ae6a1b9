"""Start and stop PostgreSQL, Kafka, the token issuer and the services on this machine together."""

import errno
import os
import shlex
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

import httpx
from platformdirs import user_state_path

from alongside.local.cache import kafka_jars
from alongside.local.errors import ChildFailed, StackError, StateInUse, StateUnusable
from alongside.local.files import hold_lock
from alongside.local.issuer import ISSUER, Issuer, portal_issuer, portal_key
from alongside.local.kafka import Kafka
from alongside.local.ports import Ports
from alongside.local.postgres import PostgreSQL, with_database
from alongside.local.processes import Children, end_leftovers
from alongside.local.secrets import Secrets

SERVICE_READY_WITHIN = 60  # seconds
NO_SPACE = os.strerror(errno.ENOSPC)
"""How every program, in its log, calls a full disk."""
LEAST_SPACE = 1_000_000
"""Free bytes below which a disk counts as full."""
LAST_DAY_OF_THE_DEMO = date(2026, 12, 18)
"""The demo and the tutorial record days up to this one."""
TODAY = "ALONGSIDE_TODAY"
"""The variable that says on which day the clock of a service begins."""
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def state_directory() -> Path:
    """Return the state directory: `ALONGSIDE_STATE`, by default the user's state directory."""
    named = os.environ.get("ALONGSIDE_STATE")
    return Path(named).expanduser().resolve() if named else user_state_path("alongside")


def demo_directory() -> Path:
    """Return the state directory of the demo, which runs apart from `alongside up`."""
    return state_directory() / "demo"


def name_directory(state: Path) -> str:
    """Return the shell command by which the other commands of a terminal find the stack on a state directory."""
    return f"export ALONGSIDE_STATE={shlex.quote(str(state))}"


@dataclass(frozen=True)
class Service:
    """One service process: its command, its port, and variables to add to the stack's environment."""

    name: str
    command: Sequence[str | Path]
    port: int
    env: Mapping[str, str] = field(default_factory=dict)


class Stack:
    """The local stack on one state directory: a `with` block starts the servers and at its end stops everything.

    `fresh` deletes the data of earlier runs first, and the whole directory at the end unless an error ended it;
    `postgres=False` starts no PostgreSQL. `today` is the day on which the clocks of the services begin: by default the
    last of the demo, so that it can be run in any year; None is this machine's day. A server that the environment
    names (`KAFKA_BOOTSTRAP_SERVERS`, `DATABASE_URL_ADMIN`) is used and not started. Inside the block Ctrl-C, SIGTERM
    and SIGHUP raise KeyboardInterrupt (in the main thread). Entering raises StateInUse if another stack runs on the
    directory, and the errors of the servers. If an error leaves the block because a process has died or the directory
    cannot be written, ChildFailed or StateUnusable says so in its place.
    """

    def __init__(
        self,
        state: Path | None = None,
        *,
        cache: Path | None = None,
        durable: bool = True,
        fresh: bool = False,
        postgres: bool = True,
        today: date | None = LAST_DAY_OF_THE_DEMO,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.state = state or state_directory()
        self._cache = cache
        self._durable = durable
        self._fresh = fresh
        self._needs_postgres = postgres
        self.today = today
        self._environ = environ
        self._children = Children(self.state)
        self._held = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as held:
            held.push(self._explain)  # for what fails before there are processes
            self.state.mkdir(parents=True, exist_ok=True)
            held.enter_context(_hold_state_directory(self.state))
            held.push(self._remove)
            end_leftovers(self.state)
            if self._fresh:
                for data in ("postgres", "kafka"):
                    shutil.rmtree(self.state / data, ignore_errors=True)
            held.enter_context(_interruptible())
            held.callback(self._stop)
            held.push(self._explain)  # while it can still be seen which process has died
            self._ports = Ports(self.state)
            self.secrets = Secrets(self.state)
            self.issuer = Issuer(self.state)
            self.portal_key = portal_key(self.state)
            self._start_servers()
            self._held = held.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.__exit__(kind, error, trace)

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that every service needs; the URLs of its database come on top."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "ALONGSIDE_MASTER_KEY": self._environ.get("ALONGSIDE_MASTER_KEY") or self.secrets.master_key(),
            "ALONGSIDE_JWKS_URL": self.issuer.jwks_url,
            "ALONGSIDE_ISSUER": ISSUER,
            "ALONGSIDE_ISSUERS": portal_issuer(self.portal_key.jwks_url),
            **({TODAY: f"{self.today}"} if self.today else {}),
        }

    def database_url(self, database: str, role: str) -> str:
        """Return the URL for a database in a role; the role's password is generated at the first call and stored."""
        return with_database(self.admin_url, database, role, self.secrets.password(role))

    def port(self, name: str) -> int:
        """Return a free port for a service; the same at the next start if it is still free."""
        return self._ports.port(name)

    def start_services(self, *services: Service) -> None:
        """Start services in parallel and wait until each answers 200 on `/health/ready`. Raises ChildFailed."""
        inherited = {name: value for name, value in self._environ.items() if name != "DATABASE_URL_ADMIN"}
        started = [
            (
                service,
                self._children.start(service.name, service.command, {**inherited, **self.environment, **service.env}),
            )
            for service in services
        ]
        for service, child in started:
            child.wait_until(partial(_is_ready, service.port), SERVICE_READY_WITHIN)

    def wait(self) -> None:
        """Wait until KeyboardInterrupt; raises ChildFailed as soon as a process has died."""
        while True:
            self._check_children()
            time.sleep(0.5)

    def _check_children(self) -> None:
        for child in self._children.running_children():
            if not child.is_alive:
                raise ChildFailed(child.name, f"ended with code {child.process.returncode}", child.last_lines())

    def _remove(self, kind: type[BaseException] | None, *_: object) -> None:
        """Delete a fresh stack's directory, which nobody needs any more; after an error its logs may be needed."""
        if self._fresh and (kind is None or issubclass(kind, KeyboardInterrupt)):
            shutil.rmtree(self.state, ignore_errors=True)

    def _explain(self, _: object, error: BaseException | None, __: object) -> None:
        """Say what is at the bottom of an error: a full disk shows as whatever fails first, in whichever process."""
        if not isinstance(error, Exception) or isinstance(error, StateUnusable):
            return
        full = [child.log for child in self._children.running_children() if NO_SPACE in child.last_lines()]
        if isinstance(error, ChildFailed) and NO_SPACE in str(error):
            full.append(self._children.log(error.name))
        if full or _free_bytes(self.state) < LEAST_SPACE:
            raise StateUnusable(self.state, None, "ALONGSIDE_STATE", next(iter(full), None)) from error
        if StateUnusable.is_cause(error):
            raise StateUnusable(self.state, error, "ALONGSIDE_STATE") from error
        if not isinstance(error, StackError):
            self._check_children()

    def _start_servers(self) -> None:
        self.admin_url = self._environ.get("DATABASE_URL_ADMIN", "")
        self.bootstrap_servers = self._environ.get("KAFKA_BOOTSTRAP_SERVERS", "")
        if not self.bootstrap_servers:
            kafka_jars(self._cache)  # here and not in a thread: Ctrl-C can interrupt the main thread only
        with ThreadPoolExecutor() as pool:
            try:
                needed = self._needs_postgres and not self.admin_url
                postgres = pool.submit(self._start_postgres) if needed else None
                kafka = None if self.bootstrap_servers else pool.submit(self._start_kafka)
                self.admin_url = postgres.result() if postgres else self.admin_url
                self.bootstrap_servers = kafka.result() if kafka else self.bootstrap_servers
            except BaseException:
                self._stop()  # ends the processes that the threads wait for, so that the pool can close
                raise

    def _start_postgres(self) -> str:
        postgres = PostgreSQL(self._children, self._ports, self.secrets.password("postgres"), durable=self._durable)
        postgres.start()
        return postgres.admin_url

    def _start_kafka(self) -> str:
        kafka = Kafka(self._children, self._ports, cache=self._cache)
        kafka.start()
        return kafka.bootstrap_servers

    def _stop(self) -> None:
        """Stop the services first, as they may still write, then the servers. A second Ctrl-C does not interrupt it."""
        with _uninterrupted():
            self._children.refuse_more()
            running = self._children.running_children()
            servers = [child for child in running if child.name in ("postgres", "kafka", "initdb", "kafka-format")]
            self._children.stop(*(child for child in running if child not in servers))
            self._children.stop(*servers)


@contextmanager
def _hold_state_directory(state: Path) -> Iterator[None]:
    lock = state / "lock"
    with ExitStack() as held:
        try:
            held.enter_context(hold_lock(lock, wait=False))
        except BlockingIOError:
            raise StateInUse(
                f"Another stack (process {lock.read_text().strip()}) runs on {state}. "
                "Stop it first, or set ALONGSIDE_STATE to another directory."
            ) from None
        lock.write_text(f"{os.getpid()}\n")
        yield


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the `with` block as Ctrl-C does."""
    with _handling(signal.default_int_handler):
        yield


@contextmanager
def _uninterrupted() -> Iterator[None]:
    # a handler that does nothing, not SIG_IGN: a child inherits SIG_IGN, and Java would then ignore the signal for good
    with _handling(lambda _number, _frame: None):
        yield


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # Python delivers signals to the main thread only
        return
    wanted = [number for number in STOP_SIGNALS if number != signal.SIGHUP or not _under_nohup()]
    before = {number: signal.signal(number, handler) for number in wanted}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def _under_nohup() -> bool:
    return signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def _free_bytes(folder: Path) -> int:
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    return shutil.disk_usage(existing).free


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
