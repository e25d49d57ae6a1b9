from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.solver import Match, Problem, solve
from services.matching.solver.comparisons import Comparisons
from services.matching.solver.contrast import Factors
from services.matching.solver.preferences import SOFT_RULES
from tests.unit.matching.solver.checker import candidates, cost, list_broken_limits, trios
from tests.unit.matching.solver.rounds import (
    a_round,
    examples,
    mentor,
    offer,
    rounds_that_nest,
    school,
    small_rounds,
    trainee,
)

thorough = examples(50)


@st.composite
def rich_rounds(draw: st.DrawFn) -> Problem:
    """Small rounds in which every soft rule has something to say and a weight."""
    problem = draw(small_rounds())
    urns, mentors = [school.urn for school in problem.schools], [mentor.id for mentor in problem.mentors]
    facets = st.frozensets(st.sampled_from(("subject", "behaviour", "pastoral")))
    pupils = st.one_of(st.none(), st.integers(50, 1500))
    return replace(
        problem,
        trainees=tuple(
            replace(
                trainee,
                needs=draw(facets),
                situation=draw(facets),
                wishes=tuple(draw(st.lists(st.sampled_from(urns + mentors), max_size=3, unique=True))),
                earlier_schools=tuple(draw(st.lists(st.sampled_from([*urns, "999999"]), max_size=2, unique=True))),
                earlier_mentors=frozenset(draw(st.lists(st.sampled_from(mentors), max_size=1)) if mentors else ()),
            )
            for trainee in problem.trainees
        ),
        mentors=tuple(
            replace(
                mentor,
                facets=draw(st.one_of(st.none(), facets)),
                load_hours=draw(st.sampled_from((0.0, 1.5, 4.0))),
                wishes=tuple(draw(st.lists(st.sampled_from([t.id for t in problem.trainees]), max_size=2, unique=True)))
                if problem.trainees
                else (),
            )
            for mentor in problem.mentors
        ),
        rules=replace(
            problem.rules, same_school_again=True, weights={name: draw(st.integers(0, 5)) for name in SOFT_RULES}
        ),
        factors={
            urn: Factors(pupils=draw(pupils), gender=draw(st.sampled_from((None, "Mixed", "Girls"))))
            for urn in [*urns, "999999"]
        },
    )


@pytest.mark.covers("M2", "M4")
@thorough
@given(rich_rounds())
def test_the_terms_of_a_pair_add_up_to_its_cost(problem: Problem) -> None:
    solution = solve(problem)
    comparisons = Comparisons(problem, solution)

    for pair in solution.pairs:
        parts = comparisons.explain(pair.trainee_id).parts
        assert sum(part.cost for part in parts) == pair.cost
        assert [part.weight * part.units for part in parts] == [part.cost for part in parts]
        assert {part.rule for part in parts} == {name for name, weight in problem.rules.weights.items() if weight}


@pytest.mark.covers("M4")
@thorough
@given(small_rounds())
def test_the_alternative_while_others_stay_is_the_cheapest_that_has_room(problem: Problem) -> None:
    solution = solve(problem)
    comparisons = Comparisons(problem, solution)
    trainees = {trainee.id: trainee for trainee in problem.trainees}

    for pair in solution.pairs:
        others = [match for match in solution.matches if match.trainee_id != pair.trainee_id]
        prices = [
            cost(problem, trainees[pair.trainee_id], *other)
            for other in candidates(problem, trainees[pair.trainee_id])
            if (other[0].id, other[1].id) != (pair.offer_id, pair.mentor_id)
            and not list_broken_limits(
                problem, trios(problem, [*others, Match(pair.trainee_id, other[1].id, other[0].id)])
            )
        ]
        found = comparisons.explain(pair.trainee_id).others_stay
        assert (found.pairing.cost if found else None) == min(prices, default=None)


@pytest.mark.covers("M4")
@thorough
@given(rounds_that_nest())
def test_the_alternative_while_others_may_move_is_the_optimum_without_the_pair(problem: Problem) -> None:
    """Where the limits nest a mentor fits one offer only, so that barring the mentor takes away this one pair."""
    solution = solve(problem)
    comparisons = Comparisons(problem, solution)
    placed = {pair.trainee_id for pair in solution.pairs}

    for pair in solution.pairs:
        barred = tuple(
            replace(trainee, barred_mentors=trainee.barred_mentors | {pair.mentor_id})
            if trainee.id == pair.trainee_id
            else trainee
            for trainee in problem.trainees
        )
        without = solve(replace(problem, trainees=barred))
        found = comparisons.explain(pair.trainee_id).others_move
        if {pair.trainee_id for pair in without.pairs} == placed:
            assert found is not None
            assert found.added == without.total_cost - solution.total_cost
        if found is not None:
            moved = {change.trainee_id: change.after for change in found.moves}
            chosen = Match(pair.trainee_id, found.pairing.mentor_id, found.pairing.offer_id)
            stays = [moved.get(match.trainee_id, match) for match in solution.matches if match.trainee_id in placed]
            after = [chosen if match.trainee_id == pair.trainee_id else match for match in stays if match is not None]
            assert list_broken_limits(problem, trios(problem, after)) == []
            spent = sum(cost(problem, *three) for three in trios(problem, after))
            assert spent - solution.total_cost == found.added


@pytest.mark.covers("M4")
def test_an_alternative_says_what_it_is_and_why_it_lost() -> None:
    problem = a_round(
        offers=[offer("o1", "100001"), offer("o2", "100002")],
        mentors=[mentor("m1", "100001"), mentor("m2", "100002", volunteer=False)],
        schools=[school("100001", minutes_away=10), school("100002", minutes_away=18)],
    )

    found = Comparisons(problem, solve(problem)).explain("t1").others_stay

    assert found is not None
    assert found.explanation == (
        "The next best is another mentor at school 100002. "
        "It would cost the round 13 more (travel +8, volunteers_first +5)."
    )


@pytest.mark.covers("M4")
def test_others_who_would_have_to_move_are_named() -> None:
    problem = a_round(
        trainees=[trainee("t1"), trainee("t2")],
        offers=[offer("o1", "100001"), offer("o2", "100002")],
        mentors=[mentor("m1", "100001"), mentor("m2", "100002")],
        schools=[school("100001", minutes_away=10), school("100002", minutes_away=18)],
    )
    solution = solve(problem)
    (far,) = [pair.trainee_id for pair in solution.pairs if pair.school_urn == "100002"]

    found = Comparisons(problem, solution).explain(far)

    assert found.others_stay is None
    assert found.others_move is not None
    assert [(move.before, move.after) for move in found.others_move.moves] == [
        (
            next(m for m in solution.matches if m.trainee_id != far),
            Match(found.others_move.moves[0].trainee_id, "m2", "o2"),
        )
    ]
    assert found.others_move.added == 0


@pytest.mark.covers("M1", "M4")
def test_a_hard_rule_says_what_it_did_not_know() -> None:
    problem = a_round(
        offers=[offer(routes=frozenset({"salaried"}))], trainees=[trainee(available_until=date(2027, 7, 1))]
    )
    problem = replace(problem, rules=replace(problem.rules, asks_training=True, asks_qts=True))

    kept = Comparisons(problem, solve(problem)).explain("t1").satisfied

    assert {each.rule: each.words for each in kept if not each.known} == {
        "route": "The offer is open to salaried, the trainee's route is not known.",
        "trainee_dates": (
            "The placement is from a day not known to a day not known, the trainee is there until 2027-07-01."
        ),
        "mentor_ready": (
            "The programme asks for mentor training; the mentor may have it: nothing is recorded. "
            "The programme asks for qualified teacher status; the mentor may have it: nothing is recorded."
        ),
    }


@pytest.mark.covers("M4")
def test_a_trainee_without_a_pair_is_not_explained() -> None:
    problem = a_round(schools=[school(minutes_away=90)])

    with pytest.raises(KeyError):
        Comparisons(problem, solve(problem)).explain("t1")
