"""An independent proof of every optimum: feasible by the rules as written, and no circle makes it better."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.matching import a_round as national_round
from services.matching.solver import Problem, repair, solve
from tests.unit.matching.solver.certificate import cheaper_circle
from tests.unit.matching.solver.checker import broken_rules
from tests.unit.matching.solver.rounds import nested, random_round, with_standing

thorough = settings(max_examples=60, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def five_thousand() -> Problem:
    return national_round(5000)


@pytest.mark.covers("M3", "M11")
def test_the_certificate_holds_for_five_thousand_trainees(five_thousand: Problem) -> None:
    solution = solve(five_thousand)

    assert broken_rules(five_thousand, solution) == []
    assert not cheaper_circle(five_thousand, solution)
    assert solution.solver == "min_cost_flow"


@pytest.mark.covers("M6", "M11")
def test_the_certificate_holds_for_a_repair_among_five_thousand(five_thousand: Problem) -> None:
    standing = solve(five_thousand).matches
    gone = {offer.id for offer in five_thousand.offers if offer.school_urn == five_thousand.schools[0].urn}
    left = tuple(offer for offer in five_thousand.offers if offer.id not in gone)
    problem = replace(five_thousand, offers=left, standing=standing)

    solution = repair(problem)

    assert broken_rules(problem, solution) == []
    assert not cheaper_circle(problem, solution, moves_first=True)


@pytest.mark.covers("M3")
@thorough
@given(st.integers(0, 2**32), st.integers(10, 40))
def test_the_certificate_holds_for_rounds_and_repairs_of_every_kind(seed: int, size: int) -> None:
    chance = random.Random(seed)
    problem = with_standing(nested(random_round(chance, size, n_offers=size, n_mentors=60)), chance)

    for moves_first, solution in ((False, solve(problem)), (True, repair(problem))):
        assert broken_rules(problem, solution) == []
        assert not cheaper_circle(problem, solution, moves_first=moves_first)


@pytest.mark.covers("M3")
def test_the_certificate_does_not_hold_for_what_is_not_an_optimum() -> None:
    """Of what stands a pair is taken away, or was placed at other weights: a circle makes it better again."""
    refuted = 0
    for seed in range(20):
        chance = random.Random(seed)
        problem = nested(random_round(chance, 30, n_offers=30, n_mentors=60))
        solution = solve(problem)
        worse = replace(solution, pairs=solution.pairs[1:])
        if solution.pairs:
            assert cheaper_circle(problem, worse)
        other = replace(problem, rules=replace(problem.rules, weights={"travel": 7, "volunteers_first": 1}))
        refuted += solve(other).objective.cost < sum(
            7 * one.travel_minutes for one in solution.pairs
        ) and cheaper_circle(other, solution)
    assert refuted
