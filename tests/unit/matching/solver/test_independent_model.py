"""Every kind of round, solved a second time by a mixed-integer model that shares nothing with the solver.

Rounds have choices, locked pairs, offers of several schools, mentors of several subjects, different hours, classes of
priority, trainees who were left over before; each is solved as a round or as a repair. `--hypothesis-profile=long`
draws thousands.
"""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matching.solver import Objective, Problem, Solution, repair, solve
from tests.unit.matching.solver.checker import Worth, best_by_programme, list_broken_rules
from tests.unit.matching.solver.rounds import (
    nest_limits,
    random_round,
    with_choices,
    with_left_over,
    with_locks,
    with_standing,
)


def draw_round(seed: int) -> Problem:
    """Draw a round of up to a dozen trainees; the groups of every third nest, so that it is a flow."""
    chance = random.Random(seed)
    problem = random_round(
        chance, chance.randint(1, 10), n_offers=chance.randint(1, 8), n_mentors=chance.randint(1, 10)
    )
    problem = nest_limits(problem) if chance.random() < 0.3 else problem
    if chance.random() < 0.7:
        problem = with_standing(problem, chance)
        problem = with_locks(problem, chance) if chance.random() < 0.6 else problem
    problem = with_choices(problem, chance) if chance.random() < 0.8 else problem
    return with_left_over(problem, chance) if chance.random() < 0.4 else problem


def all_but_load(worth: Worth | Objective) -> tuple[object, ...]:
    return worth.parted, worth.unplaced, worth.cost, worth.left_over_again, worth.moved


@pytest.mark.covers("M3", "M5", "M6")
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_a_round_or_a_repair_is_as_good_as_an_independent_model(seed: int) -> None:
    problem, moves_first = draw_round(seed), seed % 2 == 1

    solution = repair(problem) if moves_first else solve(problem)

    assert all_but_load(solution.objective) == all_but_load(best_by_programme(problem, moves_first=moves_first))
    assert list_broken_rules(problem, solution) == []
    assert all_but_load(solution.bound) == all_but_load(solution.objective)
    assert solution.bound.unevenness <= solution.objective.unevenness
    assert solution.status == status_by_bound(solution)


def status_by_bound(solution: Solution) -> str:
    return "optimal" if solution.bound.unevenness == solution.objective.unevenness else "optimal_except_load"


@pytest.mark.covers("M3")
def test_the_rounds_drawn_are_of_every_kind() -> None:
    problems = [draw_round(seed) for seed in range(100)]
    solutions = [solve(problem) for problem in problems]

    assert {solution.solver for solution in solutions} == {"min_cost_flow", "mixed_integer"}
    assert {solution.status for solution in solutions} == {"optimal", "optimal_except_load"}
    assert sum(bool(solution.barred_choices) for solution in solutions) > 10
    assert (
        sum(
            len(problem.chosen) > solution.objective.parted
            for problem, solution in zip(problems, solutions, strict=True)
        )
        > 10
    )
    for kind in ("locked", "standing", "groups"):
        assert sum(bool(getattr(problem, kind)) for problem in problems) > 5
