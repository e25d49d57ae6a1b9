"""What a fault strikes: the running site, the clients at work on it, and who else is striking what."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from tests.faults.clients import Clients
from tests.faults.site import Program, Site, until

STRIKE_WITHIN = 240.0
"""Seconds that a fault and its healing may take."""


@dataclass
class Scene:
    """The site and its clients. Two faults may strike at once, but never the same part."""

    site: Site
    clients: Clients
    _struck: dict[str, asyncio.Lock] = field(default_factory=dict)

    @asynccontextmanager
    async def alone_with(self, *parts: str) -> AsyncIterator[None]:
        """Strike these parts alone; a lock each, taken in the order of their names."""
        async with AsyncExitStack() as stack:
            for part in sorted(set(parts)):
                await stack.enter_async_context(self._struck.setdefault(part, asyncio.Lock()))
            yield

    @asynccontextmanager
    async def alone_with_some(self, programs: list[Program], random: Random) -> AsyncIterator[Program]:
        """One of these programs, for this fault alone."""
        program = random.choice(programs)
        async with self.alone_with(program.name):
            yield program

    async def commands(self, number: int, within: float = 10) -> None:
        """Until the clients have asked so many more times, at most `within` seconds: they may all be waiting."""
        wanted = self.clients.history.asked + number

        async def have_asked() -> bool:
            return self.clients.history.asked >= wanted

        with contextlib.suppress(AssertionError):
            await until(have_asked, "commands go on", within)


Strike = Callable[[Scene, Random], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """One kind of fault: it strikes, lasts, and is healed before it returns."""

    name: str
    schedule: str
    strike: Strike


def faults(module: str, *strikes: Strike) -> tuple[Fault, ...]:
    """The faults of a schedule, named for their functions."""
    schedule = module.rpartition(".")[2].replace("_", " ")
    return tuple(Fault(strike.__name__.replace("_", " "), schedule, strike) for strike in strikes)
