"""Serve an ASGI application on loopback, in the event loop of the tests."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp


class _Server(uvicorn.Server):
    """A server that leaves the signals of the process to pytest, and says when it accepts connections."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1))
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve_pages(app: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """Serve `app` within the block, and yield its address: http://localhost:PORT, where cookies may be secure.

    Leaving the block closes all connections, as a killed server does. `port` is that of an earlier block, or 0.
    """
    with socket.create_server(("127.0.0.1", port)) as listener:
        server = _Server(app)
        serving = asyncio.create_task(server.serve([listener]))
        try:
            await server.ready.wait()
            yield f"http://localhost:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
