"""What a worker does beside everything else is begun again, however it ended, until it is told to stop."""

import asyncio

import pytest

from shared.kernel import service


@pytest.mark.timeout(10)
@pytest.mark.parametrize("ending", [RuntimeError("ours"), asyncio.CancelledError(), None], ids=str)
async def test_work_that_ends_by_itself_is_begun_again(
    ending: BaseException | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BEGINS_AGAIN_AFTER", 0)
    begun, again = 0, asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun == 2:
            again.set()
            await asyncio.Event().wait()
        if ending is not None:
            raise ending

    async with service._running(work, "work"):
        await again.wait()

    assert begun == 2


@pytest.mark.timeout(10)
async def test_work_that_is_told_to_stop_is_not_begun_again() -> None:
    begun: list[asyncio.Event] = []
    first = asyncio.Event()

    async def work() -> None:
        begun.append(first)
        first.set()
        await asyncio.Event().wait()

    async with service._running(work, "work"):
        await first.wait()

    assert len(begun) == 1
