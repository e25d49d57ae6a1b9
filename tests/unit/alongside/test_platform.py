"""Which servers are started here, and which the environment names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from alongside.cli.platform import show_addresses
from alongside.local.platform import RUNNING, SERVICES, Addresses, NotRunning, needs_postgres

ROLES = ("OWNER", "APP", "WORKER")


def _all_urls() -> dict[str, str]:
    return {
        f"DATABASE_URL_{service.upper()}_{role}": "postgresql://x@127.0.0.1/x" for service in SERVICES for role in ROLES
    }


def test_postgresql_is_started_where_nothing_is_named() -> None:
    assert needs_postgres()


def test_postgresql_is_not_started_where_every_database_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, url in _all_urls().items():
        monkeypatch.setenv(name, url)

    assert not needs_postgres()


def test_postgresql_is_started_where_one_database_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, url in _all_urls().items():
        monkeypatch.setenv(name, url)
    monkeypatch.delenv("DATABASE_URL_SESSIONS_WORKER")

    assert needs_postgres()


def test_the_environment_comes_before_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALONGSIDE_URL_REFERRAL", "http://127.0.0.1:1")

    assert Addresses({"ALONGSIDE_URL_REFERRAL": "http://127.0.0.1:2"}).http("referral") == "http://127.0.0.1:1"


def test_an_unknown_address_says_what_to_do() -> None:
    with pytest.raises(NotRunning, match=r"alongside up.*ALONGSIDE_URL_REFERRAL"):
        Addresses({}).http("referral")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state directory on which nothing runs, below it the directory of a demo that runs."""
    monkeypatch.setenv("ALONGSIDE_STATE", str(tmp_path))
    demo = tmp_path / "demo"
    demo.mkdir()
    (demo / RUNNING).write_text("{}")
    return tmp_path


def test_an_unknown_address_names_the_folder_of_a_demo_that_runs(state: Path) -> None:
    with pytest.raises(NotRunning, match=rf"A demo runs.*`export ALONGSIDE_STATE={state}/demo`"):
        Addresses({}).http("referral")


def test_whoever_asks_for_addresses_hears_that_a_demo_runs_too(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for service in SERVICES:
        monkeypatch.setenv(f"ALONGSIDE_URL_{service.upper()}", f"http://127.0.0.1/{service}")

    show_addresses()

    printed = capsys.readouterr()
    assert printed.out.splitlines() == [f"export {each.upper()}=http://127.0.0.1/{each}" for each in SERVICES]
    assert printed.err == f"A demo runs too. To use it instead, send first: export ALONGSIDE_STATE={state}/demo\n"


def test_where_only_the_demo_runs_it_is_named_once(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        show_addresses()

    assert capsys.readouterr().err.count(f"{state}/demo") == 1


def test_a_reader_that_stops_reading_ends_the_command_without_an_error(tmp_path: Path) -> None:
    environment = {f"ALONGSIDE_URL_{service.upper()}": f"http://127.0.0.1/{service}" for service in SERVICES}
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as nobody_reads:
        done = subprocess.run(
            [sys.executable, "-m", "alongside", "addresses"],
            env={**os.environ, **environment, "ALONGSIDE_STATE": str(tmp_path)},
            stdout=nobody_reads,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.stderr == ""
