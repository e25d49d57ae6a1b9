"""What a round makes of the facts that it knows: people, places and rules, as the solver is asked of them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.programmes import RulesKnown, programme_on
from services.matching.projections.offers import OfferRow
from services.matching.rounds.inputs import RoundInput
from services.matching.rounds.people import first_free_day
from services.matching.rounds.solving import LockedPairsInTheWay, solve_round
from services.matching.solver import ChosenPair, Group, Match, Mentor, Trainee, solve
from services.matching.solver.remedies import Remedies
from shared.events.referral import Availability, RulesFrom
from tests.unit.matching.facts import MONDAY, PROGRAMME, PROGRAMME_ID
from tests.unit.matching.rows import (
    AUTUMN,
    CHRISTMAS,
    JULY,
    an_id,
    candidate,
    input_of,
    mentor,
    offer,
    pair,
    relations_of,
    school,
    wishes_row,
)

EASTER = date(2027, 3, 26)
DAY = timedelta(days=1)


def the_mentor(found: RoundInput) -> Mentor:
    (one,) = found.problem.mentors
    return one


def the_trainee(found: RoundInput) -> Trainee:
    (one,) = found.problem.trainees
    return one


def spring(number: int = 2, **changes: Any) -> OfferRow:
    usual: dict[str, Any] = {"urn": "900002", "starts_on": CHRISTMAS + 17 * DAY, "ends_on": EASTER}
    return offer(number, **(usual | changes))


def programme_with_rules(**changes: Any) -> Any:
    return PROGRAMME.model_copy(update={"rules": PROGRAMME.rules.model_copy(update=changes)})


# Mentors


@pytest.mark.covers("R6", "M1")
def test_hours_that_a_mentor_gives_elsewhere_are_taken_off_and_count_as_load() -> None:
    one = the_mentor(input_of(mentors=[mentor(1, hours=4.0, load={"ect": 1.0, "pupils": 0.5})], pairs=[pair(9, 1, 7)]))
    assert (one.capacity_hours, one.load_hours) == (1.0, 3.0)


@pytest.mark.covers("M1")
def test_a_mentor_is_there_in_the_stretch_that_holds_most_offers_of_their_school() -> None:
    days = [(AUTUMN, AUTUMN + DAY), (JULY, AUTUMN - DAY), (AUTUMN + 2 * DAY, CHRISTMAS), (EASTER, EASTER + DAY)]
    available = tuple(Availability(starts_on=first, ends_on=last) for first, last in days)
    one = the_mentor(input_of(mentors=[mentor(1, available=available)]))
    assert (one.available_from, one.available_until) == (JULY, CHRISTMAS)
    free = the_mentor(input_of(mentors=[mentor(1, available=())]))
    assert (free.available_from, free.available_until) == (None, None)


@pytest.mark.covers("M1")
@pytest.mark.parametrize(
    ("changes", "placed"),
    [({}, 0), ({"trained_on": JULY}, 1), ({"has_training": True}, 1)],
)
def test_a_programme_that_asks_for_training_places_only_with_trained_mentors(
    changes: dict[str, Any], placed: int
) -> None:
    found = input_of(mentors=[mentor(1, **changes)], programme=programme_with_rules(asks_training=True))
    assert solve(found.problem).placed == placed
    assert solve(input_of(mentors=[mentor(1)]).problem).placed == 1


@pytest.mark.covers("M1")
@pytest.mark.parametrize(("conflicts", "placed"), [(("line_manager", "family"), 0), (("line_manager",), 1)])
def test_a_relation_bars_a_pair_where_the_programme_says_so(conflicts: tuple[str, ...], placed: int) -> None:
    relations = relations_of(an_id(3, 1), "family", an_id(2, 77))
    found = input_of(
        programme=programme_with_rules(conflicts=conflicts), relations=relations, merges=[(an_id(2, 77), an_id(2, 1))]
    )
    assert solve(found.problem).placed == placed


@pytest.mark.covers("M1")
def test_the_school_that_a_trainee_went_to_is_barred_with_all_its_mentors() -> None:
    relations = relations_of(an_id(3, 1), "former_school", an_id(2, 1))
    found = input_of(
        mentors=[mentor(1), mentor(2)],
        programme=programme_with_rules(conflicts=("former_school",)),
        relations=relations,
    )
    assert the_trainee(found).former_schools == {"900001"}
    (left,) = solve(found.problem).unplaced
    assert left.reason == "schools_barred"


# Trainees


@pytest.mark.covers("R7")
@pytest.mark.parametrize(("stands", "in_it"), [("deferred", 0), ("withdrawn", 0), ("in_training", 1), (None, 1)])
def test_a_trainee_who_deferred_or_withdrew_is_not_matched(stands: str | None, in_it: int) -> None:
    found = input_of(waiting=[candidate(1, status=stands)])
    assert (len(found.problem.trainees), found.trainees_left_out) == (in_it, 1 - in_it)


def test_reasons_for_a_referral_become_needs_where_the_programme_says_which() -> None:
    facets = {"behaviour_management": ("behaviour",), "subject_knowledge": ("subject", "general")}
    found = input_of(
        waiting=[candidate(1, reasons=("behaviour_management", "general_placement"))],
        mentors=[mentor(1, facets=("behaviour",))],
        programme=programme_with_rules(facets_by_reason=facets),
    )
    assert the_trainee(found).needs == {"behaviour"}
    assert the_mentor(found).facets == frozenset({"behaviour"})


@pytest.mark.covers("M8")
def test_earlier_placements_are_those_told_and_those_had_here_at_the_schools_that_stand_for_them() -> None:
    had = pair(1, 1, 9, "confirmed", referral_id=an_id(1, 50), school_urn="900003", ends_on=AUTUMN - DAY)
    schools = [school(), school("900002"), school("900003", closed=True, successor_urn="900004"), school("900004")]
    one = the_trainee(input_of(pairs=[had], schools=schools, earlier_schools={an_id(2, 1): ["900002"]}))
    assert one.earlier_schools == ("900002", "900004")
    assert one.earlier_mentors == {str(an_id(3, 1))}


@pytest.mark.covers("M8")
def test_a_placed_trainee_is_free_for_a_later_placement_at_another_school() -> None:
    first = pair(1, 1, 1, "confirmed", referral_id=an_id(1, 50))
    offers = [offer(1), spring(), spring(3, urn="900001")]
    mentors = [mentor(1), mentor(2, urn="900002")]
    found = input_of(offers=offers, mentors=mentors, pairs=[first])
    assert the_trainee(found).available_from == CHRISTMAS + DAY
    (second,) = solve(found.problem).pairs
    assert second.school_urn == "900002"


# Offers


@pytest.mark.covers("R5")
def test_an_offer_is_for_the_routes_that_it_names() -> None:
    found = input_of(waiting=[candidate(1, route_kind="salaried")], offers=[offer(1, routes=("fee",))])
    (left,) = solve(found.problem).unplaced
    assert left.reason == "no_offer_for_route"


@pytest.mark.covers("R5")
def test_an_offer_that_nobody_confirmed_lately_is_left_out_by_rule() -> None:
    stale = [offer(1, last_confirmed_on=JULY - 91 * DAY)]
    asks = programme_with_rules(offer_stale_days=90, leave_stale_offers_out=True)
    (left,) = solve(input_of(offers=stale, programme=asks).problem).unplaced
    assert left.reason == "offers_not_confirmed"
    assert solve(input_of(offers=stale, programme=programme_with_rules(offer_stale_days=90)).problem).placed == 1


@pytest.mark.covers("R5")
def test_places_that_two_schools_share_are_given_out_once() -> None:
    found = input_of(
        waiting=[candidate(1), candidate(2)],
        offers=[offer(1, places=2, shared_with=("900002",))],
        mentors=[mentor(1), mentor(2, urn="900002")],
        pairs=[pair(9, 2, 1, school_urn="900002")],
    )
    shared = found.problem.groups[0]
    words = "the offer in physics that schools 900001 and 900002 share"
    assert found.problem.groups == (Group(shared.id, 1, words),)
    assert [(offer.school_urn, offer.places, offer.groups) for offer in found.problem.offers] == [
        ("900001", 1, (shared.id,)),
        ("900002", 1, (shared.id,)),
    ]
    assert {(row.offer_id, row.school_urn) for row in found.offers.values()} == {
        (an_id(4, 1), "900001"),
        (an_id(4, 1), "900002"),
    }
    assert solve(found.problem).placed == 1


@pytest.mark.covers("R5")
@pytest.mark.parametrize(("confirmed", "left_out"), [(JULY - 2 * DAY, 1), (JULY, 0)])
def test_of_an_offer_and_a_school_that_hosts_nobody_the_later_word_counts(confirmed: date, left_out: int) -> None:
    closed = {"900001": JULY - DAY}
    found = input_of(offers=[offer(1, last_confirmed_on=confirmed)], closed_to_hosting=closed)
    assert found.offers_left_out == left_out


@pytest.mark.covers("R2")
def test_an_offer_and_a_mentor_of_a_closed_school_are_its_successors() -> None:
    schools = [school(closed=True, successor_urn="900002"), school("900002", closed=True, successor_urn="900003")]
    (found,) = solve(input_of(schools=[*schools, school("900003")]).problem).pairs
    assert found.school_urn == "900003"
    gone = input_of(schools=[school(closed=True)])
    assert (gone.problem.offers, gone.offers_left_out) == ((), 1)


# Rules


@pytest.mark.covers("M10", "M8")
def test_the_programmes_numbers_for_travel_and_contrast_go_before_the_usual_ones() -> None:
    rules = input_of(
        programme=programme_with_rules(
            travel_caps={"walking": 30}, travel_speeds={"walking": 4.0}, detour_factor=1.5, contrast={"size": 3}
        )
    ).problem.rules
    usual = input_of().problem.rules
    assert (rules.travel.detour_factor, rules.travel.kmh["walking"], dict(rules.travel.caps)) == (
        1.5,
        4.0,
        {"walking": 30},
    )
    assert rules.travel.kmh["car"] == usual.travel.kmh["car"]
    assert (dict(rules.contrast), usual.contrast["size"]) == ({"size": 3}, 1)


def test_the_rules_of_a_day_are_the_last_that_are_not_after_it() -> None:
    def from_(day: date, version: int) -> RulesFrom:
        return RulesFrom(effective_from=day, rules=PROGRAMME.rules.model_copy(update={"version": version}))

    changed = RulesKnown(
        happened_on=MONDAY, rules_version=3, programme_id=PROGRAMME_ID, stretches=(from_(JULY, 2), from_(AUTUMN, 3))
    )
    versions = [programme_on(PROGRAMME, changed, day).rules.version for day in (JULY - DAY, JULY, AUTUMN, EASTER)]
    assert versions == [1, 2, 3, 3]
    assert programme_on(PROGRAMME, None, AUTUMN) == PROGRAMME


# Those who are placed already


@pytest.mark.covers("M6")
def test_a_repair_has_those_who_are_placed_in_it_and_leaves_them_their_capacity() -> None:
    pairs = [
        pair(1, 1, 1, "confirmed", locked=True),
        pair(2, 1, 1),
        pair(3, 2, 2, referral_id=an_id(1, 99), mentor_hours_per_week=1.0),
    ]
    found = input_of(
        waiting=[candidate(1), candidate(2), candidate(4)],
        offers=[offer(1), offer(2)],
        mentors=[mentor(1), mentor(2)],
        pairs=pairs,
        include_placed=True,
    )
    first, second = (Match(str(an_id(2, n)), str(an_id(3, 1)), str(an_id(4, 1))) for n in (1, 2))
    problem = found.problem
    assert (problem.standing, problem.locked) == ((first, second), (first,))
    assert {offer.id: offer.places for offer in problem.offers} == {str(an_id(4, 1)): 2, str(an_id(4, 2)): 1}
    assert [mentor.capacity_hours for mentor in problem.mentors] == [3.0, 2.0]
    assert {id_: row.pair_id for id_, row in found.placed.items()} == {
        str(an_id(2, 1)): an_id(5, 1),
        str(an_id(2, 2)): an_id(5, 2),
    }
    assert found.referrals[str(an_id(2, 4))] == an_id(1, 4)
    assert solve_round(found).solution.placed == 3


@pytest.mark.covers("M6")
def test_a_trainee_with_two_placements_is_in_a_repair_by_the_last() -> None:
    autumn = pair(1, 1, 1, "confirmed", referral_id=an_id(1, 50))
    later = pair(1, 2, 2, school_urn="900002", starts_on=CHRISTMAS + 17 * DAY, ends_on=EASTER, pair_id=an_id(5, 6))
    found = input_of(
        waiting=[candidate(1), candidate(1, referral_id=an_id(1, 50))],
        offers=[offer(1), spring()],
        mentors=[mentor(1), mentor(2, urn="900002")],
        pairs=[autumn, later],
        include_placed=True,
    )
    assert [row.pair_id for row in found.placed.values()] == [an_id(5, 6)]
    one = the_trainee(found)
    assert (one.earlier_schools, one.available_from) == (("900001",), CHRISTMAS + DAY)
    assert solve_round(found).solution.matches == found.problem.standing


@pytest.mark.covers("M6", "R5")
@pytest.mark.parametrize("said_on", [None, JULY - DAY])
def test_a_pair_keeps_its_place_in_an_offer_that_is_stale_or_taken_back_and_nobody_else_comes(
    said_on: date | None,
) -> None:
    found = input_of(
        waiting=[candidate(1), candidate(2)],
        offers=[offer(1, places=3, last_confirmed_on=JULY - 200 * DAY)],
        pairs=[pair(1, 1, 1, "confirmed")],
        programme=programme_with_rules(offer_stale_days=90, leave_stale_offers_out=True),
        closed_to_hosting={"900001": said_on} if said_on else {},
        include_placed=True,
    )
    solution = solve_round(found).solution
    assert solution.matches == found.problem.standing
    assert [unplaced_trainee.reason for unplaced_trainee in solution.unplaced] == ["places_taken"]


@pytest.mark.covers("M6")
def test_a_pair_stands_by_the_hours_that_it_was_given() -> None:
    found = input_of(
        mentors=[mentor(1, hours=1.5)],
        pairs=[pair(1, 1, 1)],
        programme=programme_with_rules(mentor_hours_per_trainee_week=2.0),
        include_placed=True,
    )
    assert solve_round(found).solution.matches == found.problem.standing


@pytest.mark.covers("M6")
def test_a_repair_withdraws_the_pair_of_who_withdrew_and_its_place_is_free() -> None:
    found = input_of(waiting=[candidate(1, status="withdrawn")], pairs=[pair(1, 1, 1)], include_placed=True)
    assert (found.problem.standing, found.problem.offers[0].places) == ((), 2)
    assert [match.trainee_id for match in found.leaving] == [*found.placed] == [f"{an_id(2, 1)}"]


@pytest.mark.covers("M6", "R7")
def test_a_pair_keeps_what_it_takes_until_the_day_on_which_the_trainee_leaves() -> None:
    leaves = replace(candidate(1, status="deferred"), status_since=date.max)
    found = input_of(waiting=[leaves], pairs=[pair(1, 1, 1)], include_placed=True)
    assert (found.problem.offers[0].places, found.leaving) == (1, ())


@pytest.mark.covers("M6")
def test_a_locked_pair_that_cannot_stay_is_named_in_a_sentence() -> None:
    locked = pair(1, 1, 1, "confirmed", locked=True)
    found = input_of(offers=[offer(1, places=0)], pairs=[locked], include_placed=True)
    with pytest.raises(LockedPairsInTheWay, match="1 locked pair cannot stay, because") as refused:
        solve_round(found)
    assert refused.value.members == {"pairs": [str(an_id(5, 1))]}


# What people said


@pytest.mark.covers("M5")
def test_wishes_are_in_their_order_under_the_records_that_stand_for_those_named() -> None:
    merges = [(an_id(3, 9), an_id(3, 1))]
    found = input_of(
        wishes=[
            wishes_row(an_id(2, 1), wishes=["900002", str(an_id(3, 9))], wishes_passed_on=["900001"]),
            wishes_row(an_id(3, 1), wishes_passed_on=[str(an_id(2, 1))]),
        ],
        merges=merges,
    )
    assert the_trainee(found).wishes == ("900002", str(an_id(3, 1)))
    assert the_mentor(found).wishes == (str(an_id(2, 1)),)


@pytest.mark.covers("M5")
@pytest.mark.parametrize(
    ("who", "whom", "reason"),
    [
        (an_id(2, 1), str(an_id(3, 1)), "mentors_barred"),
        (an_id(3, 1), str(an_id(2, 1)), "mentors_barred"),
        (an_id(2, 1), "900001", "schools_barred"),
    ],
)
def test_a_veto_bars_whoever_says_it_and_shows_as_the_same_code(who: UUID, whom: str, reason: str) -> None:
    for voice in ("vetoes", "vetoes_passed_on"):
        # a list of one's own does not undo what was passed on, nor the other way round
        words = wishes_row(who, **({"vetoes": [], "vetoes_passed_on": []} | {voice: [whom]}))
        problem = input_of(wishes=[words]).problem
        solution = solve(problem)
        (left,) = solution.unplaced
        assert left.reason == reason
        assert Remedies(problem, solution).of(left.trainee_id) == ()


@pytest.mark.covers("M5")
def test_two_who_chose_each_other_are_a_pair_at_an_offer_that_fits_them() -> None:
    words = [wishes_row(an_id(2, 1), choices=[str(an_id(3, 2))]), wishes_row(an_id(3, 2), choices=[str(an_id(2, 1))])]
    found = input_of(
        offers=[offer(1), offer(2, urn="900002", subject="history"), offer(3, urn="900002"), offer(4, urn="900002")],
        mentors=[mentor(1), mentor(2, urn="900002")],
        wishes=words,
    )
    assert found.problem.chosen == (ChosenPair(str(an_id(2, 1)), str(an_id(3, 2))),)
    (pair,) = solve(found.problem).pairs
    assert (pair.mentor_id, pair.offer_id in {str(an_id(4, 3)), str(an_id(4, 4))}) == (str(an_id(3, 2)), True)
    alone = input_of(mentors=[mentor(1), mentor(2, urn="900002")], wishes=words[:1])
    assert alone.problem.chosen == ()


@pytest.mark.covers("M5")
def test_a_choice_that_a_rule_bars_is_known_to_the_round_and_does_not_stand() -> None:
    words = [wishes_row(an_id(2, 1), choices=[str(an_id(3, 2))]), wishes_row(an_id(3, 2), choices=[str(an_id(2, 1))])]
    found = input_of(
        offers=[offer(1), offer(2, urn="900002", subject="history")],
        mentors=[mentor(1), mentor(2, urn="900002")],
        wishes=words,
    )
    solution = solve(found.problem)
    assert solution.barred_choices == found.problem.chosen
    assert [pair.mentor_id for pair in solution.pairs] == [str(an_id(3, 1))]


def test_a_placement_that_was_stored_without_a_real_end_leaves_no_free_day() -> None:
    assert first_free_day([pair(1, 1, 1, ends_on=date.max)]) == date.max
    assert first_free_day([pair(1, 1, 1)]) == CHRISTMAS + DAY
