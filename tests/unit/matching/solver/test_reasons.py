import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.solver import Mentor, MentorSchool, Problem, Solution, Trainee, Unplaced, solve
from tests.unit.matching.solver.checker import best_by_search, candidates, minutes, room, wrong_with
from tests.unit.matching.solver.rounds import a_round, examples, mentor, offer, school, small_rounds, trainee


def sole_reason(problem: Problem) -> tuple[str, str]:
    (unplaced,) = solve(problem).unplaced
    return unplaced.reason, unplaced.explanation


def plain(problem: Problem) -> Problem:
    """One class of trainees, equal hours, no dates, routes or year groups; limits of offers and mentors only."""
    trainees = tuple(
        replace(
            trainee,
            priority=0,
            hours_a_week=None,
            barred_schools=frozenset(),
            available_until=None,
            year_groups=frozenset(),
            send_placement=False,
        )
        for trainee in problem.trainees
    )
    offers = tuple(replace(offer, routes=frozenset(), groups=(), send_placement=False) for offer in problem.offers)
    mentors = tuple(
        replace(mentor, available_from=None, schools=tuple(MentorSchool(urn) for urn in mentor.urns))
        for mentor in problem.mentors
    )
    return replace(problem, trainees=trainees, offers=offers, mentors=mentors, groups=())


CASES = {
    "no_offer_in_subject": (
        a_round(offers=[offer(subject="maths")]),
        "No school offers physics in this round.",
    ),
    "no_offer_in_phase": (
        a_round(offers=[offer(phase="primary")]),
        "Schools offer physics in this round, but none at secondary.",
    ),
    "no_mentor_in_subject": (
        a_round(mentors=[mentor(subjects=frozenset({"maths"})), mentor("m2", school_urn="100002")]),
        "No school that offers physics at secondary has a mentor for it.",
    ),
    "no_mentor_in_phase": (
        a_round(mentors=[mentor(phases=frozenset({"primary"}))]),
        "No school that offers physics at secondary has a mentor for it.",
    ),
    "beyond_travel_limit": (
        a_round(schools=[school(minutes_away=62)]),
        (
            "No school within 45 minutes by car offers physics at secondary and has a mentor for it; "
            "the nearest that does is 62 minutes away."
        ),
    ),
    "mentors_barred": (
        a_round(trainees=[trainee(barred_mentors=frozenset({"m1"}))]),
        (
            "Each mentor for physics at secondary within 45 minutes by car is barred to this trainee "
            "by something recorded about the two."
        ),
    ),
    "mentors_barred by a conflict": (
        a_round(mentors=[mentor(relations=frozenset({("t1", "family")}))]),
        (
            "Each mentor for physics at secondary within 45 minutes by car is barred to this trainee "
            "by a recorded conflict."
        ),
    ),
    "mentors_barred at the only open school": (
        a_round(
            trainees=[trainee(barred_schools=frozenset({"100002"}), barred_mentors=frozenset({"m1"}))],
            offers=[offer("o1", "100001"), offer("o2", "100002")],
            mentors=[mentor("m1", "100001"), mentor("m2", "100002")],
            schools=[school("100001"), school("100002")],
        ),
        (
            "Each school for physics at secondary within 45 minutes by car is not for this trainee "
            "(it is not open to them), or each of its mentors is barred to them by something recorded about the two."
        ),
    ),
    "beyond_travel_limit of the offers that fit": (
        a_round(
            trainees=[trainee(route="fee")],
            offers=[offer("o1", "100001", routes=frozenset({"salaried"})), offer("o2", "100002")],
            mentors=[mentor("m1", "100001"), mentor("m2", "100002")],
            schools=[school("100001"), school("100002", minutes_away=62)],
        ),
        (
            "No school within 45 minutes by car offers physics at secondary, open to the route fee, and has a mentor "
            "for it; the nearest that does is 62 minutes away."
        ),
    ),
    "places_taken": (
        a_round(trainees=[trainee("t1"), trainee("t2")], mentors=[mentor(capacity_hours=3)]),
        "Every place for physics at secondary within 45 minutes by car that has a mentor for this trainee is taken.",
    ),
    "mentor_hours_taken": (
        a_round(trainees=[trainee("t1"), trainee("t2")], offers=[offer(places=2)]),
        (
            "No mentor for physics at secondary within 45 minutes by car has hours left for this trainee, "
            "though there are places."
        ),
    ),
    "places_and_mentor_hours_taken": (
        a_round(trainees=[trainee("t1"), trainee("t2")]),
        (
            "For physics at secondary within 45 minutes by car every place is taken "
            "or has no mentor with hours left for this trainee."
        ),
    ),
}


@pytest.mark.covers("M4")
@pytest.mark.parametrize("reason", CASES)
def test_the_reason_for_an_unplaced_trainee_names_the_rule_in_plain_english(reason: str) -> None:
    problem, explanation = CASES[reason]

    assert sole_reason(problem) == (reason.split(" ", maxsplit=1)[0], explanation)


@pytest.mark.covers("M4")
def test_an_offer_in_reach_without_a_mentor_does_not_hide_that_the_rest_is_too_far() -> None:
    problem = a_round(
        offers=[offer("o1", "100001"), offer("o2", "100002")],
        mentors=[mentor(school_urn="100002")],
        schools=[school("100001", minutes_away=10), school("100002", minutes_away=62)],
    )

    reason, explanation = sole_reason(problem)

    assert reason == "beyond_travel_limit"
    assert "and has a mentor for it; the nearest that does is 62 minutes away" in explanation


@pytest.mark.covers("M4")
@examples(250)
@given(small_rounds().map(plain))
def test_every_reason_is_true(problem: Problem) -> None:
    solution = solve(problem)

    untrue = [unplaced for unplaced in solution.unplaced if not is_true(unplaced, problem, solution)]

    assert untrue == []


@pytest.mark.covers("M4")
@examples(200)
@given(small_rounds(), st.randoms(use_true_random=False))
def test_a_rule_is_named_only_if_it_bars_all_mentors_within_reach(problem: Problem, chance: random.Random) -> None:
    ids, urns = [trainee.id for trainee in problem.trainees], [school.urn for school in problem.schools]
    problem = replace(
        problem,
        mentors=tuple(
            replace(mentor, relations=frozenset((id_, "family") for id_ in ids if chance.random() < 0.3))
            for mentor in problem.mentors
        ),
        trainees=tuple(
            replace(trainee, barred_schools=frozenset(urn for urn in urns if chance.random() < 0.3))
            for trainee in problem.trainees
        ),
    )
    for unplaced in solve(problem).unplaced:
        who = next(trainee for trainee in problem.trainees if trainee.id == unplaced.trainee_id)
        near = [
            (offer, mentor)
            for offer in problem.offers
            for mentor in problem.mentors
            if wrong_with(problem, who, offer, mentor) in {None, "school barred", "barred"}
        ]
        left = [mentor for offer, mentor in near if offer.school_urn not in who.barred_schools]
        if unplaced.reason == "mentors_barred":
            assert left
            assert all(mentor.id in who.barred_mentors or _is_family(mentor, who) for mentor in left)
            words = unplaced.explanation
            assert ("a recorded conflict" in words) == any(_is_family(mentor, who) for mentor in left)
            assert ("something recorded" in words) == any(mentor.id in who.barred_mentors for mentor in left)
            assert ("not open to them" in words) == (len(left) < len(near))
        if unplaced.reason == "schools_barred":
            assert near
            assert not left


def _is_family(mentor: Mentor, trainee: Trainee) -> bool:
    return (trainee.id, "family") in mentor.relations


def is_true(unplaced: Unplaced, problem: Problem, solution: Solution) -> bool:
    """Whether the reason holds, said from the trainee's side and not by the solver's own steps."""
    who = next(trainee for trainee in problem.trainees if trainee.id == unplaced.trainee_id)
    offers = [offer for offer in problem.offers if (offer.subject, offer.phase) == (who.subject, who.phase)]
    hosts = [
        (offer, host)
        for offer in offers
        for host in problem.mentors
        if offer.school_urn in host.urns and who.subject in host.subjects and who.phase in host.phases
    ]
    near = [pair for pair in hosts if minutes(problem, who, pair[0]) <= who.travel_limit_minutes]
    match unplaced.reason:
        case "no_offer_in_subject":
            return not any(offer.subject == who.subject for offer in problem.offers)
        case "no_offer_in_phase":
            return not offers and any(offer.subject == who.subject for offer in problem.offers)
        case "no_mentor_in_subject" | "no_mentor_in_phase" as reason:
            urns = {offer.school_urn for offer in offers}
            taught = any(who.subject in host.subjects for host in problem.mentors if not urns.isdisjoint(host.urns))
            return bool(offers) and not hosts and taught == (reason == "no_mentor_in_phase")
        case "beyond_travel_limit":
            return bool(hosts) and not near
        case "mentors_barred":
            return bool(near) and all(host.id in who.barred_mentors for _, host in near)
        case "places_taken":
            return nothing_free(problem, solution, who) and one_more_place_places_one_more(problem, who)
        case "mentor_hours_taken":
            return nothing_free(problem, solution, who) and one_more_mentored_places_one_more(problem, who)
        case _:
            return nothing_free(problem, solution, who)


def nothing_free(problem: Problem, solution: Solution, who: Trainee) -> bool:
    at_offer = Counter(pair.offer_id for pair in solution.pairs)
    with_mentor = Counter(pair.mentor_id for pair in solution.pairs)
    return bool(candidates(problem, who)) and all(
        at_offer[candidate.id] == candidate.places or with_mentor[host.id] == room(problem, host)
        for candidate, host in candidates(problem, who)
    )


def one_more_place_places_one_more(problem: Problem, who: Trainee) -> bool:
    return any(
        most_placed(
            replace(problem, offers=tuple(replace(o, places=o.places + (o is candidate)) for o in problem.offers))
        )
        > most_placed(problem)
        for candidate, _ in candidates(problem, who)
    )


def one_more_mentored_places_one_more(problem: Problem, who: Trainee) -> bool:
    return any(
        most_placed(
            replace(
                problem,
                mentors=tuple(replace(m, capacity_hours=m.capacity_hours + 1.5 * (m is host)) for m in problem.mentors),
            )
        )
        > most_placed(problem)
        for _, host in candidates(problem, who)
    )


def most_placed(problem: Problem) -> int:
    return len(problem.trainees) - sum(best_by_search(problem).unplaced)
