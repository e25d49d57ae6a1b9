"""What a benchmark finds: rates beside their ceilings, growth, latencies, memory; and turns taken in fair order."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from types import TracebackType


@dataclass(frozen=True, slots=True)
class Rate:
    """Units a second, and microseconds a unit of processor time of the process that is measured (0 where unknown)."""

    per_second: float
    cpu: float = 0.0


class Watch:
    """Measures the time of a `with` block; `rate` says how fast so many units were."""

    def __enter__(self) -> "Watch":
        self._cpu = time.process_time()
        self._begun = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._begun
        self.cpu = time.process_time() - self._cpu

    def rate(self, units: int) -> Rate:
        """The rate, once the block has ended."""
        return Rate(units / self.seconds, self.cpu / units * 1e6)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A row of the table: ours beside its ceiling, each turn of both in units a second.

    `wanted` is the ratio that must be reached, `least` the units a second; None where it is told for orientation only.
    """

    what: str
    ceiling: str
    ours: Sequence[Rate]
    at_most: Sequence[Rate]
    wanted: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def per_second(self) -> float:
        """The median of ours."""
        return median(rate.per_second for rate in self.ours)

    @property
    def ceiling_per_second(self) -> float:
        """The median of the ceiling."""
        return median(rate.per_second for rate in self.at_most)

    @property
    def cpu(self) -> tuple[float, float]:
        """The medians of processor time of ours and of the ceiling; the databases' and Kafka's is not in them."""
        return median(rate.cpu for rate in self.ours), median(rate.cpu for rate in self.at_most)

    @property
    def ratio(self) -> float:
        """Ours over the ceiling."""
        return self.per_second / self.ceiling_per_second

    @property
    def misses(self) -> bool:
        """Whether something was wanted that was not reached."""
        return (self.wanted is not None and self.ratio < self.wanted) or (
            self.least is not None and self.per_second < self.least
        )


@dataclass(frozen=True, slots=True)
class Growth:
    """How fast something is as the work grows: units a second by how much of it there is."""

    what: str
    by: str
    points: Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of every turn taken together, beside what Kafka alone took; at most so much more is wanted."""

    what: str
    beside: str
    ours: Sequence[float]
    theirs: Sequence[float]
    wanted: Sequence[tuple[int, float]] = ((50, 10.0), (99, 40.0))

    def at(self, percentile: int) -> tuple[float, float]:
        """A percentile of ours and of theirs."""
        return _percentile(self.ours, percentile), _percentile(self.theirs, percentile)

    @property
    def misses(self) -> bool:
        """Whether a percentile lies further above the other than is wanted."""
        return any(ours - theirs > apart for at, apart in self.wanted for ours, theirs in [self.at(at)])


def _percentile(values: Sequence[float], percentile: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percentile - 1]


@dataclass(frozen=True, slots=True)
class Answered:
    """Milliseconds of every answer, beside what something simpler took; the slowest of twenty is wanted `within`."""

    what: str
    beside: str
    ours: Sequence[float]
    theirs: Sequence[float]
    within: float

    @property
    def p95(self) -> tuple[float, float]:
        """The slowest of twenty, ours and the other's."""
        return _percentile(self.ours, 95), _percentile(self.theirs, 95)

    @property
    def misses(self) -> bool:
        """Whether ours takes longer than is wanted."""
        return self.p95[0] > self.within


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory that a process had (resident, bytes), and how much it may have."""

    what: str
    had: int
    may_have: int = 200 * 1024 * 1024

    @property
    def misses(self) -> bool:
        """Whether it had more."""
        return self.had > self.may_have


Finding = Ratio | Growth | Latency | Answered | Peak


@dataclass(frozen=True, slots=True)
class Size:
    """How much work a run of the benchmarks is.

    `rounds` are numbers of trainees, each with the seconds it may take; `national` is the number of trainees of whom
    there are reports, each of which is asked for `asked` times.
    """

    turns: int
    commands: int
    requests: int
    messages: int
    rebuilt: int
    rebuilds: int
    seconds: float
    schools: int
    trainees: int
    referrals: int
    rounds: Sequence[tuple[int, float]]
    national: int
    asked: int
    partitions: Sequence[int] = field(default=(1, 2, 4, 8))


FULL = Size(
    turns=5,
    commands=6000,
    requests=3000,
    messages=120_000,
    rebuilt=1_000_000,
    rebuilds=3,
    seconds=15,
    schools=52_000,
    trainees=30_000,
    referrals=2_840,
    rounds=((5_000, 5), (30_000, 15)),
    national=30_000,
    asked=20,
)
QUICK = Size(
    turns=1,
    commands=128,
    requests=64,
    messages=1200,
    rebuilt=2000,
    rebuilds=1,
    seconds=0.5,
    schools=300,
    trainees=200,
    referrals=100,
    rounds=((60, 5),),
    national=60,
    asked=2,
    partitions=(1, 2),
)


async def in_turns(
    turns: int, ours: Callable[[], Awaitable[Rate]], ceiling: Callable[[], Awaitable[Rate]]
) -> tuple[list[Rate], list[Rate]]:
    """So many turns of each; who goes first changes from turn to turn."""
    mine: list[Rate] = []
    at_most: list[Rate] = []
    for turn in range(turns):
        pair = [(mine, ours), (at_most, ceiling)]
        for found, what in pair if turn % 2 else pair[::-1]:
            found.append(await what())
    return mine, at_most
