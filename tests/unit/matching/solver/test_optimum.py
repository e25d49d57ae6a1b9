import random
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.matching import a_round as national_round
from services.matching.solver import Mentor, Objective, Offer, Problem, Solution, Trainee, solve
from tests.unit.matching.solver.checker import Worth, best_by_programme, best_by_search, candidates, list_broken_rules
from tests.unit.matching.solver.rounds import (
    a_round,
    examples,
    mentor,
    offer,
    random_round,
    rounds_that_nest,
    school,
    small_rounds,
    trainee,
)

T = TypeVar("T")

thorough = examples(80)
larger = examples(5)


def answer(solution: Solution) -> tuple[tuple[int, ...], int]:
    return solution.objective.unplaced, solution.objective.cost


def all_but_load(worth: Worth | Objective) -> tuple[tuple[int, ...], int, int]:
    return worth.unplaced, worth.cost, worth.moved


@pytest.mark.covers("M3")
@thorough
@given(small_rounds())
def test_as_many_are_placed_at_as_little_cost_as_trying_everything_finds(problem: Problem) -> None:
    solution, best = solve(problem), best_by_search(problem)

    assert all_but_load(solution.objective) == all_but_load(best)
    assert solution.bound.unevenness <= best.unevenness <= solution.objective.unevenness


@pytest.mark.covers("M12")
@thorough
@given(rounds_that_nest())
def test_the_load_is_the_most_even_among_all_optima(problem: Problem) -> None:
    solution = solve(problem)

    assert best_by_search(problem) == solution.objective == solution.bound
    assert solution.solver == "min_cost_flow"


@pytest.mark.covers("M3")
@larger
@given(st.integers(0, 2**32), st.integers(20, 30))
def test_a_larger_round_is_as_good_as_an_independent_programme(seed: int, size: int) -> None:
    problem = random_round(random.Random(seed), size, n_offers=size, n_mentors=60)

    solution = solve(problem)

    assert all_but_load(solution.objective) == all_but_load(best_by_programme(problem))
    assert list_broken_rules(problem, solution) == []


@pytest.mark.covers("M1")
@thorough
@given(small_rounds())
def test_no_hard_rule_is_ever_broken(problem: Problem) -> None:
    assert list_broken_rules(problem, solve(problem)) == []


@pytest.mark.covers("M4")
@thorough
@given(small_rounds())
def test_the_terms_of_each_pair_add_up_to_its_cost(problem: Problem) -> None:
    solution = solve(problem)

    assert all(sum(pair.terms.values()) == pair.cost for pair in solution.pairs)
    weighed = {name for name, weight in problem.rules.weights.items() if weight}
    assert all(pair.terms.keys() == weighed for pair in solution.pairs)


@pytest.mark.covers("M3")
@thorough
@given(small_rounds().filter(lambda problem: problem.offers and problem.mentors), st.data())
def test_more_places_and_hours_never_place_fewer(problem: Problem, data: st.DataObject) -> None:
    roomier_offer = data.draw(st.sampled_from(problem.offers))
    freer_mentor = data.draw(st.sampled_from(problem.mentors))
    offers = tuple(replace(offer, places=offer.places + (offer is roomier_offer)) for offer in problem.offers)
    mentors = tuple(
        replace(mentor, capacity_hours=mentor.capacity_hours + (mentor is freer_mentor)) for mentor in problem.mentors
    )

    assert solve(replace(problem, offers=offers, mentors=mentors)).placed >= solve(problem).placed


@pytest.mark.covers("M3")
@thorough
@given(small_rounds(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(problem: Problem, chance: random.Random) -> None:
    def shuffle(ones: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(chance.sample(ones, len(ones)))

    other_way_round = replace(
        problem,
        trainees=shuffle(problem.trainees),
        offers=shuffle(problem.offers),
        mentors=shuffle(problem.mentors),
        schools=shuffle(problem.schools),
    )

    assert solve(other_way_round) == solve(problem)


@pytest.mark.covers("M3")
@thorough
@given(small_rounds(), st.randoms(use_true_random=False))
def test_other_names_for_the_same_people_change_neither_number_nor_cost(
    problem: Problem, chance: random.Random
) -> None:
    def draw_numbers(ones: Sequence[Trainee | Mentor | Offer]) -> dict[str, int]:
        return dict(zip((each.id for each in ones), chance.sample(range(1000), len(ones)), strict=True))

    people, mentors, offers = (
        draw_numbers(problem.trainees),
        draw_numbers(problem.mentors),
        draw_numbers(problem.offers),
    )
    relabelled = replace(
        problem,
        trainees=tuple(
            replace(
                trainee,
                id=f"p{people[trainee.id]}",
                barred_mentors=frozenset(f"q{mentors[m]}" for m in trainee.barred_mentors),
            )
            for trainee in problem.trainees
        ),
        mentors=tuple(replace(mentor, id=f"q{mentors[mentor.id]}") for mentor in problem.mentors),
        offers=tuple(replace(offer, id=f"r{offers[offer.id]}") for offer in problem.offers),
    )

    assert answer(solve(relabelled)) == answer(solve(problem))


@pytest.mark.covers("M3")
def test_placing_one_more_comes_before_any_saving_in_cost() -> None:
    flexible = trainee("t1", travel_limit_minutes=90)
    tied = trainee("t2", travel_limit_minutes=10)
    problem = a_round(
        trainees=[flexible, tied],
        offers=[offer("o1", "100001"), offer("o2", "100002")],
        mentors=[mentor("m1", "100001"), mentor("m2", "100002", volunteer=False)],
        schools=[school("100001", minutes_away=5), school("100002", minutes_away=80)],
        weights={"travel": 1000, "volunteers_first": 1000},
    )

    solution = solve(problem)

    assert [(pair.trainee_id, pair.offer_id) for pair in solution.pairs] == [("t1", "o2"), ("t2", "o1")]


@pytest.mark.covers("M2")
@pytest.mark.parametrize(("weight", "chosen"), [(4, "nearer"), (6, "willing")])
def test_a_volunteer_further_off_is_preferred_when_the_weight_outdoes_the_way(weight: int, chosen: str) -> None:
    problem = a_round(
        offers=[offer("o1", "100001"), offer("o2", "100002")],
        mentors=[mentor("nearer", "100001", volunteer=False), mentor("willing", "100002")],
        schools=[school("100001", minutes_away=10), school("100002", minutes_away=15)],
        weights={"travel": 1, "volunteers_first": weight},
    )

    assert [pair.mentor_id for pair in solve(problem).pairs] == [chosen]


@pytest.mark.covers("M1")
def test_a_barred_mentor_is_passed_over_for_a_dearer_one() -> None:
    problem = a_round(
        trainees=[trainee(barred_mentors=frozenset({"m1"}))], mentors=[mentor("m1"), mentor("m2", volunteer=False)]
    )

    solution = solve(problem)

    assert [pair.mentor_id for pair in solution.pairs] == ["m2"]
    assert solution.solver == "min_cost_flow"


@pytest.mark.covers("M1")
def test_mentors_are_dealt_out_at_a_school_so_that_nobody_gets_one_barred_to_them() -> None:
    problem = a_round(
        trainees=[trainee("t1", barred_mentors=frozenset({"m1"})), trainee("t2", barred_mentors=frozenset({"m2"}))],
        offers=[offer(places=2)],
        mentors=[mentor("m1"), mentor("m2")],
    )

    solution = solve(problem)

    assert [(pair.trainee_id, pair.mentor_id) for pair in solution.pairs] == [("t1", "m2"), ("t2", "m1")]
    assert solution.solver == "min_cost_flow"


@pytest.mark.covers("M3")
def test_nobody_is_split_between_two_offers_that_are_alike() -> None:
    """The linear programme's answer here is in halves, so that the mixed-integer one has to speak."""
    problem = a_round(
        trainees=[trainee("t1", barred_mentors=frozenset({"m3"})), trainee("t2", barred_mentors=frozenset({"m1"}))],
        offers=[offer("o1"), offer("o2")],
        mentors=[mentor(id_, volunteer=False) for id_ in ("m1", "m2", "m3")],
    )

    solution = solve(problem)

    assert all_but_load(solution.objective) == all_but_load(best_by_search(problem)) == ((0,), 30, 0)
    assert list_broken_rules(problem, solution) == []


@pytest.mark.covers("M1")
def test_the_rounds_drawn_reach_both_solvers_and_leave_people_out() -> None:
    solutions = [
        (problem, solve(problem))
        for problem in (random_round(random.Random(seed), 6, n_offers=6, n_mentors=7) for seed in range(100))
    ]

    assert {solution.solver for _, solution in solutions} == {"min_cost_flow", "mixed_integer"}
    assert any(solution.unplaced for _, solution in solutions)
    assert any(len(candidates(problem, trainee)) > 3 for problem, _ in solutions for trainee in problem.trainees)


@pytest.mark.covers("M3")
def test_a_round_whose_mentors_are_shared_between_subjects_is_a_flow_as_good_as_an_independent_programme() -> None:
    problem = national_round(100, versatile=0.3)

    solution = solve(problem)

    assert solution.solver == "min_cost_flow"
    assert all_but_load(solution.objective) == all_but_load(best_by_programme(problem))
    assert list_broken_rules(problem, solution) == []
