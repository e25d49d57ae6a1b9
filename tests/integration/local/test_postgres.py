"""PostgreSQL from the wheel: what it keeps, what it refuses, what it does not write down."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from alongside.local.ports import Ports
from alongside.local.postgres import PostgreSQL, program, with_database
from alongside.local.processes import Children


def ask(url: str, query: str) -> str:
    command = [str(program("psql")), "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-Atc", query, url]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout.strip()


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def server(state: Path) -> Iterator[PostgreSQL]:
    children = Children(state)
    server = PostgreSQL(children, Ports(state), "the-password")
    server.start()
    yield server
    children.stop(*children.running_children())


def test_a_restarted_server_has_its_data_and_port(server: PostgreSQL) -> None:
    ask(server.admin_url, "CREATE TABLE kept AS SELECT 1 AS n")
    before = server.admin_url

    server.stop()
    server.start()

    assert server.admin_url == before
    assert ask(server.admin_url, "SELECT n FROM kept") == "1"


def test_committed_rows_survive_a_crash(server: PostgreSQL) -> None:
    ask(server.admin_url, "CREATE TABLE committed AS SELECT generate_series(1, 1000) AS n")

    server.kill()
    server.start()

    assert ask(server.admin_url, "SELECT count(*) FROM committed") == "1000"


def test_a_restarted_server_takes_another_port_if_its_own_is_taken(server: PostgreSQL) -> None:
    before = server.admin_url
    server.stop()
    with socket.create_server(("127.0.0.1", int(before.rpartition(":")[2].partition("/")[0]))):
        server.start()

    assert server.admin_url != before
    assert ask(server.admin_url, "SELECT 1") == "1"


def test_a_pid_file_whose_number_is_another_process_by_now_does_not_stop_it(server: PostgreSQL, state: Path) -> None:
    pid_file = state / "postgres" / "postmaster.pid"
    server.kill()
    with subprocess.Popen(["/bin/sleep", "600"]) as stranger:
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")

        server.start()

        assert ask(server.admin_url, "SELECT 1") == "1"
        assert stranger.poll() is None
        stranger.kill()


def test_nobody_gets_in_without_the_password(server: PostgreSQL) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        ask(server.admin_url.replace("the-password", "a-guess"), "SELECT 1")

    assert "password authentication failed" in refused.value.stderr


def test_the_server_waits_for_the_disk(server: PostgreSQL) -> None:
    settings = ask(server.admin_url, "SELECT current_setting('fsync') || current_setting('synchronous_commit')")

    assert settings == "onon"


def test_a_dump_holds_schema_and_rows(server: PostgreSQL) -> None:
    ask(server.admin_url, "CREATE DATABASE dumped")
    ask(with_database(server.admin_url, "dumped"), "CREATE TABLE mentor (id text); INSERT INTO mentor VALUES ('m-17')")

    dump = server.dump("dumped")

    assert "CREATE TABLE public.mentor" in dump
    assert "m-17" in dump


@pytest.mark.parametrize(
    "failing",
    [
        "SELECT 'Ada Lovelace'::int",
        "INSERT INTO person VALUES ('Ada Lovelace')",
        "INSERT INTO person VALUES (NULL), ('Ada Lovelace')",
        "SELECT 'Ada Lovelace' FROM nowhere",
    ],
)
def test_an_error_leaves_no_name_in_the_log(server: PostgreSQL, state: Path, failing: str) -> None:
    ask(
        server.admin_url, "CREATE TABLE IF NOT EXISTS person (name text UNIQUE NOT NULL CHECK (name <> 'Ada Lovelace'))"
    )

    with pytest.raises(subprocess.CalledProcessError):
        ask(server.admin_url, failing)

    log = (state / "logs" / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "Lovelace" not in log


def test_words_sort_the_same_on_every_machine(server: PostgreSQL) -> None:
    query = "SELECT string_agg(w, ' ' ORDER BY w) FROM unnest(ARRAY['zoo', 'Éa', 'abc', 'Abc']) AS w"

    assert ask(server.admin_url, query) == "Abc abc zoo Éa"
