"""An independent proof of every optimum: feasible by the rules as written, and no circle makes it better."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.matching import a_round as national_round
from services.matching.solver import Problem, Solution, repair, solve, without_school
from tests.unit.matching.solver.certificate import AllowedPair, cheaper_circle, find_allowed_pairs
from tests.unit.matching.solver.checker import list_broken_rules
from tests.unit.matching.solver.rounds import examples, nest_limits, random_round, with_standing

thorough = examples(40)


@dataclass(frozen=True)
class LargeRound:
    """A large round with the pairs that its rules allow and its solution."""

    problem: Problem
    allowed: Sequence[AllowedPair]
    solution: Solution


@pytest.fixture(scope="module")
def large() -> LargeRound:
    problem = national_round(2_000)
    return LargeRound(problem, tuple(find_allowed_pairs(problem)), solve(problem))


@pytest.mark.covers("M3", "M11")
def test_the_certificate_holds_for_two_thousand_trainees(large: LargeRound) -> None:
    assert list_broken_rules(large.problem, large.solution) == []
    assert not cheaper_circle(large.problem, large.solution, allowed=large.allowed)
    assert large.solution.solver == "min_cost_flow"


@pytest.mark.covers("M6", "M11")
def test_the_certificate_holds_for_a_repair_among_two_thousand(large: LargeRound) -> None:
    problem = without_school(replace(large.problem, standing=large.solution.matches), large.problem.schools[0].urn)
    left = {offer.id for offer in problem.offers}

    solution = repair(problem)

    assert list_broken_rules(problem, solution) == []
    allowed = [pair for pair in large.allowed if pair[0].offer_id in left]
    assert not cheaper_circle(problem, solution, moves_first=True, allowed=allowed)


@pytest.mark.covers("M3")
@thorough
@given(st.integers(0, 2**32), st.integers(10, 40))
def test_the_certificate_holds_for_rounds_and_repairs_of_every_kind(seed: int, size: int) -> None:
    chance = random.Random(seed)
    problem = with_standing(nest_limits(random_round(chance, size, n_offers=size, n_mentors=60)), chance)

    for moves_first, solution in ((False, solve(problem)), (True, repair(problem))):
        assert list_broken_rules(problem, solution) == []
        assert not cheaper_circle(problem, solution, moves_first=moves_first)


@pytest.mark.covers("M3")
def test_the_certificate_does_not_hold_for_what_is_not_an_optimum() -> None:
    """Of what stands a pair is taken away, or was placed at other weights: a circle makes it better again."""
    refuted = 0
    for seed in range(20):
        chance = random.Random(seed)
        problem = nest_limits(random_round(chance, 30, n_offers=30, n_mentors=60))
        solution = solve(problem)
        worse = replace(solution, pairs=solution.pairs[1:])
        if solution.pairs:
            assert cheaper_circle(problem, worse)
        other = replace(problem, rules=replace(problem.rules, weights={"travel": 7, "volunteers_first": 1}))
        refuted += solve(other).objective.cost < sum(
            7 * pair.travel_minutes for pair in solution.pairs
        ) and cheaper_circle(other, solution)
    assert refuted
