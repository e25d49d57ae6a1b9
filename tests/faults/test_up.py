"""`alongside up` killed and stopped: no process remains, and data recorded before is there afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from alongside.client import PlatformClient
from alongside.demo.personas import LEAD
from alongside.local.issuer import Issuer
from alongside.local.platform import SERVICES, find_addresses
from tests.e2e.terminal import ROOT, Terminal

GIVEN = ("KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL_ADMIN")
"""With these it would use servers that are already there."""


@contextmanager
def up(state: Path) -> Iterator["subprocess.Popen[str]"]:
    """The platform in a process of its own, ready; killed at the end if it still runs."""
    environment = {name: value for name, value in os.environ.items() if name not in GIVEN}
    with subprocess.Popen(
        [sys.executable, "-m", "alongside", "up"],
        cwd=ROOT,
        env=environment | {"ALONGSIDE_STATE": str(state), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None
        try:
            printed = []
            for line in running.stdout:
                printed.append(line)
                if line.startswith("Stop with Ctrl-C"):
                    break
            else:
                raise AssertionError("".join(printed))
            yield running
        finally:
            running.kill()


def children(running: "subprocess.Popen[str]") -> list[psutil.Process]:
    """Everything that it has started, servers' own processes too."""
    return psutil.Process(running.pid).children(recursive=True)


def has_ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def eventually(condition: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def open_programme(state: Path, title: str) -> dict[str, Any]:
    programme = {
        "template": "ite-placement",
        "title": title,
        "academic_year": "2026/27",
        "starts_on": "2026-09-01",
        "ends_on": "2027-07-31",
        "on": "2026-06-15",
    }
    with PlatformClient(find_addresses(state), Issuer(state)) as services:
        opened: dict[str, Any] = services.post(LEAD, "referral", "/programmes", programme)
    return opened


def titles(state: Path) -> list[str]:
    with PlatformClient(find_addresses(state), Issuer(state)) as services:
        return sorted(programme["title"] for programme in services.get(LEAD, "referral", "/programmes"))


@pytest.mark.timeout(240)
def test_a_killed_platform_leaves_nothing_running_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with up(tmp_path) as running:
        open_programme(tmp_path, "Before the kill")
        started = children(running)
        assert {record.stem for record in (tmp_path / "pids").iterdir()} == {"postgres", "kafka", *SERVICES}
        running.kill()
    assert eventually(lambda: all(has_ended(process) for process in started))
    unanswered = Terminal(tmp_path)("status")
    assert (unanswered.code, "`alongside up` starts it" in unanswered.err) == (1, True)

    with up(tmp_path) as running:
        assert titles(tmp_path) == ["Before the kill"]
        open_programme(tmp_path, "After the kill")
        assert eventually(lambda: titles(tmp_path) == ["After the kill", "Before the kill"])
        started = children(running)

        running.send_signal(signal.SIGINT)

        last_words, _ = running.communicate(timeout=60)
        assert (running.returncode, str(tmp_path) in last_words) == (0, True)
    assert all(has_ended(process) for process in started)
    assert list((tmp_path / "pids").iterdir()) == []
    assert not (tmp_path / "running.json").exists()
