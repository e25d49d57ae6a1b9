"""Who was left over in one round goes first in the next, where the cost is the same."""

from dataclasses import replace

import pytest

from services.matching.solver import Match, Problem, Solution, repair, solve
from tests.unit.matching.solver.rounds import a_round, mentor, offer, school, trainee

EARLY, LATE = "t1", "t2"


def one_place_for_two(*, minutes_more: float = 0, left_over: str = LATE, **late: object) -> Problem:
    """One place; the first trainee lives so many minutes closer to it."""
    home = school(minutes_away=-minutes_more).point
    problem = a_round(
        trainees=[trainee(EARLY), trainee(LATE, home=replace(home), **late)], offers=[offer()], mentors=[mentor()]
    )
    return replace(problem, trainees=tuple(replace(each, left_over=each.id == left_over) for each in problem.trainees))


def trainees_with_a_place(solution: Solution) -> list[str]:
    return [pair.trainee_id for pair in solution.pairs]


@pytest.mark.covers("M3")
@pytest.mark.parametrize("left_over", [EARLY, LATE])
def test_of_two_who_cost_the_same_the_one_who_was_left_over_is_placed(left_over: str) -> None:
    solution = solve(one_place_for_two(left_over=left_over))

    assert trainees_with_a_place(solution) == [left_over]
    assert solution.objective.left_over_again == solution.bound.left_over_again == 0
    assert solution.status == "optimal"


@pytest.mark.covers("M3")
def test_a_lower_cost_comes_before_having_been_left_over() -> None:
    solution = solve(one_place_for_two(minutes_more=5))

    assert trainees_with_a_place(solution) == [EARLY]
    assert solution.objective.left_over_again == solution.bound.left_over_again == 1


@pytest.mark.covers("M3")
def test_a_class_of_priority_comes_before_having_been_left_over() -> None:
    assert trainees_with_a_place(solve(one_place_for_two(priority=1))) == [EARLY]


@pytest.mark.covers("M6")
def test_a_repair_takes_no_place_from_a_pair_that_stands_for_who_was_left_over() -> None:
    standing = (Match(EARLY, "m1", "o1"),)

    assert trainees_with_a_place(repair(replace(one_place_for_two(), standing=standing))) == [EARLY]
