"""Pairs that chose each other: as many are kept as can be, and which of them is decided together with everybody."""

from dataclasses import replace

import pytest

from services.matching.solver import ChosenPair, LockedPairsImpossible, Match, Problem, Trainee, solve
from tests.unit.matching.solver.rounds import a_round, mentor, offer, school, trainee

pytestmark = pytest.mark.covers("M5")


def in_two_schools(*trainees: Trainee, chosen: tuple[ChosenPair, ...], locked: tuple[Match, ...] = ()) -> Problem:
    """A place and a mentor at a school ten minutes away (1) and at one twenty minutes away (2)."""
    problem = a_round(
        trainees=trainees,
        offers=[offer("o1", "100001"), offer("o2", "100002")],
        mentors=[mentor("m1", "100001"), mentor("m2", "100002")],
        schools=[school("100001", minutes_away=10), school("100002", minutes_away=20)],
    )
    return replace(problem, chosen=chosen, locked=locked)


def test_a_pair_that_chose_each_other_is_kept_though_another_would_be_cheaper() -> None:
    solution = solve(in_two_schools(chosen=(ChosenPair("t1", "m2"),)))

    assert (solution.matches, solution.barred_choices) == ((Match("t1", "m2", "o2"),), ())
    assert solution.objective.parted == 0


def test_a_chosen_pair_that_a_hard_rule_bars_is_not_kept_and_is_named() -> None:
    chosen = ChosenPair("t1", "m2")
    solution = solve(in_two_schools(trainee(barred_mentors=frozenset({"m2"})), chosen=(chosen,)))

    assert (solution.matches, solution.barred_choices) == ((Match("t1", "m1", "o1"),), (chosen,))
    assert solution.objective.parted == solution.bound.parted == 1


def test_of_two_who_chose_one_mentor_with_hours_for_one_the_other_is_placed_elsewhere() -> None:
    chosen = (ChosenPair("t1", "m2"), ChosenPair("t2", "m2"))
    solution = solve(in_two_schools(trainee("t1"), trainee("t2"), chosen=chosen))

    assert len(solution.barred_choices) == 1
    assert solution.placed == 2


def test_which_of_two_choices_is_kept_depends_on_the_places_of_the_other_trainees() -> None:
    """Both choices need the one place at the first school; only one of the two trainees can go to the second."""
    problem = a_round(
        trainees=[trainee("A"), trainee("B", barred_mentors=frozenset({"m3"}))],
        offers=[offer("o1", "100001"), offer("o2", "100002")],
        mentors=[mentor("m1", "100001"), mentor("m2", "100001", volunteer=False), mentor("m3", "100002")],
        schools=[school("100001"), school("100002")],
        weights={"volunteers_first": 10},
    )

    solution = solve(replace(problem, chosen=(ChosenPair("A", "m1"), ChosenPair("B", "m2"))))

    assert solution.matches == (Match("A", "m3", "o2"), Match("B", "m2", "o1"))
    assert (solution.objective.unplaced, solution.objective.parted) == ((0,), 1)


def test_of_two_choices_for_one_place_the_one_of_the_first_class_is_kept() -> None:
    problem = a_round(trainees=[trainee("t1", priority=1), trainee("t2")], mentors=[mentor("m1"), mentor("m2")])

    solution = solve(replace(problem, chosen=(ChosenPair("t1", "m1"), ChosenPair("t2", "m2"))))

    assert solution.matches == (Match("t2", "m2", "o1"),)
    assert solution.objective.unplaced == (0, 1)


def test_two_pairs_at_a_school_with_two_offers_of_one_place_are_both_kept() -> None:
    problem = a_round(
        trainees=[trainee("A"), trainee("B")], offers=[offer("o1"), offer("o2")], mentors=[mentor("m1"), mentor("m2")]
    )

    solution = solve(replace(problem, chosen=(ChosenPair("A", "m1"), ChosenPair("B", "m2"))))

    assert {(pair.trainee_id, pair.mentor_id) for pair in solution.pairs} == {("A", "m1"), ("B", "m2")}
    assert solution.barred_choices == ()


def test_a_choice_is_kept_at_the_mentors_other_school_where_the_first_has_no_place() -> None:
    both = replace(mentor("m2", "100002"), schools=(*mentor("m1", "100001").schools, *mentor("m2", "100002").schools))
    problem = in_two_schools(trainee("t1"), trainee("t2"), chosen=(ChosenPair("t1", "m2"),), locked=())

    solution = solve(replace(problem, mentors=(problem.mentors[0], both), locked=(Match("t2", "m1", "o1"),)))

    assert solution.matches == (Match("t1", "m2", "o2"), Match("t2", "m1", "o1"))


def test_a_choice_is_kept_before_a_trainee_of_the_first_class_is_placed() -> None:
    problem = a_round(trainees=[trainee("t1", priority=1), trainee("t2")])

    solution = solve(replace(problem, chosen=(ChosenPair("t1", "m1"),)))

    assert solution.matches == (Match("t1", "m1", "o1"),)


def test_a_locked_pair_comes_before_a_choice() -> None:
    problem = in_two_schools(
        trainee("t1"), trainee("t2"), chosen=(ChosenPair("t1", "m2"),), locked=(Match("t2", "m2", "o2"),)
    )

    assert solve(problem).matches == (Match("t1", "m1", "o1"), Match("t2", "m2", "o2"))


def test_locked_pairs_that_an_offer_has_no_places_for_are_refused() -> None:
    locked = (Match("t1", "m1", "o1"), Match("t2", "m3", "o1"))
    problem = in_two_schools(trainee("t1"), trainee("t2"), chosen=(), locked=locked)

    with pytest.raises(LockedPairsImpossible, match="do not hold all of them"):
        solve(replace(problem, mentors=(*problem.mentors, mentor("m3", "100001"))))


def test_locked_pairs_without_room_are_named_and_no_others() -> None:
    locked = (Match("t1", "m1", "o1"), Match("t2", "m1", "o1"), Match("t3", "m2", "o2"))
    problem = in_two_schools(trainee("t1"), trainee("t2"), trainee("t3"), chosen=(), locked=locked)

    with pytest.raises(LockedPairsImpossible) as refused:
        solve(problem)

    assert len(refused.value.matches) == 1
    assert set(refused.value.matches) < set(locked[:2])
