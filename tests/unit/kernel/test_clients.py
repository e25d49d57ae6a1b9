"""A client of Kafka that is about to start is waited for by who is cancelled: broken off, it would leave a socket."""

import asyncio

import pytest

from shared.kernel.kafka import clients


class Slow:
    """A client whose start takes its time, and says how it ended."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.begun = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.ended = ""
        self._fails = fails

    async def start(self) -> None:
        self.begun.set()
        try:
            await self.may_go_on.wait()
        except asyncio.CancelledError:
            self.ended = "broken off"
            raise
        self.ended = "started"
        if self._fails is not None:
            raise self._fails


async def cancel_while_it_starts(client: Slow) -> asyncio.Task[None]:
    task = asyncio.create_task(clients.start_client(client))
    await client.begun.wait()
    task.cancel()
    return task


async def test_a_start_is_not_broken_off() -> None:
    client = Slow()
    task = await cancel_while_it_starts(client)
    client.may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert client.ended == "started"


async def test_a_start_that_fails_after_the_cancellation_is_nobodys_concern() -> None:
    client = Slow(OSError("away"))
    task = await cancel_while_it_starts(client)
    client.may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert client.ended == "started"


async def test_a_start_that_takes_too_long_is_broken_off_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "START_WITHIN", 0.01)
    client = Slow()
    task = await cancel_while_it_starts(client)
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)  # the cancellation reaches it at the loop's next turn
    assert client.ended == "broken off"


async def test_a_start_that_fails_says_so() -> None:
    client = Slow(OSError("away"))
    client.may_go_on.set()
    with pytest.raises(OSError, match="away"):
        await clients.start_client(client)
