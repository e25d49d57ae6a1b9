"""Limits on how often strangers may ask: a token bucket for each key, in the memory of this process.

A process knows only its own requests: with three of them behind a load balancer, three times as many are answered.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from shared.kernel.decider import DomainError
from shared.wording import counted_noun

KEYS_AT_MOST = 10_000
"""Keys that are remembered; of more, those that were used longest ago are forgotten, and begin with a full bucket."""


class TooManyRequests(DomainError):
    """The same was asked too often within a short time."""

    status = 429


@dataclass(frozen=True, slots=True)
class Rate:
    """How many times something may be done at once, and after how many seconds once more."""

    at_once: int
    seconds: float


@dataclass
class RateLimits:
    """Counts what is done in token buckets, one for each key; `now` is a clock of seconds that never goes back."""

    now: Callable[[], float] = time.monotonic
    _full_at: dict[str, float] = field(default_factory=dict)
    """When the bucket of each key is full again, the key that was used longest ago first."""

    def take(self, key: str, rate: Rate) -> None:
        """Take a token from the bucket of a key; raises `TooManyRequests` where none is left."""
        now = self.now()
        full_at = max(self._full_at.pop(key, now), now)
        wait = full_at - now - (rate.at_once - 1) * rate.seconds
        self._full_at[key] = full_at if wait > 0 else full_at + rate.seconds
        if len(self._full_at) > KEYS_AT_MOST:
            del self._full_at[next(iter(self._full_at))]
        if wait > 0:
            seconds = ceil(wait)
            raise TooManyRequests(
                f"This was asked too often within a short time. Ask again in {counted_noun(seconds, 'second')}.",
                retry_after=seconds,
            )


def network_of(host: str) -> str:
    """Return the network that counts as one client: of IPv6 the first 64 bits, which one line has; else the address."""
    try:
        address = ip_address(host)
    except ValueError:  # no address, such as of a client on a Unix socket
        return host
    if not isinstance(address, IPv6Address):
        return host
    return f"{address.ipv4_mapped or ip_network((address, 64), strict=False)}"
