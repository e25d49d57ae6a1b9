"""What goes wrong in a timeline, and how often: drawn from the seed, for each timeline anew.

Some timelines see only one kind of fault, and it often; others all of them: what two rare faults do together shows best
where both are frequent.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, fields
from random import Random

from tests.simulation.database import Away
from tests.simulation.loop import HERE, Node

SESSION = 1.5
"""Seconds after which a member that is not heard of loses its partitions."""


@dataclass
class Rates:
    """How often something strikes, as a probability for each await on a way."""

    cut: float = 0.0
    kill: float = 0.0
    freeze: float = 0.0
    slow: float = 0.0
    late: float = 0.0
    rebalance: float = 0.0

    @classmethod
    def draw(cls, chance: Random) -> "Rates":
        """Draw a rate for each kind of fault: half of the timelines have it, from seldom to often."""
        most = {"cut": 0.05, "kill": 0.01, "freeze": 0.006, "slow": 0.1, "late": 0.5, "rebalance": 0.02}
        return cls(
            **{
                kind.name: most[kind.name] * 10 ** -chance.uniform(0, 1.5)
                for kind in fields(cls)
                if chance.random() < 0.5
            }
        )


class Storm:
    """Strikes at awaits. `kill`, `freeze` and `rebalance` are done by the world."""

    def __init__(
        self,
        chance: Random,
        note: Callable[[str], None],
        kill: Callable[[Node], None],
        freeze: Callable[[Node, float], None],
        rebalance: Callable[[], None],
    ) -> None:
        self.chance = chance
        self.rates = Rates.draw(chance)
        self.strikes: dict[str, int] = {}
        self.away: set[str] = set()
        self._note = note
        self._kill = kill
        self._freeze = freeze
        self._rebalance = rebalance

    def calm(self) -> None:
        """Nothing strikes any more."""
        self.rates = Rates()
        self.away.clear()

    async def hop(self, server: str, what: str) -> None:
        """A request from here to a server, or its answer."""
        node = HERE.get()
        rates = self.rates
        delay = self.chance.random() * 0.004
        if node is not None:
            if self._strike("kill", rates.kill, node, server, what):
                self._kill(node)
                await asyncio.get_running_loop().create_future()
            if self._strike("freeze", rates.freeze, node, server, what):
                self._freeze(node, 10 ** self.chance.uniform(-1, 0.6))
            if self._strike("cut", rates.cut, node, server, what):
                await asyncio.sleep(delay)
                raise Away(f"{server} {what}")
        if self._strike("slow", rates.slow, node, server, what):
            delay = 10 ** self.chance.uniform(-2, 0)
        if rates.rebalance and self.chance.random() < rates.rebalance:
            self._rebalance()
        await asyncio.sleep(delay)
        if server in self.away:
            raise Away(f"{server} is away")
        self._note(f"{node.name if node else '-'}: {server} {what}")

    def _strike(self, kind: str, rate: float, node: Node | None, server: str, what: str) -> bool:
        if not rate or self.chance.random() >= rate:
            return False
        self.strikes[kind] = self.strikes.get(kind, 0) + 1
        self._note(f"{node.name if node else '-'}: {kind} at {server} {what}")
        return True

    def flight(self) -> float:
        """Seconds that a message is on its way."""
        late = self._strike("late", self.rates.late, None, "log", "request")
        return self.chance.uniform(0, 3) if late else self.chance.uniform(0, 0.004)


def outside(delay: float, act: Callable[[], object]) -> None:
    """Do something later, even if the nodes are dead by then."""
    asyncio.get_running_loop().call_later(delay, act, context=Context())


@dataclass(frozen=True)
class StormyWay:
    """The way of every node to one server."""

    storm: Storm
    server: str

    async def hop(self, what: str) -> None:
        await self.storm.hop(self.server, what)

    async def pause(self) -> None:
        if self.storm.chance.random() < 0.3:
            await asyncio.sleep(self.storm.chance.random() * 0.003)

    def ghost(self) -> tuple[float, bool]:
        chance = self.storm.chance
        return chance.choice((0.0, chance.uniform(0, 1))), chance.random() < 0.5

    def flight(self) -> float:
        return self.storm.flight()

    def part(self, number: int) -> int:
        return self.storm.chance.randint(1, number) if self.storm.rates.late else number
