"""All parts together: started once, found again, stopped in order, and nothing left behind."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from alongside.local.errors import ChildFailed, JarsUnavailable, StateInUse, StateUnusable
from alongside.local.postgres import program
from alongside.local.processes import end_leftovers
from alongside.local.stack import Service, Stack

pytestmark = pytest.mark.timeout(180)

# Servers that are already there; nothing is sent to them here.
ELSEWHERE = {
    "DATABASE_URL_ADMIN": "postgresql://admin:pw@db.example:5432/postgres",
    "KAFKA_BOOTSTRAP_SERVERS": "k:9092",
}

# What `alongside up` comes down to.
UP = """
import sys
from pathlib import Path
from alongside.local.stack import Stack
with Stack(Path(sys.argv[1]), environ={}) as stack:
    print(stack.admin_url, flush=True)
    stack.wait()
"""

# Answers on its port, writes its environment down, and when it is to stop, whether the database is still there.
SERVICE = """
import http.server, json, os, pathlib, signal, socket, sys
folder, port, database = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()
def stop(*_):
    with socket.socket() as probe:
        (folder / "database-when-stopped").write_text(str(probe.connect_ex(("127.0.0.1", database))))
    os._exit(0)
(folder / "environment.json").write_text(json.dumps(dict(os.environ)))
signal.signal(signal.SIGTERM, stop)
http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""


def service(stack: Stack, folder: Path, env: Mapping[str, str] | None = None, database: int = 0) -> Service:
    port = stack.port("referral")
    return Service("referral", [sys.executable, "-c", SERVICE, folder, str(port), str(database)], port, env or {})


def eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def list_processes(state: Path) -> dict[str, psutil.Process]:
    """Return the processes of a state directory with all that they started, by name and number."""
    found: dict[str, psutil.Process] = {}
    for record in (state / "pids").glob("*.json"):
        root = psutil.Process(json.loads(record.read_text())["pid"])
        found |= {f"{record.stem}-{child.pid}": child for child in [root, *root.children(recursive=True)]}
    return found


def has_ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextmanager
def up(state: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A running stack in a process of its own and its administrator's URL."""
    command = [sys.executable, "-c", UP, str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield running, running.stdout.readline().strip()
        finally:
            running.kill()


def ask(url: str, query: str) -> str:
    command = [str(program("psql")), "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-Atc", query, url]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout.strip()


def test_the_stack_stops_on_request_and_after_a_kill_and_keeps_its_data(tmp_path: Path) -> None:
    with up(tmp_path) as (running, url):
        ask(url, "CREATE TABLE kept AS SELECT 1 AS n")
        processes = list_processes(tmp_path)
        assert {name.partition("-")[0] for name in processes} == {"postgres", "kafka"}
        running.send_signal(signal.SIGTERM)
        running.wait(60)
    assert all(has_ended(process) for process in processes.values())
    assert list((tmp_path / "pids").iterdir()) == []

    with up(tmp_path) as (running, again):
        assert again == url
        assert ask(again, "SELECT n FROM kept") == "1"
        processes = list_processes(tmp_path)
        running.kill()
    assert eventually(lambda: all(has_ended(process) for process in processes.values()))

    with up(tmp_path) as (running, again):
        assert ask(again, "SELECT n FROM kept") == "1"
        running.send_signal(signal.SIGINT)
        running.wait(60)


def test_an_interrupt_while_it_starts_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-c", UP, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as starting:
        assert eventually(lambda: len(list((tmp_path / "pids").glob("*.json"))) == 2)
        processes = list_processes(tmp_path)
        starting.send_signal(signal.SIGINT)
        output, errors = starting.communicate(timeout=60)

    assert output == ""
    assert "KeyboardInterrupt" in errors
    assert all(has_ended(process) for process in processes.values())
    assert end_leftovers(tmp_path) == []


def test_a_second_stack_on_the_same_state_is_refused(tmp_path: Path) -> None:
    with (
        Stack(tmp_path, environ=ELSEWHERE),
        pytest.raises(StateInUse, match=r"Another stack \(process \d+\) runs on .* ALONGSIDE_STATE"),
        Stack(tmp_path, environ=ELSEWHERE),
    ):
        pass


def test_the_state_is_free_again_after_a_stack(tmp_path: Path) -> None:
    for _ in range(2):
        with Stack(tmp_path, environ=ELSEWHERE):
            pass


def test_a_fresh_stack_forgets_the_data_and_keeps_the_secrets(tmp_path: Path) -> None:
    with Stack(tmp_path, environ=ELSEWHERE) as stack:
        before = stack.secrets.master_key()
    for server in ("postgres", "kafka"):
        (tmp_path / server).mkdir()

    with Stack(tmp_path, fresh=True, environ=ELSEWHERE) as stack:
        assert stack.secrets.master_key() == before
        assert not (tmp_path / "postgres").exists()
        assert not (tmp_path / "kafka").exists()


@pytest.mark.parametrize("ended_by", [None, KeyboardInterrupt])
def test_a_fresh_stack_leaves_no_folder_behind(tmp_path: Path, ended_by: type[BaseException] | None) -> None:
    state = tmp_path / "demo"
    with suppress(KeyboardInterrupt), Stack(state, fresh=True, environ=ELSEWHERE):
        assert state.exists()
        if ended_by is not None:
            raise ended_by

    assert not state.exists()


def test_a_fresh_stack_that_fails_keeps_its_logs(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed), Stack(tmp_path / "demo", fresh=True, environ=ELSEWHERE) as stack:
        stack.start_services(Service("matching", [sys.executable, "-c", "raise SystemExit(1)"], stack.port("matching")))

    assert (tmp_path / "demo" / "logs" / "matching.log").exists()


def test_a_full_disk_is_named_with_the_log_that_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('could not extend file: No space left on device')"]

    with (
        pytest.raises(
            StateUnusable, match=r"no space left for the state folder .*/logs/matching\.log .*ALONGSIDE_STATE"
        ),
        Stack(tmp_path, environ=ELSEWHERE) as stack,
    ):
        stack.start_services(Service("matching", command, stack.port("matching")))


def test_a_server_that_stops_answering_because_it_has_died_is_named(tmp_path: Path) -> None:
    """As when a database fails while tables are made: what is seen first is a connection that broke."""
    stack = Stack(tmp_path, environ=ELSEWHERE)
    with ExitStack() as held:
        held.enter_context(pytest.raises(ChildFailed, match="referral ended with code -9"))
        held.enter_context(stack)
        stack.start_services(service(stack, tmp_path))
        (died,) = list_processes(tmp_path).values()
        died.kill()
        assert eventually(lambda: has_ended(died))
        raise ConnectionResetError


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("alongside.local.issuer.write_atomically", refuse)

    with (
        pytest.raises(StateUnusable, match=rf"state folder {tmp_path}.* ALONGSIDE_STATE to a folder elsewhere"),
        Stack(tmp_path, environ=ELSEWHERE) as stack,
    ):
        stack.issuer.token("ada", "aire", ["tutor"])


def test_servers_that_are_already_there_are_used_and_not_started(tmp_path: Path) -> None:
    with Stack(tmp_path, environ=ELSEWHERE) as stack:
        assert stack.admin_url == ELSEWHERE["DATABASE_URL_ADMIN"]
        assert stack.environment["KAFKA_BOOTSTRAP_SERVERS"] == "k:9092"
        assert not (tmp_path / "pids").exists()


def test_a_service_gets_what_it_needs_and_no_key_to_the_whole_server(tmp_path: Path) -> None:
    with Stack(tmp_path, environ=ELSEWHERE) as stack:
        url = stack.database_url("referral", "referral_app")
        stack.start_services(service(stack, tmp_path, {"DATABASE_URL_REFERRAL_APP": url}))
        seen = json.loads((tmp_path / "environment.json").read_text())

    assert seen["DATABASE_URL_REFERRAL_APP"].startswith("postgresql://referral_app:")
    assert seen["DATABASE_URL_REFERRAL_APP"].endswith("@db.example:5432/referral")
    assert {name: seen[name] for name in stack.environment} == stack.environment
    assert "DATABASE_URL_ADMIN" not in seen


def test_services_stop_before_the_servers_they_write_to(tmp_path: Path) -> None:
    with Stack(tmp_path, environ={"KAFKA_BOOTSTRAP_SERVERS": "k:9092"}, durable=False) as stack:
        database = int(stack.admin_url.rpartition(":")[2].partition("/")[0])
        stack.start_services(service(stack, tmp_path, database=database))

    assert (tmp_path / "database-when-stopped").read_text() == "0"
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", database)) != 0


def test_a_service_that_dies_while_it_starts_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('migration 3 is missing')"]

    with (
        pytest.raises(ChildFailed, match=r"(?s)matching ended with code 1.*migration 3 is missing"),
        Stack(tmp_path, environ=ELSEWHERE) as stack,
    ):
        stack.start_services(Service("matching", command, stack.port("matching")), service(stack, tmp_path))

    assert list((tmp_path / "pids").iterdir()) == []


def test_a_service_that_dies_later_ends_the_waiting(tmp_path: Path) -> None:
    with Stack(tmp_path, environ=ELSEWHERE) as stack:
        stack.start_services(service(stack, tmp_path))
        (died,) = list_processes(tmp_path).values()
        died.kill()

        with pytest.raises(ChildFailed, match="referral ended with code -9"):
            stack.wait()


def test_without_jars_and_network_it_starts_nothing_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    (tmp_path / "jgo.conf").write_text(f"[repositories]\nnowhere = http://127.0.0.1:{port}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(tmp_path / "jgo.conf"))

    with (
        pytest.raises(JarsUnavailable, match="KAFKA_BOOTSTRAP_SERVERS"),
        Stack(tmp_path / "state", cache=tmp_path / "cache", environ={}),
    ):
        pass

    assert not (tmp_path / "state" / "pids").exists()
