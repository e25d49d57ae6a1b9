"""Start a client of Kafka."""

import asyncio
from typing import Protocol

START_WITHIN = 2.0
"""Seconds that a cancelled caller waits for a client that is starting."""


class Client(Protocol):
    """A client of aiokafka, as far as `start_client` uses it."""

    async def start(self) -> None: ...


async def start_client(client: Client) -> None:
    """Start a client. A start that is cancelled half-way would leave a connection open that nobody closes."""
    starting = asyncio.ensure_future(client.start())
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting], timeout=START_WITHIN)
        if not starting.cancel() and not starting.cancelled():
            starting.exception()  # retrieved here, because nobody else will
        raise
