"""Locked pairs, repairs and departures."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.solver import (
    Change,
    Departure,
    LockedPairsImpossible,
    Match,
    Offer,
    Problem,
    changes,
    departures,
    repair,
    solve,
    without_school,
)
from tests.unit.matching.solver.checker import best_by_search, list_broken_rules
from tests.unit.matching.solver.rounds import (
    a_round,
    examples,
    mentor,
    nest_limits,
    offer,
    random_round,
    school,
    small_rounds,
    trainee,
    with_choices,
    with_standing,
)

thorough = examples(50)
chances = st.randoms(use_true_random=False)


def match(number: int) -> Match:
    return Match(f"t{number}", f"m{number}", f"o{number}")


def in_two_schools(**changes: Any) -> Problem:
    """One physicist, a school ten minutes away (1) and one twenty minutes away (2)."""
    problem = a_round(
        offers=[offer("o1", "100001"), offer("o2", "100002")],
        mentors=[mentor("m1", "100001"), mentor("m2", "100002")],
        schools=[school("100001", minutes_away=10), school("100002", minutes_away=20)],
    )
    return replace(problem, **changes)


@pytest.mark.covers("M6")
@thorough
@given(small_rounds(), chances)
def test_a_repair_changes_no_more_pairs_than_trying_everything_finds_necessary(
    problem: Problem, chance: random.Random
) -> None:
    problem = with_standing(problem, chance)
    solution, best = repair(problem), best_by_search(problem, moves_first=True)

    assert (solution.objective.unplaced, solution.objective.moved, solution.objective.cost) == (
        best.unplaced,
        best.moved,
        best.cost,
    )
    assert list_broken_rules(problem, solution) == []


@pytest.mark.covers("M6")
@thorough
@given(small_rounds(), chances)
def test_a_repair_of_an_optimal_round_moves_nobody(problem: Problem, chance: random.Random) -> None:
    standing = solve(problem).matches

    assert repair(replace(problem, standing=standing)).objective.moved == 0
    assert solve(replace(problem, standing=standing)).objective.moved == 0


@pytest.mark.covers("M6")
def test_a_repair_leaves_alone_what_a_round_would_make_cheaper() -> None:
    far = Match("t1", "m2", "o2")
    problem = in_two_schools(standing=(far,))

    assert repair(problem).matches == (far,)
    assert solve(problem).matches == (Match("t1", "m1", "o1"),)


@pytest.mark.covers("M6")
@thorough
@given(small_rounds(), chances)
def test_a_locked_pair_never_moves(problem: Problem, chance: random.Random) -> None:
    before = with_standing(problem, chance, share=0.5).standing
    other = replace(problem, locked=before, rules=replace(problem.rules, weights={"travel": 5, "volunteers_first": 1}))

    for solution in (solve(other), repair(other)):
        assert set(before) <= set(solution.matches)
        assert list_broken_rules(other, solution) == []


@pytest.mark.covers("M6")
def test_a_locked_pair_that_a_hard_rule_bars_is_refused() -> None:
    barred = (trainee("t1", barred_mentors=frozenset({"m2"})),)

    with pytest.raises(LockedPairsImpossible, match="a hard rule bars them"):
        solve(in_two_schools(trainees=barred, locked=(Match("t1", "m2", "o2"),)))


@pytest.mark.covers("M6")
def test_locked_pairs_that_capacity_does_not_hold_are_refused() -> None:
    problem = a_round(trainees=[trainee("t1"), trainee("t2")], offers=[offer(places=2)])

    with pytest.raises(LockedPairsImpossible, match="do not hold all of them"):
        solve(replace(problem, locked=(Match("t1", "m1", "o1"), Match("t2", "m1", "o1"))))


@pytest.mark.covers("M3")
def test_the_first_class_is_placed_before_the_second_whatever_it_costs() -> None:
    problem = a_round(trainees=[trainee("t1", priority=1), trainee("t2", home=school(minutes_away=40).point)])

    solution = solve(problem)

    assert [pair.trainee_id for pair in solution.pairs] == ["t2"]
    assert solution.objective.unplaced == (0, 1)


@pytest.mark.covers("M6")
@thorough
@given(st.integers(0, 2**32), st.integers(0, 12))
def test_the_departure_of_a_school_has_the_numbers_of_a_repair_without_it(seed: int, size: int) -> None:
    chance = random.Random(seed)
    problem = random_round(chance, size, n_offers=12, n_mentors=16)
    problem = nest_limits(problem) if seed % 2 else problem
    problem = with_choices(problem, chance) if chance.random() < 0.5 else problem
    problem = replace(problem, standing=solve(problem).matches)

    expected = []
    for urn in sorted({problem_offer(problem, each).school_urn for each in problem.standing}):
        after = repair(without_school(problem, urn))
        broken = sum(problem_offer(problem, each).school_urn == urn for each in problem.standing)
        lost = len(problem.standing) - after.placed
        expected.append(Departure(urn, broken, lost, after.objective.moved - broken))
    assert list(departures(problem)) == expected


def problem_offer(problem: Problem, one: Match) -> Offer:
    return next(offer for offer in problem.offers if offer.id == one.offer_id)


@pytest.mark.covers("M6")
def test_a_school_that_leaves_takes_its_locks_with_it() -> None:
    problem = in_two_schools(locked=(Match("t1", "m2", "o2"),))

    left = without_school(problem, "100002")

    assert ([offer.id for offer in left.offers], left.locked) == (["o1"], ())
    assert solve(left).matches == (Match("t1", "m1", "o1"),)


@pytest.mark.covers("M6")
def test_changes_list_the_pair_before_and_after() -> None:
    before, after = (match(1), match(2), match(3)), (match(1), Match("t2", "m9", "o9"), match(4))

    assert changes(before, after) == (
        Change("t2", match(2), Match("t2", "m9", "o9")),
        Change("t3", match(3), None),
        Change("t4", None, match(4)),
    )
