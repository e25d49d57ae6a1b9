"""Start, record, watch and stop the child processes of a stack, and leave none behind.

Three mechanisms. A stack that stops ends its children. If it is killed, the system signals them when their parent dies
(Linux). What survives even that is recorded in `<state>/pids/NAME.json`, and the next start ends it; a record holds the
process id and its start time, so that another process which has the same id by then is left alone.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil

from alongside.local import launch
from alongside.local.errors import ChildFailed, StackStopping
from alongside.local.files import write_atomically
from shared.wording import counted_noun

LOG_LIMIT = 10_000_000  # bytes; a longer log is renamed at the next start
LEFTOVER_TIMEOUT = 10  # seconds for a leftover process to stop by itself
POLL = 0.02  # seconds between two checks of a condition

# The death signal comes when the parent's *thread* ends, so one long-lived thread starts all children.
_STARTER = ThreadPoolExecutor(1, thread_name_prefix="starter")


class Process(Protocol):
    """What is needed of a `subprocess.Popen`."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | Any: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...


@dataclass
class Child:
    """One running process with its log file and the signal that stops it."""

    name: str
    process: Process
    log: Path
    stop_signal: signal.Signals

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def last_lines(self, count: int = 20) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def wait_until(self, ready: Callable[[], bool], timeout: float) -> None:
        """Wait until `ready()`, at most `timeout` seconds; raises ChildFailed as soon as the process has died."""
        end = time.monotonic() + timeout
        while not ready():
            if not self.is_alive:
                raise ChildFailed(self.name, f"ended with code {self.process.returncode}", self.last_lines())
            if time.monotonic() > end:
                raise ChildFailed(
                    self.name, f"was not ready after {counted_noun(round(timeout), 'second')}", self.last_lines()
                )
            time.sleep(POLL)

    def kill(self) -> None:
        """End the process and those it started at once, as a crash would."""
        _kill_tree(self.process.pid)
        self.process.wait()

    def freeze(self) -> None:
        """Suspend the process with its connections open, until `thaw`."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


class Children:
    """The processes of one state directory: `pids/` and `logs/` below it."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._running: dict[str, Child] = {}
        self._lock = threading.Lock()
        self._stopping = False

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        env: Mapping[str, str],
        *,
        stop_signal: signal.Signals = signal.SIGTERM,
        owned: Path | None = None,
    ) -> Child:
        """Start `command` (an absolute path first) with its output in `logs/NAME.log`. Raises StackStopping.

        `owned` is a directory that the process must own without being root. The process gets its own session, so that
        Ctrl-C at the terminal reaches only the stack, which then stops everything in order.
        """
        return _STARTER.submit(self._start, name, command, env, stop_signal, owned).result()

    def _start(
        self,
        name: str,
        command: Sequence[str | Path],
        env: Mapping[str, str],
        stop_signal: signal.Signals,
        owned: Path | None,
    ) -> Child:
        with self._lock:
            if self._stopping:
                raise StackStopping(name)
            log = self._open_log(name)
            process = self._launch(command, env, log, stop_signal, owned)
            child = Child(name, process, log, stop_signal)
            self._running[name] = child
            began = psutil.Process(process.pid).create_time()
            record = {"pid": process.pid, "began": began, "stop_signal": int(stop_signal)}
            write_atomically(self._record(name), json.dumps(record))
        return child

    def _launch(
        self,
        command: Sequence[str | Path],
        env: Mapping[str, str],
        log: Path,
        stop_signal: signal.Signals,
        owned: Path | None,
    ) -> Process:
        launcher = [sys.executable, "-I", "-S", launch.__file__, os.getpid(), int(stop_signal), owned or "-"]
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - the command is ours
                [str(word) for word in (*launcher, *command)],
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(
        self, name: str, command: Sequence[str | Path], env: Mapping[str, str], *, owned: Path | None = None
    ) -> None:
        """Run a command to its end, at most two minutes; raises ChildFailed unless it exits with 0."""
        child = self.start(name, command, env, owned=owned)
        try:
            child.wait_until(lambda: not child.is_alive, 120)
        finally:
            self.stop(child, timeout=0)
        if child.process.returncode != 0:
            raise ChildFailed(name, f"ended with code {child.process.returncode}", child.last_lines())

    def running_children(self) -> list[Child]:
        """Return the running processes, in the order in which they were started."""
        with self._lock:
            return list(self._running.values())

    def stop(self, *children: Child, timeout: float = 20) -> None:
        """Ask the processes to stop, wait `timeout` seconds in all, and kill those still running."""
        for child in children:
            if child.is_alive:
                child.process.send_signal(child.stop_signal)
        end = time.monotonic() + timeout
        for child in children:
            try:
                child.process.wait(max(0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
            with self._lock:
                if self._running.get(child.name) is child:
                    del self._running[child.name]
                    self._record(child.name).unlink(missing_ok=True)

    def refuse_more(self) -> None:
        """From now on, refuse to start processes."""
        with self._lock:
            self._stopping = True

    def _record(self, name: str) -> Path:
        return self.state / "pids" / f"{name}.json"

    def log(self, name: str) -> Path:
        """Return the path of a process's log."""
        return self.state / "logs" / f"{name}.log"

    def _open_log(self, name: str) -> Path:
        log = self.log(name)
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        log.touch()
        return log


def end_leftovers(state: Path) -> list[str]:
    """End the processes that a killed run has left on this state directory, and return their names.

    Call it only while holding the directory's lock: without it, a running stack looks the same.
    """
    ended = []
    for record in sorted((state / "pids").glob("*.json")):
        left = json.loads(record.read_text())
        process = _find_process(left["pid"], left["began"])
        if process is not None:
            _end(process, signal.Signals(left["stop_signal"]))
            ended.append(record.stem)
        record.unlink()
    return ended


def _find_process(pid: int, began: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        # two readings for one process differ by a rounding of the machine's boot time
        return process if abs(process.create_time() - began) < 1 else None
    except psutil.NoSuchProcess:
        return None


def _end(process: psutil.Process, stop_signal: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(
            stop_signal
        )  # the death of its parent may have signalled it already; it needs a moment in any case
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(LEFTOVER_TIMEOUT)
        _kill_tree(process.pid)


def _kill_tree(pid: int) -> None:
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in tree:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    while any(_runs(process) for process in tree):
        time.sleep(POLL)


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
