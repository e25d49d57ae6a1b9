"""A loop of a worker that ends is started again, however it ended, until the worker stops."""

import asyncio

import pytest

from shared.kernel.service import worker


@pytest.mark.timeout(10)
@pytest.mark.parametrize("ending", [RuntimeError("ours"), asyncio.CancelledError(), None], ids=str)
async def test_work_that_ends_by_itself_is_begun_again(
    ending: BaseException | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "RESTART_AFTER", 0)
    begun, again = 0, asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun == 2:
            again.set()
            await asyncio.Event().wait()
        if ending is not None:
            raise ending

    async with worker._keep_running(work, "work"):
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

    async with worker._keep_running(work, "work"):
        await first.wait()

    assert len(begun) == 1
