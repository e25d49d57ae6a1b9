"""Figures of a group with how sure they are: each member has done some of what they should, or some number of days.

A member counts as a whole: what one person's meetings have in common makes them no independent trials. So an interval
is reckoned from how much members differ (the linearised variance of a ratio: Cochran, Sampling Techniques, 1977, 6.3),
and that of a share is Wilson's (1927) with as many trials as would vary as much (Korn and Graubard 1998). It covers the
true figure in about 19 of 20 groups; a wide one says that the group is too small to tell.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import median
from typing import NamedTuple

from scipy.special import bdtr, ndtri, stdtrit

SURE = 0.95
"""In how many groups of the same kind the interval covers the true figure."""

INTERVAL_MEANS = (
    "The interval covers the true figure of 19 in 20 groups. Where the intervals of two groups overlap, the difference "
    "may be chance; a group of few people has a wide one."
)
"""How answers explain an interval."""


class Figure(NamedTuple):
    """A figure and its interval; `low` and `high` are None where there are too few members to reckon one."""

    value: float
    low: float | None
    high: float | None


def share(parts: Sequence[tuple[float, float]]) -> Figure:
    """Return the share that all parts are of all wholes; `parts` has a part and its whole, above 0, for each member.

    No part is more than its whole.
    """
    value, variance = _ratio(parts)
    number = len(parts)
    if number < 2:
        return Figure(value, None, None)
    trials = value * (1 - value) / variance if variance > 0 and 0 < value < 1 else number
    normal, student = float(ndtri((1 + SURE) / 2)), _student(number)
    trials = max(min(trials, sum(whole for _, whole in parts)) * (normal / student) ** 2, 1e-9)
    middle = (value + normal**2 / (2 * trials)) / (1 + normal**2 / trials)
    half = normal * sqrt(value * (1 - value) / trials + (normal / (2 * trials)) ** 2) / (1 + normal**2 / trials)
    return Figure(value, min(max(middle - half, 0.0), value), max(min(middle + half, 1.0), value))


def ratio(parts: Sequence[tuple[float, float]]) -> Figure:
    """Return all parts by all wholes, where parts may be more than their wholes; neither is below 0."""
    value, variance = _ratio(parts)
    number = len(parts)
    if number < 2:
        return Figure(value, None, None)
    half = _student(number) * sqrt(variance)
    return Figure(value, max(value - half, 0.0), value + half)


def middle(values: Sequence[float]) -> Figure:
    """Return the median of values, with the interval between two of them that the binomial distribution gives."""
    ordered, number = sorted(values), len(values)
    left_out = sum(float(bdtr(rank, number, 0.5)) <= (1 - SURE) / 2 for rank in range(number // 2))
    if not left_out:
        return Figure(median(ordered), None, None)
    return Figure(median(ordered), ordered[left_out - 1], ordered[-left_out])


def _student(number: int) -> float:
    """Return how many standard deviations an interval is wide to each side, with so many members."""
    return float(stdtrit(number - 1, (1 + SURE) / 2))


def _ratio(parts: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return a ratio and the variance that it has by how much members differ from it."""
    whole = sum(each for _, each in parts)
    value = sum(part for part, _ in parts) / whole
    number = len(parts)
    if number < 2:
        return value, 0.0
    differences = sum((part - value * each) ** 2 for part, each in parts)
    return value, number / (number - 1) * differences / whole**2
