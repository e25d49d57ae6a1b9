from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.matching.solver import Problem, Rules, Travel, solve
from tests.unit.matching.solver.rounds import a_round, mentor, offer, school, trainee


@pytest.mark.covers("M1", "M10")
@pytest.mark.parametrize(("minutes_away", "counted"), [(45, 45), (44.2, 45), (0, 0)])
def test_a_part_of_a_minute_counts_whole_and_the_limit_itself_is_within_reach(
    minutes_away: float, counted: int
) -> None:
    solution = solve(a_round(schools=[school(minutes_away=minutes_away)]))

    assert [pair.travel_minutes for pair in solution.pairs] == [counted]


@pytest.mark.covers("M1", "M10")
def test_a_school_a_moment_beyond_the_limit_is_out_of_reach() -> None:
    assert solve(a_round(schools=[school(minutes_away=45.01)])).placed == 0


@pytest.mark.covers("M10")
@pytest.mark.parametrize(("mode", "minutes"), [("car", 10), ("public_transport", 20), ("bicycle", 27), ("walking", 84)])
def test_the_same_way_takes_each_mode_its_own_time(mode: str, minutes: int) -> None:
    problem = a_round(trainees=[trainee(travel_mode=mode, travel_limit_minutes=120)])

    assert [pair.travel_minutes for pair in solve(problem).pairs] == [minutes]


@pytest.mark.covers("M10")
def test_a_partnership_may_bring_speeds_and_a_detour_of_its_own() -> None:
    problem = a_round()
    rules = replace(problem.rules, travel=Travel(detour_factor=2.6, kmh={"car": 20.0}))

    assert [pair.travel_minutes for pair in solve(replace(problem, rules=rules)).pairs] == [40]


@pytest.mark.covers("M1")
@pytest.mark.parametrize(("hours", "each", "mentored"), [(4.4, 1.5, 2), (4.5, 1.5, 3), (0.3, 0.1, 3), (-1.0, 1.5, 0)])
def test_a_mentor_takes_as_many_as_the_hours_hold(hours: float, each: float, mentored: int) -> None:
    problem = a_round(
        trainees=[trainee(f"t{i}") for i in range(5)],
        offers=[offer(places=5)],
        mentors=[mentor(capacity_hours=hours)],
    )

    assert solve(replace(problem, rules=Rules(each))).placed == mentored


@pytest.mark.covers("M1")
def test_a_mentor_shares_their_hours_among_all_the_subjects_they_mentor() -> None:
    problem = a_round(
        trainees=[trainee("t1"), trainee("t2", subject="maths")],
        offers=[offer("o1"), offer("o2", subject="maths")],
        mentors=[mentor(subjects=frozenset({"maths", "physics"}))],
    )

    assert solve(problem).placed == 1


@pytest.mark.covers("M2")
def test_a_soft_rule_without_a_weight_does_not_count() -> None:
    problem = replace(a_round(mentors=[mentor(volunteer=False)]), rules=Rules(1.5))

    assert [(pair.cost, pair.terms) for pair in solve(problem).pairs] == [(0, {})]


@pytest.mark.covers("M2")
def test_a_weight_for_a_rule_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="No soft rule is called \\['colour'\\]"):
        solve(a_round(weights={"colour": 1}))


@pytest.mark.covers("M3")
def test_a_round_of_nobody_is_solved() -> None:
    solution = solve(Problem((), (), (), (), Rules(1.5)))

    assert (solution.pairs, solution.unplaced, solution.status) == ((), (), "optimal")


@pytest.mark.covers("M1")
@pytest.mark.parametrize(
    ("what", "twice"),
    [
        ("trainees", {"trainees": [trainee(), trainee()]}),
        ("offers", {"offers": [offer(), offer()]}),
        ("mentors", {"mentors": [mentor(), mentor()]}),
        ("schools", {"schools": [school(), school()]}),
    ],
)
def test_an_id_said_twice_is_refused(what: str, twice: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"more than once among {what}"):
        a_round(**twice)


@pytest.mark.covers("M1")
def test_an_offer_at_a_school_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown schools: \\['999999'\\]"):
        a_round(offers=[offer(school_urn="999999")])


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: Rules(0),
        lambda: Rules(1.5, {"travel": -1}),
        lambda: Travel(detour_factor=0.9),
        lambda: Travel(kmh={"car": 0.0}),
    ],
)
@pytest.mark.covers("M2")
def test_numbers_that_cannot_be_are_refused(impossible: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        impossible()
