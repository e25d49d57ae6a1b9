"""Child processes end with their parent, however that ends, and nobody else's process is touched."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from alongside.local.errors import ChildFailed, StackStopping
from alongside.local.processes import Child, Children, end_leftovers

SLEEPER = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(600)",
]

# A parent of its own: it starts a child on the state directory and waits to be killed.
PARENT = """
import os, sys, time
from pathlib import Path
from alongside.local.processes import Children
child = Children(Path(sys.argv[1])).start("child", sys.argv[2:], dict(os.environ))
child.wait_until(lambda: "here" in child.last_lines(), 30)
print(child.process.pid, flush=True)
time.sleep(600)
"""


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def says_here(child: Child) -> bool:
    return "here" in child.last_lines()


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    made = Children(tmp_path)
    yield made
    made.refuse_more()
    made.stop(*made.running_children(), timeout=0)


def kill_a_parent_of(command: list[str], state: Path) -> int:
    """Start a parent and its child, kill the parent and answer with the child's process id."""
    with subprocess.Popen([sys.executable, "-c", PARENT, str(state), *command], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    return pid


def test_a_child_writes_to_its_log_and_stops_when_asked(children: Children) -> None:
    child = children.start("child", SLEEPER, os.environ)
    child.wait_until(lambda: says_here(child), 30)

    children.stop(child)

    assert not child.is_alive
    assert child.process.returncode == -signal.SIGTERM
    assert children.running_children() == []


def test_a_child_that_does_not_listen_is_ended(children: Children) -> None:
    child = children.start("child", STUBBORN, os.environ)
    child.wait_until(lambda: says_here(child), 30)

    children.stop(child, timeout=0.1)

    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_dies_before_it_is_ready_says_so_with_the_end_of_its_log(children: Children) -> None:
    child = children.start("child", [sys.executable, "-c", "import sys; sys.exit('no such table')"], os.environ)

    with pytest.raises(ChildFailed, match=r"(?s)child ended with code 1.*no such table"):
        child.wait_until(lambda: False, 30)


def test_a_child_that_never_gets_ready_is_not_waited_for_for_ever(children: Children) -> None:
    child = children.start("child", SLEEPER, os.environ)

    with pytest.raises(ChildFailed, match="not ready after"):
        child.wait_until(lambda: False, 0.1)


def test_nothing_is_started_while_all_is_stopping(children: Children) -> None:
    children.refuse_more()

    with pytest.raises(StackStopping):
        children.start("child", SLEEPER, os.environ)


def test_a_child_outlives_the_thread_that_asked_for_it(children: Children) -> None:
    thread = threading.Thread(target=lambda: children.start("child", SLEEPER, os.environ))
    thread.start()
    thread.join()
    (child,) = children.running_children()

    child.wait_until(lambda: says_here(child), 30)
    assert child.is_alive


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals a process when its parent dies")
def test_a_killed_parent_takes_its_child_along(tmp_path: Path) -> None:
    pid = kill_a_parent_of(SLEEPER, tmp_path)

    assert eventually(lambda: not runs(pid))


def test_processes_left_by_a_killed_run_are_ended_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alongside.local.processes.LEFTOVER_TIMEOUT", 0.1)
    pid = kill_a_parent_of(STUBBORN, tmp_path)
    assert runs(pid)

    assert end_leftovers(tmp_path) == ["child"]
    assert not runs(pid)
    assert end_leftovers(tmp_path) == []


def test_a_process_that_has_the_number_of_a_former_child_is_let_alone(tmp_path: Path) -> None:
    with subprocess.Popen(SLEEPER, stdout=subprocess.DEVNULL) as stranger:
        record = {"pid": stranger.pid, "began": psutil.Process(stranger.pid).create_time() - 60, "stop_signal": 15}
        (tmp_path / "pids").mkdir()
        (tmp_path / "pids" / "kafka.json").write_text(json.dumps(record))

        assert end_leftovers(tmp_path) == []
        assert runs(stranger.pid)
        stranger.kill()


def test_a_run_that_stopped_leaves_no_record(children: Children, tmp_path: Path) -> None:
    children.stop(children.start("child", SLEEPER, os.environ))

    assert list((tmp_path / "pids").iterdir()) == []


def test_a_command_that_fails_is_an_error_with_what_it_said(children: Children) -> None:
    with pytest.raises(ChildFailed, match=r"(?s)set-up ended with code 3.*broken"):
        children.run("set-up", [sys.executable, "-c", "print('broken'); raise SystemExit(3)"], os.environ)
