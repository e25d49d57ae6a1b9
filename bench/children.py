"""Python processes beside the run: those that answer with a line of JSON, and those that serve until the end."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil

READY_WITHIN = 60.0
"""Seconds."""


async def said_by(module: str, *arguments: str, asked: object = None) -> Any:
    """What `python -m module` prints as JSON, once it has ended; `asked` is JSON for it. RuntimeError if it fails."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await child.communicate(json.dumps(asked).encode())
    if child.returncode:
        raise RuntimeError(f"{module} ended with code {child.returncode}")
    return json.loads(said)


class Serving(NamedTuple):
    """A process that serves HTTP."""

    port: int
    process: psutil.Process

    def cpu(self) -> float:
        """Return the seconds of processor time that the process has used since it started, its own and the kernel's."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@asynccontextmanager
async def serving(module: str, *arguments: str, env: Mapping[str, str]) -> AsyncIterator[Serving]:
    """`python -m module`, once it says that it is ready; it is ended with the context."""
    port = _free_port()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, env={**os.environ, **env, "ALONGSIDE_PORT": str(port)}
    )
    try:
        await _until_ready(child, port, module)
        yield Serving(port, psutil.Process(child.pid))
    finally:
        if child.returncode is None:
            child.terminate()
        await child.wait()


async def _until_ready(child: asyncio.subprocess.Process, port: int, module: str) -> None:
    deadline = asyncio.get_running_loop().time() + READY_WITHIN
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            if child.returncode is not None or asyncio.get_running_loop().time() > deadline:
                raise RuntimeError(f"{module} does not get ready")
            try:
                if (await client.get(f"http://127.0.0.1:{port}/health/ready", timeout=2)).is_success:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.05)


def peak_memory(process: int) -> int:
    """The most memory (bytes, resident) that a process has had since it began; what its parent had is not in it."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) * 1024


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
