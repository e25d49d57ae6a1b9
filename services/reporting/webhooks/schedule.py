"""When a delivery that failed is tried again, when an event is put aside, and when a webhook is disabled."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Schedule:
    """Pauses double from the first to the longest, each shortened by up to half at random.

    An event that the receiver has refused `refusals` times is put aside, and the next one is tried. After `patience`
    without a delivery the webhook is disabled.
    """

    first_pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(hours=1)
    refusals: int = 12
    patience: timedelta = timedelta(days=3)

    def pause(self, failures: int, uniform: Callable[[float, float], float] = random.uniform) -> timedelta:
        """Return how long to wait after this many failures in a row."""
        longest = min(self.first_pause * 2.0 ** min(failures - 1, 30), self.longest_pause)
        return longest * uniform(0.5, 1)

    def puts_aside(self, refusals: int) -> bool:
        """Whether an event that was refused so often is put aside."""
        return refusals >= self.refusals

    def disables(self, failing_since: datetime, now: datetime) -> bool:
        """Whether a webhook that has delivered nothing since then is disabled."""
        return now - failing_since >= self.patience
