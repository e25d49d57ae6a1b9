"""Limits on how often strangers may ask: so many times at once, then once in a while, each for themselves."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from shared.kernel.http import rates
from shared.kernel.http.rates import Rate, RateLimits, TooManyRequests, network_of

RATE = Rate(at_once=3, seconds=10)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def is_let_pass(limits: RateLimits, key: str = "one") -> bool:
    try:
        limits.take(key, RATE)
    except TooManyRequests:
        return False
    return True


def test_so_many_pass_at_once_and_then_one_whenever_its_time_has_come() -> None:
    clock = Clock()
    limits = RateLimits(clock)
    assert [is_let_pass(limits) for _ in range(5)] == [True, True, True, False, False]
    assert is_let_pass(limits, "another")

    clock.time += 4
    with pytest.raises(TooManyRequests, match="Ask again in 6 seconds") as refused:
        limits.take("one", RATE)
    assert refused.value.members == {"retry_after": 6}

    clock.time += 6
    assert [is_let_pass(limits) for _ in range(2)] == [True, False]
    clock.time += 1000
    assert [is_let_pass(limits) for _ in range(4)] == [True, True, True, False]


@drawn(st.lists(st.integers(0, 25), max_size=60))
def test_in_no_stretch_of_time_more_pass_than_the_rate_says(pauses: list[int]) -> None:
    clock = Clock()
    limits, passed = RateLimits(clock), []
    for pause in pauses:
        clock.time += pause
        if is_let_pass(limits):
            passed.append(clock.time)
    for nth, first in enumerate(passed):
        for number, last in enumerate(passed[nth:], 1):
            assert number <= RATE.at_once + (last - first) / RATE.seconds


def test_those_who_asked_longest_ago_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "KEYS_AT_MOST", 2)
    limits = RateLimits(Clock())
    for key in ("old", "old", "old", "new", "new", "new"):
        assert is_let_pass(limits, key)
    assert not is_let_pass(limits, "old")

    assert is_let_pass(limits, "newest")

    assert not is_let_pass(limits, "old")
    assert is_let_pass(limits, "new")


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_a_client_is_an_address_or_all_that_one_line_has(host: str, network: str) -> None:
    assert network_of(host) == network
