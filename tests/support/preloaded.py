"""Start the processes of services by forking ones that have imported them already.

To import a service takes seconds of a core, and the short form of the fault suite starts processes dozens of times. A
process that has imported a service waits; each start is a fork of it, which runs the service's command line in the
environment that it is given, as `python -m services.NAME.main` does.

    python -m tests.support.preloaded SERVICE SOCKET
"""

import gc
import importlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TextIO

from alongside.local.launch import end_with_parent
from alongside.local.processes import Children, Process

LOADED_WITHIN = 60.0
"""Seconds that a process has to import a service."""


class ForkedProcess:
    """A process that was forked for a start, to be used as a `subprocess.Popen`.

    The process that forked it tells its id and later its exit code over a connection. One thread listens, since
    several may ask at once: one that stops the process, and one that watches whether it runs.
    """

    def __init__(self, connection: socket.socket) -> None:
        told = connection.makefile("r")
        self.pid = int(told.readline())
        self.returncode: int | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._listen, args=(connection, told), daemon=True).start()

    def poll(self) -> int | None:
        """Return the exit code; None while the process runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once the process has ended; raises `subprocess.TimeoutExpired`."""
        if not self._ended.wait(timeout):
            assert timeout is not None
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, sig: int) -> None:
        """Send a signal unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def _listen(self, connection: socket.socket, told: TextIO) -> None:
        with connection, told:
            code = told.readline()
        if not code:  # whoever would have told the code was killed, and ends this process with it
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.returncode = int(code) if code else -signal.SIGKILL
        self._ended.set()


class PreloadedChildren(Children):
    """The processes of a state directory, of which those of some services are forked."""

    def __init__(self, state: Path, services: Sequence[str]) -> None:
        super().__init__(state)
        self._sockets = {f"services.{service}.main": state / f"{service}.socket" for service in services}
        for service in services:
            path = self._sockets[f"services.{service}.main"]
            command: list[str | Path] = [sys.executable, "-m", __name__, service, path]
            env = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": os.environ.get("PATH", "")}
            self.start(f"preloaded-{service}", command, env)

    def _launch(
        self,
        command: Sequence[str | Path],
        env: Mapping[str, str],
        log: Path,
        stop_signal: signal.Signals,
        owned: Path | None,
    ) -> Process:
        match command:
            case [_, "-m", str(module), *arguments] if module in self._sockets:
                connection = _connect(self._sockets[module])
                asked = {"arguments": [str(word) for word in arguments], "env": dict(env), "log": str(log)}
                connection.sendall(json.dumps(asked).encode() + b"\n")
                return ForkedProcess(connection)
            case _:
                return super()._launch(command, env, log, stop_signal, owned)


def _connect(path: Path) -> socket.socket:
    end = time.monotonic() + LOADED_WITHIN
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError:  # it still imports
            connection.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return connection


def serve(service: str, path: str) -> NoReturn:
    """Import the service, then fork for everybody who asks over the socket, until this process is ended."""
    module = importlib.import_module(f"services.{service}.main")
    gc.collect()
    gc.freeze()  # so that collections in the forks touch, and so copy, none of the pages that all share
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that wait for a fork
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        while True:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _fork_and_tell(module, connection)
            connection.close()


def _fork_and_tell(module: Any, connection: socket.socket) -> NoReturn:
    """Fork once more, for the process that was asked for; tell its id, wait for its end, and tell its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    end_with_parent(signal.SIGKILL)
    asked = json.loads(connection.makefile("r").readline())
    pid = os.fork()
    if pid == 0:
        connection.close()
        _run(module, asked)
    connection.sendall(f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    with suppress(OSError):
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _run(module: Any, asked: Mapping[str, Any]) -> NoReturn:
    """Become the process that was asked for."""
    code = 1
    try:
        os.setsid()
        end_with_parent(signal.SIGTERM)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        log = os.open(asked["log"], os.O_WRONLY | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.clear()
        os.environ.update(asked["env"])
        time.tzset()
        random.seed()  # else every fork would draw the same
        sys.argv = [module.__name__, *asked["arguments"]]
        module.main(module.SERVICE)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  # as the interpreter does at the end of a program
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(*sys.argv[1:])
