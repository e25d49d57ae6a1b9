"""A task that waits for the notifier can be cancelled at any moment."""

import asyncio

import pytest

from shared.kernel.notifier import Listener


@pytest.mark.timeout(10)
@pytest.mark.parametrize("later", range(6))
async def test_a_waiter_cancelled_just_after_a_notification_stops_or_has_received_it(later: int) -> None:
    events: set[asyncio.Event] = set()
    listener = Listener(events)
    waiting = asyncio.create_task(listener.wait())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    for event in events:
        event.set()
    for _ in range(later):
        await asyncio.sleep(0)
    notified = waiting.done()
    waiting.cancel()
    await asyncio.wait([waiting])

    assert waiting.cancelled() != notified, "the cancellation was lost"
