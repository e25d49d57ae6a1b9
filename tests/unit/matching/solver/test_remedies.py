import random
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.solver import Group, Objective, Offer, Problem, School, Solution, solve
from services.matching.solver.remedies import Remedies
from services.matching.solver.remedy import Kind, Remedy, Step, apply_steps, smaller_steps
from shared.inputs.numbers import LONGEST_TRAVEL
from tests.unit.matching.solver.checker import minutes
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
    with_left_over,
    with_locks,
    with_standing,
)

thorough = examples(50)


def remedies(problem: Problem) -> dict[str, tuple[Remedy, ...]]:
    solution = solve(problem)
    if not solution.unplaced:
        return {}
    search = Remedies(problem, solution)
    return {
        unplaced_trainee.trainee_id: search.of(unplaced_trainee.trainee_id) for unplaced_trainee in solution.unplaced
    }


def places(problem: Problem, before: Solution, trainee_id: str) -> bool:
    """Whether every optimum of the round places the trainee, and nobody in somebody else's stead.

    The round without the trainee says so: what is best there, with the trainee left without a place, is not as good.
    """
    after = solve(problem).objective
    no_more = all(a <= b for a, b in zip(after.unplaced, before.objective.unplaced, strict=True))
    fewer = after.unplaced != before.objective.unplaced
    return no_more and fewer and all_but_load(after) < all_but_load(objective_without(problem, trainee_id))


def all_but_load(worth: Objective) -> tuple[object, ...]:
    return worth.parted, worth.unplaced, worth.cost, worth.left_over_again, worth.moved


def objective_without(problem: Problem, trainee_id: str) -> Objective:
    """Return the objective of the round if the trainee has no place."""
    who = next(each for each in problem.trainees if each.id == trainee_id)
    found = solve(
        replace(
            problem,
            trainees=tuple(each for each in problem.trainees if each is not who),
            chosen=tuple(two for two in problem.chosen if two.trainee_id != trainee_id),
            standing=tuple(match for match in problem.standing if match.trainee_id != trainee_id),
        )
    ).objective
    classes = 1 + max(each.priority for each in problem.trainees)
    unplaced = [*found.unplaced, *[0] * (classes - len(found.unplaced))]
    unplaced[who.priority] += 1
    return replace(
        found,
        unplaced=tuple(unplaced),
        moved=found.moved + sum(match.trainee_id == trainee_id for match in problem.standing),
        parted=found.parted + sum(two.trainee_id == trainee_id for two in problem.chosen),
        left_over_again=found.left_over_again + who.left_over,
    )


def smaller(problem: Problem, remedy: Remedy) -> list[tuple[Step, ...]]:
    """The same change with one step left out, or one step one unit less."""
    own = next(each for each in problem.trainees if each.id == remedy.trainee_id).travel_limit_minutes
    steps = remedy.steps
    found = []
    for at, step in enumerate(steps):
        if len(steps) > 1:
            found.append((*steps[:at], *steps[at + 1 :]))
        if step.amount > (own + 1 if step.what == "minutes" else 1):
            found.append((*steps[:at], replace(step, amount=step.amount - 1), *steps[at + 1 :]))
    return found


@pytest.mark.covers("M4")
@thorough
@given(small_rounds())
def test_each_change_places_the_trainee_and_nothing_less_of_it_does(problem: Problem) -> None:
    before = solve(problem)
    for trainee_id, found in remedies(problem).items():
        for remedy in found:
            assert places(remedy.apply_to(problem), before, trainee_id), remedy
            for less in smaller(problem, remedy):
                assert not places(apply_steps(problem, trainee_id, less), before, trainee_id), (remedy, less)


@pytest.mark.covers("M4", "M5")
@examples(20)
@given(st.integers(0, 2**32))
def test_nothing_smaller_of_the_same_kind_places_the_trainee_whatever_the_round(seed: int) -> None:
    """Choices, locked pairs, limits that cross: what is named is solved again, and what should have been instead."""
    chance = random.Random(seed)
    problem = random_round(chance, chance.randint(2, 7), n_offers=chance.randint(1, 6), n_mentors=chance.randint(1, 6))
    problem = nest_limits(problem) if chance.random() < 0.5 else problem  # before pairs are locked, which it may bar
    problem = with_left_over(with_choices(with_locks(with_standing(problem, chance), chance), chance), chance)
    before = solve(problem)
    for trainee_id, found in remedies(problem).items():
        kinds = {remedy.kind: remedy.steps for remedy in found}
        for steps in kinds.values():
            assert places(apply_steps(problem, trainee_id, steps), before, trainee_id), steps
        for steps in smaller_changes(problem, trainee_id, kinds):
            assert not places(apply_steps(problem, trainee_id, steps), before, trainee_id), (kinds, steps)


def smaller_changes(
    problem: Problem, trainee_id: str, kinds: Mapping[Kind, tuple[Step, ...]]
) -> list[tuple[Step, ...]]:
    """What would have had to be named instead: fewer minutes, a bar where none is named, less or one limit only."""
    who = next(each for each in problem.trainees if each.id == trainee_id)
    changes = [
        (Step("minutes", each.urn, minutes(problem, who, at)),) for each in problem.schools for at in at_school(each)
    ]
    farthest = kinds["travel"][0].amount if "travel" in kinds else 1000
    found = [steps for steps in changes if who.travel_limit_minutes < steps[0].amount < farthest]
    if "bar" not in kinds:
        found += [(Step("mentor", id_),) for id_ in who.barred_mentors]
        found += [(Step("school", urn),) for urn in who.barred_schools]
    if "capacity" in kinds and len(kinds["capacity"]) > 1:
        found += [(Step("offer", each.id, len(problem.trainees)),) for each in problem.offers]
        found += [(Step("group", group.id, len(problem.trainees)),) for group in problem.groups]
        found += [(Step("hours", each.id, 2000),) for each in problem.mentors]
    return found + [less for steps in kinds.values() if steps[0].what in CAPACITIES for less in smaller_steps(steps)]


CAPACITIES = {"offer", "group", "hours"}


def at_school(one: School) -> list[Offer]:
    return [offer("anything", one.urn)]


@pytest.mark.covers("M4")
@examples(30)
@given(st.integers(0, 2**32))
def test_remedies_of_a_whole_round_are_those_that_each_trainee_would_get_alone(seed: int) -> None:
    """What the search has learnt for others changes no answer, in whatever order trainees are asked about."""
    chance = random.Random(seed)
    problem = random_round(chance, chance.randint(2, 20), n_offers=chance.randint(1, 9), n_mentors=chance.randint(1, 9))
    problem = nest_limits(problem) if chance.random() < 0.8 else problem
    solution = solve(problem)
    ids = [each.trainee_id for each in solution.unplaced]
    search = Remedies(problem, solution)
    chance.shuffle(ids)

    together = {trainee_id: search.of(trainee_id) for trainee_id in ids}

    assert together == {trainee_id: Remedies(problem, solution).of(trainee_id) for trainee_id in ids}


@pytest.mark.covers("M4")
def test_a_single_limit_is_named_if_raising_it_is_enough() -> None:
    """A place and hours at the near school are not asked for together, as a place in a group does it alone."""
    problem = a_round(
        trainees=[trainee("t1"), trainee("t2")],
        offers=[offer("o1", "100001"), offer("o2", "100002")],
        mentors=[mentor("m1", "100001"), mentor("m2", "100002")],
        schools=[school("100001", minutes_away=10), school("100002", minutes_away=20)],
    )
    near, far = problem.offers

    found = only(
        replace(
            problem,
            offers=(near, replace(far, groups=("both",))),
            groups=(Group("both", 0, "the offer that two schools share"),),
        )
    )

    assert found == [
        (
            "capacity",
            (Step("group", "both", 1),),
            "One more place within the offer that two schools share would place this trainee.",
        )
    ]


@pytest.mark.covers("M4")
@examples(4)
@given(st.integers(0, 2**32))
def test_every_unplaced_trainee_with_a_candidate_has_a_remedy_by_capacity(seed: int) -> None:
    problem = random_round(random.Random(seed), 12, n_offers=6, n_mentors=8)
    binding = {"places_taken", "mentor_hours_taken", "places_and_mentor_hours_taken"}

    found = remedies(problem)

    held_back = [each.trainee_id for each in solve(problem).unplaced if each.reason in binding]
    assert [
        trainee_id for trainee_id in held_back if "capacity" not in {remedy.kind for remedy in found[trainee_id]}
    ] == []


def only(problem: Problem) -> list[tuple[str, tuple[Step, ...], str]]:
    ((_, found),) = remedies(problem).items()
    return [(remedy.kind, remedy.steps, remedy.explanation) for remedy in found]


@pytest.mark.covers("M4", "M10")
def test_a_trainee_beyond_the_limit_is_told_how_many_more_minutes_reach_a_free_place() -> None:
    assert only(a_round(schools=[school(minutes_away=55)])) == [
        (
            "travel",
            (Step("minutes", "100001", 55),),
            "10 more minutes of travel by car (55 in place of 45) to school 100001 would place this trainee.",
        )
    ]


@pytest.mark.covers("M4", "M10")
@pytest.mark.parametrize(("minutes", "is_offered"), [(LONGEST_TRAVEL, True), (LONGEST_TRAVEL + 1, False)])
def test_nobody_is_told_to_travel_for_longer_than_anybody_can_say(minutes: int, is_offered: bool) -> None:
    (found,) = remedies(a_round(schools=[school(minutes_away=minutes)])).values()

    assert [remedy.kind for remedy in found] == ["travel"] * is_offered


@pytest.mark.covers("M4", "M10")
def test_minutes_above_the_programmes_cap_are_said_to_be_so() -> None:
    problem = a_round(trainees=[trainee(travel_limit_minutes=90)], schools=[school(minutes_away=55)])
    capped = replace(problem.rules.travel, caps={"car": 45})

    found = only(replace(problem, rules=replace(problem.rules, travel=capped)))

    assert [(kind, "above the programme's cap" in words) for kind, _, words in found] == [("travel", True)]


@pytest.mark.covers("M4")
def test_a_barred_mentor_with_time_is_named_as_the_one_to_allow() -> None:
    found = only(a_round(trainees=[trainee(barred_mentors=frozenset({"m1"}))]))

    assert [(kind, steps) for kind, steps, _ in found] == [("bar", (Step("mentor", "m1"),))]


@pytest.mark.covers("M4", "M5")
def test_no_remedy_proposes_to_lift_a_veto() -> None:
    mentor, school = frozenset({"m1"}), frozenset({"100001"})
    assert only(a_round(trainees=[trainee(barred_mentors=mentor, vetoed=mentor)])) == []
    assert only(a_round(trainees=[trainee(barred_schools=school, vetoed=school)])) == []
    assert only(a_round(trainees=[trainee(barred_schools=school)])) != []


@pytest.mark.covers("M4")
def test_a_school_of_an_earlier_placement_is_never_what_to_allow() -> None:
    assert only(a_round(trainees=[trainee(earlier_schools=("100001",))])) == []


@pytest.mark.covers("M4")
def test_a_place_and_hours_are_asked_for_together_where_both_are_taken() -> None:
    found = only(a_round(trainees=[trainee("t1"), trainee("t2")]))

    assert [(kind, set(steps)) for kind, steps, _ in found] == [
        ("capacity", {Step("offer", "o1", 1), Step("hours", "m1", 90)})
    ]


@pytest.mark.covers("M4")
def test_only_the_hours_that_lack_are_asked_for() -> None:
    problem = a_round(
        trainees=[trainee("t1"), trainee("t2")], offers=[offer(places=2)], mentors=[mentor(capacity_hours=2.9)]
    )

    assert [(kind, steps) for kind, steps, _ in only(problem)] == [("capacity", (Step("hours", "m1", 6),))]


@pytest.mark.covers("M4")
def test_the_remedy_of_a_lower_priority_counts_the_places_for_both_trainees() -> None:
    near, far = trainee("t2", priority=1), trainee("t3", priority=2)
    problem = a_round(trainees=[trainee("t1"), near, far], mentors=[mentor(capacity_hours=9)])

    found = {trainee_id: [remedy.steps for remedy in them] for trainee_id, them in remedies(problem).items()}

    assert found == {"t2": [(Step("offer", "o1", 1),)], "t3": [(Step("offer", "o1", 2),)]}


@pytest.mark.covers("M4")
def test_a_full_school_is_what_holds_back_where_its_offers_are_not() -> None:
    problem = a_round(
        trainees=[trainee("t1"), trainee("t2")],
        mentors=[mentor(capacity_hours=9)],
    )
    offers = (offer(places=3, groups=("the school",)),)

    found = only(replace(problem, offers=offers, groups=(Group("the school", 1),)))

    assert [(kind, steps) for kind, steps, _ in found] == [("capacity", (Step("group", "the school", 1),))]


@pytest.mark.covers("M4")
def test_a_change_elsewhere_counts_when_others_can_move_on() -> None:
    """The trainee reaches the near school only; who is there could go to the far one if it had another place."""
    problem = a_round(
        trainees=[trainee("t1", travel_limit_minutes=10, priority=1), trainee("t2", travel_limit_minutes=90)],
        offers=[offer("near", "100001"), offer("far", "100002", places=0)],
        mentors=[mentor("m1", "100001"), mentor("m2", "100002")],
        schools=[school("100001", minutes_away=5), school("100002", minutes_away=60)],
    )
    (unplaced,) = solve(problem).unplaced

    found = only(problem)

    assert unplaced.trainee_id == "t1"
    assert ("capacity", (Step("offer", "far", 1),)) in [(kind, steps) for kind, steps, _ in found]


@pytest.mark.covers("M4")
def test_a_placed_trainee_has_no_remedies() -> None:
    problem = a_round()

    with pytest.raises(KeyError):
        Remedies(problem, solve(problem)).of("t1")
