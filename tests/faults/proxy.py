"""A TCP proxy on loopback that stands between two of the platform's parts, and cuts, refuses or holds what passes."""

import asyncio
import contextlib
import re
import socket
from dataclasses import dataclass, field
from typing import Literal

CHUNK = 65536
TURNS = 5
"""How often the loop turns until `_accept_connection` has each connection that is open; it needs three."""
_BROKEN = (OSError, RuntimeError)
"""What writing to a connection that is gone raises; uvloop's word for it is RuntimeError."""
_PREPARED_APPEND = re.compile(rb"(__asyncpg_stmt_\w+__)\0[^\0]*from append\w*\(")


@dataclass
class Cut:
    """Where to cut one connection to PostgreSQL.

    At the client's message number `at` from now on (0 is the next), or at the next `append`; before it is passed on, in
    the middle of it, or when the server has answered and the client does not know.
    """

    at: int | Literal["append"]
    when: Literal["before", "half", "answered"]
    done: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False)
class _Passing:
    """One connection: both its ends, and the names under which it has prepared the append."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    appends: set[bytes] = field(default_factory=set)
    answered: bool = False

    def abort(self) -> None:
        self.near.transport.abort()
        self.far.transport.abort()


class Proxy:
    """Passes everything on to a loopback port until a test interrupts it; it listens on `port` from `start` on."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._accepted: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._passing: set[_Passing] = set()
        self._open = asyncio.Event()
        self._open.set()
        self._refuses = False
        self._cut: Cut | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept_connection, sock=self._socket)

    async def stop(self) -> None:
        self._refuses = True  # whoever was accepted just now is not passed on any more
        asyncio.get_running_loop().remove_reader(self._socket)
        for _ in range(TURNS):  # a server that is closed before forgets those that it has only just accepted
            await asyncio.sleep(0)
        self._server.close()
        self._open.set()
        self.sever()
        for near in self._accepted.values():
            near.transport.abort()
        await asyncio.gather(*self._accepted)

    def sever(self) -> None:
        """Break every connection that is there."""
        for passing in list(self._passing):
            passing.abort()

    def close(self) -> None:
        """Break every connection, and each new one at once, until `open`."""
        self._refuses = True
        self.sever()

    def hold(self) -> None:
        """Let nothing through and break nothing, until `open`: a network that swallows everything."""
        self._open.clear()

    def open(self) -> None:
        self._refuses = False
        self._open.set()

    def arm(self, cut: Cut) -> Cut:
        """Cut one connection: the first to reach that place."""
        self._cut = cut
        return cut

    def disarm(self) -> None:
        self._cut = None

    def _accept_connection(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        """Plain, so that `stop` knows every connection: a task cancelled before its first step would close nothing."""
        if self._refuses:
            near.transport.abort()
            return
        task = asyncio.create_task(self._pass_on(reader, near))
        self._accepted[task] = near
        task.add_done_callback(self._accepted.pop)

    async def _pass_on(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            near.transport.abort()
            return
        passing = _Passing(near, far)
        self._passing.add(passing)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._asks(reader, passing))
                both.create_task(self._answers(far_reader, passing))
        finally:
            passing.abort()
            self._passing.discard(passing)

    async def _asks(self, reader: asyncio.StreamReader, passing: _Passing) -> None:
        with contextlib.suppress(*_BROKEN):
            while chunk := await reader.read(CHUNK):
                await self._open.wait()
                passing.appends.update(_PREPARED_APPEND.findall(chunk))
                cut = self._find_cut(chunk, passing)
                if cut is not None and cut.when != "answered":
                    passing.far.write(chunk[: len(chunk) // 2] if cut.when == "half" else b"")
                    with contextlib.suppress(*_BROKEN):
                        await passing.far.drain()
                    cut.done.set()
                    break
                if cut is not None:
                    passing.answered = True
                    cut.done.set()
                passing.far.write(chunk)
                await passing.far.drain()
        passing.abort()

    async def _answers(self, reader: asyncio.StreamReader, passing: _Passing) -> None:
        with contextlib.suppress(*_BROKEN):
            while chunk := await reader.read(CHUNK):
                await self._open.wait()
                if passing.answered:
                    break
                passing.near.write(chunk)
                await passing.near.drain()
        passing.abort()

    def _find_cut(self, chunk: bytes, passing: _Passing) -> Cut | None:
        cut = self._cut
        match cut:
            case None:
                return None
            case Cut(at="append"):
                if not any(name + b"\0" in chunk for name in passing.appends):
                    return None
            case Cut(at=int(left)) if left > 0:
                cut.at = left - 1
                return None
        self._cut = None
        return cut
