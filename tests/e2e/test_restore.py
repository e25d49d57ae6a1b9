"""The page about restoring, typed in as it stands: backups of one database and of the whole server."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

import pytest

from alongside.client import PlatformClient, wait_until
from alongside.demo.personas import LEAD
from alongside.local.issuer import Issuer
from alongside.local.platform import find_addresses
from alongside.operations.status import list_statuses
from tests.e2e.test_tutorial import pattern

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "restore.md"
BLOCK = re.compile(r"^## (?P<heading>[^\n]+)$|^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
READY = "Stop with Ctrl-C."
NEXT = "@@ next block @@"


class Reader:
    """Somebody at two terminals: the platform runs in the first, and the second is one shell."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._environment = environment
        self._folder = folder
        self._up: subprocess.Popen[str] | None = None
        self._shell = self._start("bash", "-s")
        self.type_in("set -euo pipefail\n")

    def _start(self, *command: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            command,
            cwd=self._folder,
            env=self._environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run_in_first(self, lines: str) -> None:
        for line in lines.splitlines():
            if line == "^C":
                self.interrupt()
            else:
                self._up = self._start("bash", "-c", f"exec {line.removeprefix('$ ')}")
                _read_until(self._up.stdout, READY)

    def interrupt(self) -> None:
        if self._up is not None:
            self._up.send_signal(signal.SIGINT)
            self._up.communicate(timeout=60)
            self._up = None

    def type_in(self, commands: str) -> str:
        """Run a block in the second terminal and return what it prints; it must succeed."""
        assert self._shell.stdin is not None
        self._shell.stdin.write(f"{commands}\necho '{NEXT}'\n")
        self._shell.stdin.flush()
        return _read_until(self._shell.stdout, NEXT)

    def leave(self) -> None:
        self.interrupt()
        self._shell.communicate(timeout=60)


def _read_until(output: IO[str] | None, end: str) -> str:
    assert output is not None
    read: list[str] = []
    for line in output:
        if line.strip() == end:
            return "".join(read)
        read.append(line)
    raise AssertionError(f"it ended: {''.join(read)}")


@pytest.fixture
def reader(kafka_bootstrap: str, tmp_path: Path) -> Iterator[Reader]:
    """A platform with a PostgreSQL of its own, on the Kafka of the run."""
    commands, folder = tmp_path / "bin", tmp_path / "empty"
    for made in (commands, folder):
        made.mkdir()
    alongside = commands / "alongside"
    alongside.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m alongside "$@"\n')
    alongside.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "ALONGSIDE_STATE": str(tmp_path / "state"),
        "ALONGSIDE_TOPIC_PREFIX": f"t{uuid4().hex[:12]}",
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
    }
    reader = Reader(folder, environment)
    yield reader
    reader.leave()


@contextmanager
def platform(state: Path) -> Iterator[PlatformClient]:
    with PlatformClient(find_addresses(state), Issuer(state), "aire-valley") as client:
        yield client


def open_programme(state: Path, title: str) -> None:
    """Record an event of referral, and wait until it is published."""
    body = {"template": "ite-placement", "title": title, "academic_year": "2026/27"}
    days = {"starts_on": "2026-09-01", "ends_on": "2027-07-31", "on": "2026-06-15"}
    with platform(state) as client:
        client.post(LEAD, "referral", "/programmes", body | days)
    wait_until(
        lambda: asyncio.run(list_statuses(find_addresses(state))),
        lambda statuses: all(status.relay.behind == 0 for status in statuses),
        "the programme",
    )


def titles(state: Path) -> set[str]:
    with platform(state) as client:
        return {programme["title"] for programme in client.get(LEAD, "referral", "/programmes")}


@pytest.mark.timeout(600)  # it starts the platform five times
def test_the_page_restores_one_database_and_a_whole_server(reader: Reader, tmp_path: Path) -> None:
    state, last = tmp_path / "state", ""
    reader.run_in_first("$ alongside up --without matching --without sessions --without reporting")
    open_programme(state, "In the backups")

    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        match block["kind"], block["heading"]:
            case None, "Restore one database":
                open_programme(state, "Lost first")
            case None, "Restore the whole server from a base backup":
                assert titles(state) == {"In the backups"}
                assert "lost in an earlier incarnation" in last
                open_programme(state, "Lost again")
            case None, "What to do about lost events":
                break
            case "console", _:
                reader.run_in_first(block["text"])
            case "sh", _:
                last = reader.type_in(block["text"])
            case "text", _:
                assert pattern(block["text"]).fullmatch(last), last

    assert titles(state) == {"In the backups"}
