"""Requests beyond the limit are refused at once, with a sentence; health checks are answered all the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from shared.kernel.http.application import ConcurrencyLimit


@asynccontextmanager
async def serve_with_limit(at_once: int) -> AsyncIterator[tuple[httpx.AsyncClient, asyncio.Event, asyncio.Semaphore]]:
    """Serve an application whose requests wait for the event; the semaphore counts those inside."""
    leave, inside = asyncio.Event(), asyncio.Semaphore(0)

    async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith("/health"):
            inside.release()
            await leave.wait()
        await PlainTextResponse("done")(scope, receive, send)

    transport = httpx.ASGITransport(ConcurrencyLimit(waiting, at_once))
    async with httpx.AsyncClient(transport=transport, base_url="http://limit.test") as client:
        yield client, leave, inside


async def test_a_request_beyond_the_limit_is_refused_with_retry_after() -> None:
    async with serve_with_limit(2) as (client, leave, inside):
        first = [asyncio.create_task(client.get("/")) for _ in range(2)]
        await inside.acquire()
        await inside.acquire()

        refused = await client.get("/")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert refused.json()["type"] == "urn:alongside:problem:crowded"
        assert (await client.get("/health/live")).status_code == 200

        leave.set()
        assert {answer.status_code for answer in await asyncio.gather(*first)} == {200}
        assert (await client.get("/")).status_code == 200
