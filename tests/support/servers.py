"""The real servers of a test run: one PostgreSQL and one Kafka for all its processes, started when a test needs them.

If pytest-xdist runs the tests in several processes, its controller owns the servers, because it outlives the others.
They ask it for an address over a Unix socket.
"""

import json
import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from tempfile import TemporaryDirectory, gettempdir
from threading import Lock, Thread
from typing import Literal, Protocol

import psutil

from alongside.local.kafka import Kafka
from alongside.local.ports import Ports
from alongside.local.postgres import PostgreSQL
from alongside.local.processes import Children
from alongside.local.secrets import Secrets

POSTGRES_IMAGE = "postgres:18"
KAFKA_IMAGE = "apache/kafka:4.3.1"
PREFIX = "alongside-tests-"
"""How the names of the directories of runs begin; the number of the process that owns the servers follows."""
MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 4 << 30
"""Free bytes of the file system in memory from which on the servers keep their files there."""

StackName = Literal["local", "containers"]
ServerName = Literal["postgres", "kafka"]


class Servers(Protocol):
    """Starts PostgreSQL or Kafka, and returns its address."""

    def start_postgres(self) -> str: ...
    def start_kafka(self) -> str: ...
    def stop(self) -> None: ...


class LocalServers:
    """The servers of the local stack, in a temporary directory: PostgreSQL need not be durable."""

    def __init__(self, state: Path) -> None:
        self._children = Children(state)
        ports = Ports(state)
        self._postgres = PostgreSQL(self._children, ports, Secrets(state).password("postgres"), durable=False)
        self._kafka = Kafka(self._children, ports)

    def start_postgres(self) -> str:
        self._postgres.start()
        return self._postgres.admin_url

    def start_kafka(self) -> str:
        self._kafka.start()
        return self._kafka.bootstrap_servers

    def stop(self) -> None:
        self._children.refuse_more()
        self._children.stop(*self._children.running_children())


class ContainerServers:
    """The public images under testcontainers, for a machine with a container engine."""

    def __init__(self) -> None:
        # Only defaults: an engine that can pull the clean-up image may be told to use it.
        os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
        os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")
        from tests.support.containers import KafkaContainer, postgres_container

        self._postgres = postgres_container(POSTGRES_IMAGE)
        self._kafka = KafkaContainer(KAFKA_IMAGE)

    def start_postgres(self) -> str:
        self._postgres.start()
        return str(self._postgres.get_connection_url())

    def start_kafka(self) -> str:
        self._kafka.start()
        return self._kafka.bootstrap_servers

    def stop(self) -> None:
        self._kafka.stop()
        self._postgres.stop()


class RunningServers(Protocol):
    """The addresses of servers, for the tests of one process."""

    def prepare(self, names: Iterable[ServerName]) -> None:
        """Start servers that will be asked for, without waiting for them."""

    def address(self, name: ServerName) -> str:
        """Return the address of a server once it runs; start it if nobody has."""


class ServersOnDemand:
    """Starts each server at the first request for it, both in parallel. One process of a run owns it."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._starts = {"postgres": servers.start_postgres, "kafka": servers.start_kafka}
        self._pool = ThreadPoolExecutor(len(self._starts))
        self._lock = Lock()
        self._started: dict[str, Future[str]] = {}

    def prepare(self, names: Iterable[ServerName]) -> None:
        for name in names:
            self._begin(name)

    def address(self, name: ServerName) -> str:
        """Return the address of a server once it runs; raises the error of its start."""
        return self._begin(name).result()

    def stop(self) -> None:
        """Stop the servers that were started."""
        if self._started:
            self._servers.stop()
        self._pool.shutdown()

    def _begin(self, name: ServerName) -> Future[str]:
        with self._lock:
            if name not in self._started:
                self._started[name] = self._pool.submit(self._starts[name])
            return self._started[name]


class ServersOfAnotherProcess:
    """Asks the process that owns the servers: one line of JSON for a request, one for its answer."""

    def __init__(self, path: str) -> None:
        self._path = path

    def prepare(self, names: Iterable[ServerName]) -> None:
        self._ask({"prepare": list(names)})

    def address(self, name: ServerName) -> str:
        """Return the address of a server once it runs; raises ServerUnavailable if it does not start."""
        answer = self._ask({"address": name})
        if answer["error"]:
            raise ServerUnavailable(answer["error"])
        return str(answer["address"])

    def _ask(self, request: dict[str, object]) -> dict[str, str]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(self._path)
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, str] = json.loads(connection.makefile().readline())
            return answer


class ServerUnavailable(RuntimeError):
    """The process that owns the servers could not start a server."""


@contextmanager
def own_servers(stack: StackName) -> Iterator[ServersOnDemand]:
    """Own the servers of a run: none is started yet; at the end stop them and delete their files."""
    parent = _parent_directory()
    _remove_files_of_killed_runs(parent)
    prefix = f"{PREFIX}{os.getpid()}-"
    with TemporaryDirectory(prefix=prefix, dir=parent, ignore_cleanup_errors=True) as state:
        servers = ServersOnDemand(LocalServers(Path(state)) if stack == "local" else ContainerServers())
        try:
            yield servers
        finally:
            servers.stop()


@contextmanager
def offer_to_other_processes(servers: RunningServers) -> Iterator[str]:
    """Answer the requests of `ServersOfAnotherProcess`; yield the path of the socket, from which it is made."""

    class Answering(StreamRequestHandler):
        def handle(self) -> None:
            request = json.loads(self.rfile.readline())
            answer = {"address": "", "error": ""}
            try:
                if "prepare" in request:
                    servers.prepare(request["prepare"])
                else:
                    answer["address"] = servers.address(request["address"])
            except Exception as error:  # noqa: BLE001  # told to whoever asked, whose test fails by it
                answer["error"] = f"{type(error).__name__}: {error}"
            self.wfile.write(json.dumps(answer).encode() + b"\n")

    with (
        TemporaryDirectory(prefix="alongside-servers-") as directory,
        ThreadingUnixStreamServer(str(Path(directory) / "socket"), Answering) as listening,
    ):
        listening.daemon_threads = True
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.1}, name="servers", daemon=True)
        thread.start()
        try:
            yield str(listening.server_address)
        finally:
            listening.shutdown()
            thread.join()


def _remove_files_of_killed_runs(parent: Path) -> None:
    """A run that was killed took its servers along, but not their files, which would stay in memory."""
    for left in parent.glob(f"{PREFIX}*"):
        process = left.name.removeprefix(PREFIX).partition("-")[0]
        if process.isdigit() and not psutil.pid_exists(int(process)):
            shutil.rmtree(left, ignore_errors=True)


def _parent_directory() -> Path:
    """In memory if there is enough of it: on a disk, the many small files of new databases cost four times as much."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH_MEMORY:
        return MEMORY
    return Path(gettempdir())
