"""A scenario's overrides of a round, and a round solved and explained."""

from collections import Counter
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from services.matching.domain.repairs import Leaving
from services.matching.domain.scenarios import Overrides
from services.matching.rounds.inputs import RoundInput
from services.matching.rounds.overrides import apply_overrides
from services.matching.rounds.results import solve_and_explain, withdrawal_reason
from services.matching.solver import Match, Mentor, MentorSchool, Offer, Point, Problem, Rules, School, Trainee
from services.matching.solver.preferences import SOFT_RULES
from services.matching.solver.rules import OF_OFFERS, OF_PAIRS, OF_SCHOOLS, OF_SEATS
from services.matching.solver.titles import TITLES
from shared.kernel.decider import Invalid
from tests.unit.matching.rows import offer


def id_(kind: int, number: int) -> str:
    """An id that is a UUID, of a trainee (1), a mentor (2) or an offer (3)."""
    return str(UUID(int=kind * 1000 + number))


def a_standing(trainees: int, schools: int, places: int = 1, hours: float = 1.5) -> RoundInput:
    """Trainees ten kilometres apart in a row, a school with an offer and a mentor beside each of the first."""
    point = [Point(400_000 + 10_000 * i, 430_000) for i in range(max(trainees, schools))]
    urns = [f"90000{i}" for i in range(schools)]
    problem = Problem(
        trainees=tuple(Trainee(id_(1, i), "physics", "secondary", point[i], "car", 45) for i in range(trainees)),
        offers=tuple(Offer(id_(3, i), urn, "physics", "secondary", places) for i, urn in enumerate(urns)),
        mentors=tuple(
            Mentor(
                id_(2, i),
                (MentorSchool(urn),),
                frozenset({"physics"}),
                frozenset({"secondary"}),
                hours,
                volunteer=bool(i % 2),
            )
            for i, urn in enumerate(urns)
        ),
        schools=tuple(School(urn, point[i]) for i, urn in enumerate(urns)),
        rules=Rules(1.5, {"travel": 1, "volunteers_first": 10}),
    )
    rows = {each.id: offer(0, places, each.school_urn, offer_id=UUID(each.id)) for each in problem.offers}
    return RoundInput(problem, {}, rows, {}, 0, 0)


def add_standing_pairs(standing: RoundInput, *pairs: tuple[int, int], locked: tuple[int, ...] = ()) -> RoundInput:
    """Add pairs that stand already: trainees at schools, by number."""
    matches = {t: Match(id_(1, t), id_(2, s), id_(3, s)) for t, s in pairs}
    problem = replace(
        standing.problem, standing=tuple(matches.values()), locked=tuple(matches[number] for number in locked)
    )
    return replace(standing, problem=problem)


def test_every_rule_has_a_title_of_its_own_and_no_title_is_left_over() -> None:
    hard = {rule.name for rules in (OF_OFFERS, OF_SEATS, OF_SCHOOLS, OF_PAIRS) for rule in rules}
    assert TITLES.keys() == hard | SOFT_RULES.keys() | {"travel_limit", "left_over"}
    assert len(set(TITLES.values())) == len(TITLES)


@pytest.mark.covers("M9")
def test_values_that_the_overrides_do_not_name_stay_unchanged() -> None:
    standing = add_standing_pairs(a_standing(3, 3), (0, 0), locked=(0,))
    assert apply_overrides(standing, Overrides()) == standing


@pytest.mark.covers("M9")
def test_a_variant_changes_weights_caps_places_and_who_is_there() -> None:
    variant = Overrides(
        weights={"travel": 3},
        travel_caps={"car": 20},
        hours_per_trainee_week=2,
        leave_stale_offers_out=True,
        offer_stale_days=30,
        places={UUID(id_(3, 1)): 5, UUID(id_(3, 2)): 0},
        mentors_left_out=(UUID(id_(2, 0)),),
    )
    problem = apply_overrides(add_standing_pairs(a_standing(3, 3), (0, 0), (2, 2), locked=(0, 2)), variant).problem

    assert {offer.id: offer.places for offer in problem.offers} == {id_(3, 0): 1, id_(3, 1): 5}
    assert [mentor.id for mentor in problem.mentors] == [id_(2, 1), id_(2, 2)]
    # what was locked with whom or where there is nothing any more is free
    assert problem.locked == ()
    assert len(problem.standing) == 2
    assert (problem.rules.weights, problem.rules.travel.caps) == ({"travel": 3, "volunteers_first": 10}, {"car": 20})
    assert (problem.rules.hours_per_trainee_week, problem.rules.offer_stale_days) == (2, 30)
    assert problem.rules.leave_stale_offers_out


@pytest.mark.parametrize(
    ("variant", "pointer"),
    [
        (Overrides(places={UUID(id_(3, 9)): 1}), "/variant/places"),
        (Overrides(schools_left_out=("999999",)), "/variant/schools_left_out"),
        (Overrides(mentors_left_out=(UUID(id_(2, 9)),)), "/variant/mentors_left_out"),
    ],
)
def test_overrides_that_name_an_unknown_id_are_refused(variant: Overrides, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        apply_overrides(a_standing(1, 1), variant)
    assert refused.value.pointer == pointer


@pytest.mark.covers("M6")
def test_the_withdrawal_reason_names_the_leaver_or_a_move_in_the_repair() -> None:
    standing = add_standing_pairs(a_standing(2, 3), (0, 0), (1, 1))
    (first, second) = standing.problem.standing
    school = apply_overrides(standing, Leaving(school_urn="900000").overrides).problem
    without_offer = apply_overrides(standing, Leaving(offer_id=UUID(id_(3, 0))).overrides).problem
    mentor = apply_overrides(standing, Leaving(mentor_id=UUID(id_(2, 0))).overrides).problem

    assert withdrawal_reason(school, first, "900000", ("900000",)) == "school_left"
    assert withdrawal_reason(without_offer, first, "900000", ()) == "offer_withdrawn"
    assert withdrawal_reason(mentor, first, "900000", ()) == "mentor_left"
    assert {withdrawal_reason(change, second, "900001", ()) for change in (school, without_offer, mentor)} == {
        "moved_in_repair"
    }


@pytest.mark.covers("M4", "M12")
@settings(max_examples=30, deadline=None)
@drawn(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2), st.booleans())
def test_explanations_add_up_and_count_the_pairs_left_out_in_any_round(
    trainees: int, schools: int, places: int, repaired: bool
) -> None:
    standing = a_standing(trainees, schools, places, hours=3)
    worked = solve_and_explain(standing, moves_first=repaired)

    for pair in worked.solution.pairs:
        why = worked.explanations[pair.trainee_id]
        assert sum(term.cost for term in why.terms) == pair.cost
        assert all(term.cost == term.weight * term.units for term in why.terms)
    assert worked.explained.pairs == worked.explained.alternatives == worked.solution.placed
    assert worked.remedies.keys() == {trainee.trainee_id for trainee in worked.solution.unplaced}
    hosted = Counter(pair.school_urn for pair in worked.solution.pairs)
    assert {share.id: share.after for share in worked.load.schools.shares} == dict(hosted)
    assert all(share.after <= share.has for share in worked.load.schools.shares)


@pytest.mark.covers("M4")
def test_a_change_is_searched_for_every_trainee_without_a_place_while_the_caller_waits() -> None:
    worked = solve_and_explain(a_standing(60, 1, places=1), moves_first=False)

    without = {unplaced.trainee_id for unplaced in worked.solution.unplaced}
    within_reach = {trainee_id for trainee_id, found in worked.remedies.items() if found}
    assert worked.explained.unplaced == len(without) == 59
    assert worked.remedies.keys() == without
    assert id_(1, 1) in within_reach


@pytest.mark.covers("M6")
def test_the_load_before_a_repair_counts_the_standing_pairs() -> None:
    standing = apply_overrides(
        add_standing_pairs(a_standing(2, 3), (0, 0), (1, 1)), Leaving(school_urn="900000").overrides
    )
    worked = solve_and_explain(standing, moves_first=True)

    shares = {share.id: (share.before, share.after) for share in worked.load.schools.shares}
    assert shares == {"900001": (1, 1), "900002": (0, 1)}
    assert [change.trainee_id for change in worked.moves] == [id_(1, 0)]
