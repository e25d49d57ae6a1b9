"""Figures with their intervals, against what SciPy says where it has the same."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng
from scipy import stats

from services.reporting.groups.intervals import SURE, Figure, middle, ratio, share

shares = st.lists(
    st.integers(1, 20).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))), min_size=1, max_size=30
)
ratios = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 100)), min_size=1, max_size=30)


def bounds(figure: Figure) -> tuple[float, float]:
    assert figure.low is not None
    assert figure.high is not None
    return figure.low, figure.high


@given(shares)
def test_a_share_lies_in_its_interval_and_both_between_none_and_all(parts: list[tuple[int, int]]) -> None:
    figure = share(parts)
    assert figure.value == pytest.approx(sum(part for part, _ in parts) / sum(whole for _, whole in parts))
    if len(parts) > 1:
        low, high = bounds(figure)
        assert 0 <= low <= figure.value <= high <= 1
        assert low < high


@given(ratios)
def test_a_ratio_lies_in_its_interval(parts: list[tuple[int, int]]) -> None:
    figure = ratio(parts)
    assert figure.value == pytest.approx(sum(part for part, _ in parts) / sum(whole for _, whole in parts))
    if len(parts) > 1:
        low, high = bounds(figure)
        assert 0 <= low <= figure.value <= high


def test_one_member_has_no_interval() -> None:
    assert share([(3, 4)]) == ratio([(3, 4)]) == Figure(0.75, None, None)


@pytest.mark.parametrize("held", [0, 1, 40, 199, 200])
def test_where_each_member_counts_once_a_share_is_wilsons_but_for_students_t(held: int) -> None:
    low, high = bounds(share([(1, 1)] * held + [(0, 1)] * (200 - held)))
    wilson: Any = stats.binomtest(held, 200).proportion_ci(SURE, method="wilson")
    assert (low, high) == pytest.approx((wilson.low, wilson.high), abs=0.002)


@given(st.lists(st.integers(-9, 9).map(float), min_size=1, max_size=40))
def test_the_interval_of_a_median_is_that_of_the_quantile_test(values: list[float]) -> None:
    figure = middle(values)
    assert figure.value == median(values)
    expected: Any = stats.quantile_test(values, q=0, p=0.5).confidence_interval(SURE)
    if len(values) < 6:
        assert (figure.low, figure.high) == (None, None)
    else:
        assert bounds(figure) == (expected.low, expected.high)


@pytest.mark.parametrize("figure", [share, ratio])
def test_the_interval_covers_the_true_share_where_members_differ(
    figure: Callable[[Sequence[tuple[float, float]]], Figure],
) -> None:
    random = default_rng(20261130)
    covered = 0
    for _ in range(400):
        likely = random.beta(8, 2, size=25)
        parts = [(float(random.binomial(10, each)), 10.0) for each in likely]
        low, high = bounds(figure(parts))
        covered += low <= 0.8 <= high
    assert covered >= 0.92 * 400
