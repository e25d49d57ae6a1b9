"""A round that is not solved to the end in its time says so, and breaks no rule."""

import random
from typing import Any

import numpy as np
import pytest

from services.matching.solver import Objective, mixed_integer, solve
from tests.unit.matching.solver.checker import Worth, best_by_programme, list_broken_rules
from tests.unit.matching.solver.rounds import random_round, with_choices, with_locks, with_standing


@pytest.mark.covers("M3")
def test_out_of_time_the_answer_keeps_every_rule_and_the_bound_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = mixed_integer._whole

    def solve_only_without_limit(part: Any, rows: Any, columns: Any, until: float) -> Any:
        return whole(part, rows, columns, until) if np.isinf(until) else (None, -(2**63))

    monkeypatch.setattr(mixed_integer, "_whole", solve_only_without_limit)
    statuses = set[str]()
    for seed in range(150):
        chance = random.Random(seed)
        problem = with_standing(random_round(chance, 9, n_offers=8, n_mentors=9), chance)
        problem = with_choices(with_locks(problem, chance), chance)
        solution = solve(problem)
        if solution.solver == "mixed_integer":
            statuses.add(solution.status)
            assert list_broken_rules(problem, solution) == []
            assert in_order_of_parts(solution.bound) <= in_order_of_parts(best_by_programme(problem))
            assert in_order_of_parts(best_by_programme(problem)) <= in_order_of_parts(solution.objective)
    assert "feasible" in statuses


def in_order_of_parts(worth: Objective | Worth) -> tuple[object, ...]:
    return worth.parted, worth.unplaced, worth.cost, worth.left_over_again, worth.moved
