"""A command that takes long goes on after its page was answered, once, and what comes of it is told once."""

import asyncio
from uuid import UUID

import pytest

from services.portal.pages.imports.long_commands import LongCommands

KEY = ("north", UUID(int=1))
OTHER = ("south", UUID(int=1))


class Work:
    """Work that ends when it is let, with a failure if there is one."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()
        self.failure = failure

    async def __call__(self) -> None:
        self.begun += 1
        await self.may_end.wait()
        if self.failure:
            raise self.failure


async def end(commands: LongCommands, work: Work) -> None:
    """Let work end, and wait until that is known."""
    work.may_end.set()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not commands.is_under_way(KEY)


async def test_a_command_that_ends_soon_has_nothing_left() -> None:
    commands, work = LongCommands(), Work()
    work.may_end.set()
    await commands.send(KEY, work)
    assert not commands.is_under_way(KEY)
    assert commands.take_failure(KEY) is None


async def test_what_fails_soon_fails_at_once() -> None:
    commands, work = LongCommands(), Work(ValueError("no"))
    work.may_end.set()
    with pytest.raises(ValueError, match="no"):
        await commands.send(KEY, work)
    assert commands.take_failure(KEY) is None


async def test_a_command_that_takes_long_goes_on_and_is_sent_once() -> None:
    commands, work = LongCommands(patience=0), Work()
    await commands.send(KEY, work)
    await commands.send(KEY, work)
    assert commands.is_under_way(KEY)
    assert not commands.is_under_way(OTHER)
    assert work.begun == 1
    await end(commands, work)
    assert commands.take_failure(KEY) is None


async def test_what_fails_later_is_told_once() -> None:
    commands, work = LongCommands(patience=0), Work(ValueError("no"))
    await commands.send(KEY, work)
    assert commands.take_failure(KEY) is None
    await end(commands, work)
    failure = commands.take_failure(KEY)
    assert isinstance(failure, ValueError)
    assert commands.take_failure(KEY) is None
