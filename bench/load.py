"""`python -m bench.load`: HTTP commands from a process of its own, so that asking costs the server nothing.

Reads JSON (see `Load`) and prints JSON: when each command was sent and answered, on the system's monotonic clock, the
statuses, and the processor time it took. The client is a socket and a parser: no library's client is light enough to
keep out of the way on the same machine.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypedDict, cast

import httptools
import uvloop


class Load(TypedDict):
    """What to send: each command's port, path and body; from so many clients, or so many a second (open loop)."""

    token: str
    commands: Sequence[tuple[int, str, dict[str, Any]]]
    clients: int
    rate: float | None


class Answers(TypedDict):
    """Times in seconds of the monotonic clock, each command's at its own index."""

    sent: list[float]
    answered: list[float]
    statuses: dict[str, int]
    seconds: float
    cpu: float


class _Connection(asyncio.Protocol):
    """One keep-alive connection: a request at a time."""

    def __init__(self) -> None:
        self.closed = False
        self._waiting: asyncio.Future[int] | None = None
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionError("the server closed the connection"))

    def on_message_complete(self) -> None:
        status, waiting = self._parser.get_status_code(), self._waiting
        self._parser = httptools.HttpResponseParser(self)
        assert waiting is not None
        waiting.set_result(status)

    async def ask(self, request: bytes) -> int:
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        self._transport.close()


def _request(token: str, number: int, path: str, body: dict[str, Any]) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Idempotency-Key: bench-{time.time_ns()}-{number}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def send(load: Load) -> Answers:
    """Send everything; connections are opened before the clock runs."""
    commands = load["commands"]
    requests = [_request(load["token"], number, path, body) for number, (_, path, body) in enumerate(commands)]
    loop = asyncio.get_running_loop()
    free: dict[int, asyncio.LifoQueue[_Connection]] = {port: asyncio.LifoQueue() for port, _, _ in commands}
    for port, connections in free.items():
        for _ in range(load["clients"]):
            _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
            connections.put_nowait(connection)
    sent, answered = [0.0] * len(commands), [0.0] * len(commands)
    statuses: Counter[str] = Counter()

    async def ask(number: int) -> None:
        connections = free[commands[number][0]]
        connection = await connections.get()
        if connection.closed:  # servers close what nobody has used for some seconds
            _, connection = await loop.create_connection(_Connection, "127.0.0.1", commands[number][0])
        sent[number] = time.monotonic()
        statuses[str(await connection.ask(requests[number]))] += 1
        answered[number] = time.monotonic()
        connections.put_nowait(connection)

    cpu, begun = time.process_time(), time.monotonic()
    if load["rate"] is None:
        left = iter(range(len(commands)))

        async def client() -> None:
            for number in left:
                await ask(number)

        await asyncio.gather(*(client() for _ in range(load["clients"])))
    else:
        asked = []
        for number in range(len(commands)):
            await asyncio.sleep(begun + number / load["rate"] - time.monotonic())
            asked.append(asyncio.create_task(ask(number)))
        await asyncio.gather(*asked)
    seconds = time.monotonic() - begun
    for connections in free.values():
        while not connections.empty():
            connections.get_nowait().close()
    return Answers(
        sent=sent, answered=answered, statuses=dict(statuses), seconds=seconds, cpu=time.process_time() - cpu
    )


def main() -> None:
    """Read, send, print."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(send(json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
